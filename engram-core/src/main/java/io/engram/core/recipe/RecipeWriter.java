package io.engram.core.recipe;

import io.engram.core.run.JsonFiles;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Writes a resolved recipe. */
public final class RecipeWriter {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .disable(YAMLWriteFeature.SPLIT_LINES)
          .build();

  private RecipeWriter() {}

  /** Every key with its value; {@link RecipeReader} makes an equal recipe of it. */
  public static String yaml(Recipe recipe) {
    ObjectNode tree = JsonFiles.mapper().valueToTree(recipe);
    ObjectNode estimator = (ObjectNode) tree.path("order").path("estimator");
    for (String key : EstimatorSection.AUTO_KEYS) {
      if (estimator.path(key).asDouble() == 0) {
        estimator.put(key, EstimatorSection.AUTO);
      }
    }
    return YAML.writeValueAsString(tree);
  }
}
