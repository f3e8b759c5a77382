package io.engram.unlearn.train;

import io.engram.core.run.MrdRow;
import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.mrd.EstimatorSection.EstimatorName;
import io.engram.unlearn.mrd.KeptDraws;
import io.engram.unlearn.mrd.MrdMeasurement;
import io.engram.unlearn.mrd.UpdatesPredictor;
import io.engram.unlearn.order.MrdOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The draws of each epoch, by the recipe's order; for MRD order (Alg. 2) MRD, or what takes its
 * place, is measured anew every m epochs and written to the run folder. An epoch whose measurement
 * is in the folder already, as in a resumed run, reads it from there.
 */
final class Draws {
  private final Recipe recipe;
  private final RunFolder folder;
  private final RunData data;
  private final Setup setup;

  Draws(Recipe recipe, RunFolder folder, RunData data, Setup setup) {
    this.recipe = recipe;
    this.folder = folder;
    this.data = data;
    this.setup = setup;
  }

  /**
   * Indices of forget samples in the order drawn: as many as the forget set has samples, also where
   * fewer are drawn from. A function of the seed, the epoch and the pool, and for MRD order of what
   * was measured.
   *
   * @param pool indices of the samples that are drawn from, at least one
   * @param model as it is at the epoch's start, where MRD is to be measured
   */
  int[] of(int epoch, int[] pool, LanguageModel model) {
    int draws = data.forget().size();
    return recipe.order().epoch(epoch, pool, draws, recipe.seed(), probabilities(epoch, model));
  }

  private double[] probabilities(int epoch, LanguageModel model) {
    if (!(recipe.order() instanceof MrdOrder order)) {
      return new double[0];
    }
    int refreshed =
        order.refreshEpochs() == 0 ? 0 : epoch / order.refreshEpochs() * order.refreshEpochs();
    return order.estimator().name() == EstimatorName.PREDICTED_UPDATES
        ? MrdOrder.ofUpdates(updates(refreshed, epoch, model, order), order.weight())
        : MrdOrder.probabilities(mrd(refreshed, epoch, model, order), order.weight());
  }

  private List<MrdRow> mrd(int refreshed, int epoch, LanguageModel model, MrdOrder order) {
    if (folder.mrdEpochs().contains(refreshed)) {
      return folder.mrd(refreshed);
    }
    if (epoch == 0) {
      Optional<List<MrdRow>> taken =
          setup.siblings().stream()
              .flatMap(sibling -> SharedMrd.copy(sibling, folder, recipe).stream())
              .findFirst();
      if (taken.isPresent()) {
        return taken.get();
      }
    }
    return measured(epoch, model, order);
  }

  private List<MrdRow> measured(int epoch, LanguageModel model, MrdOrder order) {
    long start = System.nanoTime();
    MrdMeasurement.Result found =
        MrdMeasurement.run(
            model,
            data.forget(),
            order.estimator(),
            recipe.seed(),
            epoch,
            KeptDraws.NONE,
            setup.progress());
    folder.writeMrd(epoch, found.rows());
    write(epoch, start, Map.of("passes", found.passes(), "sigma", found.sigma()), found.notes());
    return found.rows();
  }

  private List<PredictedUpdatesRow> updates(
      int refreshed, int epoch, LanguageModel model, MrdOrder order) {
    if (folder.predictedUpdatesEpochs().contains(refreshed)) {
      return folder.predictedUpdates(refreshed);
    }
    long start = System.nanoTime();
    UpdatesPredictor.Result found =
        RecipeSettings.naming(
            "scope.layers",
            () ->
                UpdatesPredictor.run(
                    model,
                    data.forget(),
                    order.estimator(),
                    recipe.scope().training(),
                    recipe.optimizer().settings(),
                    setup.progress()));
    folder.writePredictedUpdates(epoch, found.rows());
    write(epoch, start, Map.of("estimator", "predicted_updates"), found.notes());
    return found.rows();
  }

  private void write(int epoch, long start, Map<String, Object> own, List<String> notes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("epoch", epoch);
    fields.putAll(new TreeMap<>(own));
    fields.put("notes", notes);
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("refresh", fields);
  }
}
