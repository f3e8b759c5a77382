package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.SaveOptions;
import io.engram.model.checkpoint.Shards;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.ScopeSection;
import java.util.Map;

/**
 * Saves what a run produces: model/, and adapter/ for LoRA, each with a model card.
 *
 * @param dtype number format of the weights in model/
 */
record Results(Recipe recipe, RunFolder folder, LanguageModel model, RunData data, Dtype dtype) {
  private static final String CARD = "README.md";

  /**
   * Checks before a run that its results can be saved.
   *
   * @throws EngramException if only an adapter is to be saved and the model's own adapter is DoRA
   */
  static void requireWritable(Recipe recipe, LanguageModel model) {
    if (isLora(recipe) && !recipe.scope().leavesModel() && model.hasDora()) {
      throw EngramException.usage(
          "scope.merge: false with a model whose adapter is DoRA: an adapter on top of it can't be"
              + " written.\nUse scope.merge: true, or merge the model first with engram convert.");
    }
  }

  private static boolean isLora(Recipe recipe) {
    return recipe.scope() instanceof ScopeSection.Lora;
  }

  void save(Trainer trainer, RunState state) {
    ModelCard card = new ModelCard(recipe, folder.manifest(), model, data, state.updates());
    if (recipe.scope().leavesModel()) {
      Map<String, String> texts = Map.of(CARD, card.ofModel(dtype));
      model.save(folder.model(), new SaveOptions(dtype, Shards.DEFAULT_BYTES, texts));
    }
    if (!isLora(recipe)) {
      return;
    }
    if (model.hasDora()) {
      folder
          .journal()
          .write(
              "note",
              Map.of(
                  "text",
                  "no adapter/ saved: the model's own adapter is DoRA, and another adapter can't "
                      + "be combined with it"));
    } else {
      trainer.saveAdapter(folder.adapter(), Map.of(CARD, card.ofAdapter()));
    }
  }
}
