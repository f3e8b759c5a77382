package io.engram.unlearn.train;

import io.engram.core.recipe.OrderSection;
import io.engram.core.recipe.OrderSection.OrderName;
import io.engram.core.recipe.Recipe;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.mrd.KeptDraws;
import io.engram.unlearn.mrd.MrdMeasurement;
import io.engram.unlearn.order.MrdOrder;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.order.UniformOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The draws of each epoch, by the recipe's order; for MRD order (Alg. 2) MRD is measured anew every
 * m epochs and written to the run folder. An epoch whose MRD is in the folder already, as in a
 * resumed run, reads it from there.
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

  /** Indices of forget samples in the order drawn; the model is as it is at the epoch's start. */
  int[] of(int epoch, LanguageModel model) {
    return order(epoch, model).epoch(epoch);
  }

  private SampleOrder order(int epoch, LanguageModel model) {
    OrderSection order = recipe.order();
    if (order.name() == OrderName.UNIFORM) {
      return new UniformOrder(data.forget().size(), recipe.seed());
    }
    int refreshed =
        order.refreshEpochs() == 0 ? 0 : epoch / order.refreshEpochs() * order.refreshEpochs();
    List<MrdRow> rows =
        folder.mrdEpochs().contains(refreshed) ? folder.mrd(refreshed) : measure(epoch, model);
    return MrdOrder.of(MrdOrder.probabilities(rows, order.weight()), recipe.seed());
  }

  private List<MrdRow> measure(int epoch, LanguageModel model) {
    long start = System.nanoTime();
    MrdMeasurement.Result found =
        MrdMeasurement.run(
            model,
            data.forget(),
            recipe.order().estimator(),
            recipe.seed(),
            epoch,
            KeptDraws.NONE,
            setup.progress());
    folder.writeMrd(epoch, found.rows());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("epoch", epoch);
    fields.put("passes", found.passes());
    fields.put("sigma", found.sigma());
    fields.put("notes", found.notes());
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("refresh", fields);
    return found.rows();
  }
}
