package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Representations;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.ReferenceStates;
import io.engram.model.train.TrainingScope;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.RefusalUse;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The reference: what a run keeps of the model as it was at the start, as far as its method needs
 * it. A resumed run computes it again before it reads the checkpoint.
 */
final class StartingPoint implements AutoCloseable {
  private final Recipe recipe;
  private final RunData data;
  private final @Nullable ReferenceStates forgetStates;
  private final @Nullable ReferenceStates retainStates;
  private final Batches.@Nullable RetainDraws retainDraws;
  private final @Nullable LayerTargets control;
  private final @Nullable LayerTargets retainLayer;
  private final @Nullable LanguageModel copy;

  /**
   * Computes what the recipe's method needs.
   *
   * @param model the model at the start
   */
  StartingPoint(Recipe recipe, Setup setup, LanguageModel model, RunData data, Plan plan) {
    this.recipe = recipe;
    this.data = data;
    UnlearningMethod method = recipe.method();
    retainDraws =
        data.retainTokens().isEmpty()
            ? null
            : new Batches.RetainDraws(
                data.retainTokens().size(), nearest(model, recipe, data), recipe.seed());
    List<TokenizedSample> retained =
        retainDraws == null || method.retainLoss() == RetainLoss.NLL
            ? List.of()
            : retainDraws.all(plan).stream().map(data.retainTokens()::get).toList();
    ReferenceStates ofRetain = null;
    ReferenceStates ofForget = null;
    LayerTargets steered = null;
    LayerTargets layer = null;
    LanguageModel reference = null;
    try {
      if (!retained.isEmpty() && method.retainLoss() == RetainLoss.KL) {
        ofRetain = states(model, retained);
      }
      if (method.needsStates()) {
        ofForget = states(model, data.forgetTokens());
      }
      steered = method.control(model, data.forgetTokens(), recipe.seed());
      if (!retained.isEmpty() && method.retainLoss() == RetainLoss.HIDDEN) {
        layer =
            LayerTargets.compute(
                model, method.stateLayer(layers(model)), retained, ProgressListener.NONE);
      }
      if (method.needsModel()) {
        reference = LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe));
      }
    } catch (RuntimeException | Error e) {
      release(Arrays.asList(ofForget, ofRetain), Arrays.asList(steered, layer), reference);
      throw e;
    }
    retainStates = ofRetain;
    forgetStates = ofForget;
    control = steered;
    retainLayer = layer;
    copy = reference;
  }

  /** For each forget sample the retain samples nearest to it, where the order pairs them. */
  private static List<int[]> nearest(LanguageModel model, Recipe recipe, RunData data) {
    if (recipe.order().pair() == SampleOrder.Pair.RANDOM) {
      return List.of();
    }
    double[][] cosines =
        Representations.cosines(
            Representations.of(model, data.forgetTokens()),
            Representations.of(model, data.retainTokens()));
    return Arrays.stream(cosines)
        .map(own -> Representations.largest(own, Batches.RetainDraws.NEAREST))
        .toList();
  }

  private static ReferenceStates states(LanguageModel model, List<TokenizedSample> samples) {
    return ReferenceStates.compute(model, samples, ProgressListener.NONE);
  }

  private static int layers(LanguageModel model) {
    return model.decoder().config().layers();
  }

  /** The part of the recipe's scope that the method trains. */
  TrainingScope scope(LanguageModel model) {
    return recipe.method().scope(recipe.scope().training(), layers(model));
  }

  /**
   * Builds the run's batches; they borrow from this object.
   *
   * @param before ℓ_t of each forget sample at the start
   */
  Batches batches(LanguageModel model, List<double[]> before) {
    UnlearningMethod method = recipe.method();
    return new Batches(
        data,
        model.samples(),
        method,
        new Reference(Reference.byId(data.forgetTokens(), before), forgetStates, control),
        otherAnswers(),
        this::nll,
        retainDraws == null
            ? null
            : new RetainTerm(method.retainWeight(), retainStates, retainLayer),
        retainDraws,
        method.forgetWeight() != 0,
        Map.of());
  }

  private Batches.@Nullable OtherAnswers otherAnswers() {
    UnlearningMethod method = recipe.method();
    if (method.refusalUse() == RefusalUse.NONE) {
      return null;
    }
    Alternatives alternatives = data.alternatives();
    if (alternatives == null && method.sampledAlternatives() > 0) {
      throw new IllegalStateException("the model has not written its alternatives yet");
    }
    return alternatives == null
        ? Batches.Refusals.read(method.refusals(), recipe.seed())
        : alternatives;
  }

  /** −Σ_t ℓ_t of each sequence under the reference. */
  private double[] nll(List<TokenizedSample> samples) {
    if (copy == null) {
      throw new IllegalStateException("the reference is not kept for this method");
    }
    return new Scorer(copy)
        .logProbs(samples, ProgressListener.NONE).stream()
            .mapToDouble(logProbs -> -Arrays.stream(logProbs).sum())
            .toArray();
  }

  @Override
  public void close() {
    release(Arrays.asList(forgetStates, retainStates), Arrays.asList(control, retainLayer), copy);
  }

  private static void release(
      List<@Nullable ReferenceStates> states,
      List<@Nullable LayerTargets> targets,
      @Nullable LanguageModel model) {
    states.stream().filter(Objects::nonNull).forEach(ReferenceStates::close);
    targets.stream().filter(Objects::nonNull).forEach(LayerTargets::close);
    if (model != null) {
      model.close();
    }
  }
}
