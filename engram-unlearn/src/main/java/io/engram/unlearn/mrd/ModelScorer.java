package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.GradientNorms;
import io.engram.model.gradient.GradientNorms.SampleNorm;
import io.engram.model.score.ActivationNoiseScorer;
import io.engram.model.score.PerturbedScorer;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scores samples with a language model for the estimators. */
public final class ModelScorer implements NoisyScorer, GradientScorer {
  private final PerturbedScorer perturbed;
  private final ActivationNoiseScorer activations;
  private final GradientNorms gradients;
  private final List<TokenizedSample> samples;
  private final RandomStream signs;
  private final @Nullable Map<Noise, List<double[]>> remembered;

  /** Which tokens count. */
  public enum Scope {
    /** The tokens of the answer. */
    ANSWER,
    /** All tokens but the first. */
    ALL
  }

  /** The noise under which all samples were scored. */
  private record Noise(long stream, double scale) {}

  /**
   * Scores these samples under the current model at each call; borrows it.
   *
   * @param scope which tokens are labelled
   * @param seed names the signs of {@link #gaussNewton}, with {@code epoch}
   */
  public ModelScorer(LanguageModel model, List<Sample> samples, Scope scope, long seed, int epoch) {
    this.perturbed = new PerturbedScorer(model);
    this.activations = new ActivationNoiseScorer(model);
    this.gradients = new GradientNorms(model);
    this.samples = samples.stream().map(sample -> tokens(model, sample, scope)).toList();
    this.signs = RandomStream.of(seed, "mrd-gauss-newton", epoch, 0);
    this.remembered = null;
  }

  private ModelScorer(ModelScorer other) {
    this.perturbed = other.perturbed;
    this.activations = other.activations;
    this.gradients = other.gradients;
    this.samples = other.samples;
    this.signs = other.signs;
    this.remembered = new HashMap<>();
  }

  /**
   * The same samples under a model that no longer changes: a pass over all samples is made once per
   * noise draw and kept, at 8 bytes per token.
   */
  public ModelScorer remembering() {
    return new ModelScorer(this);
  }

  /** The samples as scored. */
  public List<TokenizedSample> samples() {
    return samples;
  }

  /** A sample with the tokens of this scope labelled. */
  public static TokenizedSample tokens(LanguageModel model, Sample sample, Scope scope) {
    TokenizedSample answer = model.samples().tokenize(sample);
    return scope == Scope.ANSWER ? answer : new TokenizedSample(answer.id(), answer.ids(), 1);
  }

  /** N. */
  public int size() {
    return samples.size();
  }

  /** A sample's id. */
  public String id(int sample) {
    return samples.get(sample).id();
  }

  @Override
  public List<double[]> logProbs(int[] chosen, RandomStream noise, double scale) {
    Map<Noise, List<double[]>> known = remembered;
    return known == null || !isAll(chosen)
        ? scored(chosen, noise, scale)
        : known.computeIfAbsent(key(noise, scale), k -> scored(chosen, noise, scale));
  }

  private boolean isAll(int[] chosen) {
    return Arrays.equals(chosen, IntStream.range(0, size()).toArray());
  }

  private static Noise key(RandomStream noise, double scale) {
    return new Noise(scale == 0 ? 0 : noise.key(), scale);
  }

  private List<double[]> scored(int[] chosen, RandomStream noise, double scale) {
    List<double[]> logProbs = perturbed.logProbs(chosen(chosen), noise, scale);
    if (scale == 0) {
      requireFinite(chosen, logProbs);
    }
    return logProbs;
  }

  @Override
  public List<double[]> independent(int[] chosen, RandomStream noise, double scale) {
    List<double[]> logProbs = activations.logProbs(chosen(chosen), noise, scale);
    if (scale == 0) {
      requireFinite(chosen, logProbs);
    }
    return logProbs;
  }

  /** Without noise, every sample must have finite log-probabilities. */
  private void requireFinite(int[] chosen, List<double[]> logProbs) {
    for (int i = 0; i < chosen.length; i++) {
      double sum = Arrays.stream(logProbs.get(i)).sum();
      if (!Double.isFinite(sum)) {
        throw EngramException.usage(
            ("Sample %s has the log-probability %s without noise, so it has no MRD.%n"
                    + "The model is damaged or has diverged; try a smaller"
                    + " optimizer.learning_rate.")
                .formatted(id(chosen[i]), sum));
      }
    }
  }

  @Override
  public Pair pair(int[] chosen, Supplier<RandomStream> noise, double scale) {
    Map<Noise, List<double[]>> known = remembered;
    if (known == null || !isAll(chosen)) {
      return both(chosen, noise, scale);
    }
    Noise plus = key(noise.get(), scale);
    Noise minus = key(noise.get(), -scale);
    if (!known.containsKey(plus) || !known.containsKey(minus)) {
      Pair pair = both(chosen, noise, scale);
      known.put(plus, pair.plus());
      known.put(minus, pair.minus());
    }
    return new Pair(known.getOrDefault(plus, List.of()), known.getOrDefault(minus, List.of()));
  }

  private Pair both(int[] chosen, Supplier<RandomStream> noise, double scale) {
    List<List<double[]>> both =
        perturbed.logProbs(chosen(chosen), noise.get(), new double[] {scale, -scale});
    return new Pair(both.get(0), both.get(1));
  }

  private List<TokenizedSample> chosen(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(samples::get).toList();
  }

  @Override
  public double[] squaredNorms(Coefficients coefficients) {
    return norms(gradients.of(samples, coefficients::of));
  }

  @Override
  public double[] gaussNewton(Coefficients weights, int draw) {
    return norms(gradients.gaussNewton(samples, weights::of, signs.child(draw)));
  }

  private static double[] norms(List<SampleNorm> found) {
    return found.stream().mapToDouble(SampleNorm::squaredNorm).toArray();
  }
}
