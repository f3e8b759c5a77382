package io.engram.unlearn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.recipe.EvalSection;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.eval.MiniLmEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedBeforeTest {
  private static final Manifest SAME =
      new Manifest(
          "code", "command", "recipe", "model", "hash", Map.of(), "cpu", "float32", "plain", 1,
          Map.of(), "start", null, "running");

  @TempDir Path folder;

  @Test
  void anEvaluationWithOtherSettingsIsNotTaken() {
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.writeRecipe("forget: {data: tofu:forget10}\neval: {limit: 2}\n");
      run.appendMeasurements(
          List.of(
              new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null),
              new Measurement(
                  "before", "tofu", "b", 1, "ratio", 2, true, null, MiniLmEncoder.NAME)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      assertThat(SharedBefore.copy(earlier, run, EvalSection.of(List.of("tofu")))).isFalse();
      assertThat(run.measurements()).isEmpty();
      EvalSection same =
          new EvalSection(List.of("tofu"), 0, 2, EvalSection.BUILT_IN, null, null, null, null);
      assertThat(SharedBefore.copy(earlier, run, same)).isTrue();
      assertThat(run.measurements()).hasSize(2);
      assertThat(run.evaluationRows("before").resolve("forget.jsonl")).exists();
    }
  }
}
