package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetupTest {
  /**
   * Whatever the file has, all weights are trained in float32, unless the recipe says otherwise.
   */
  @ParameterizedTest
  @CsvSource({
    "all, auto, FLOAT32",
    "all, bfloat16, BFLOAT16",
    "lora, auto,",
    "lora, float32, FLOAT32"
  })
  void allWeightsAreTrainedInFloat32(String train, String dtype, @Nullable Dtype wanted) {
    Setup setup = new Setup("test", Device.CPU, 1, 4096, ProgressListener.NONE, () -> false);
    Recipe recipe =
        RecipeReader.parse(
            "forget: {data: tofu:forget01}\nmethod: {name: ga}\n",
            List.of("scope.train=" + train, "model.dtype=" + dtype),
            Recipe.Kind.UNLEARN,
            "test");
    assertThat(setup.modelOptions(recipe).dtype()).isEqualTo(wanted);
  }
}
