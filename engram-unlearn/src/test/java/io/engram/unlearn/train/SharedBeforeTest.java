package io.engram.unlearn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.recipe.EvalSection;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.Golden;
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
  void anEvaluationOfAnotherEncoderIsNotTaken() {
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.appendMeasurements(
          List.of(
              new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null),
              new Measurement(
                  "before", "tofu", "b", 1, "ratio", 2, true, null, MiniLmEncoder.NAME)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      String other = Golden.encoder("sentence-bert").toString();
      assertThat(SharedBefore.copy(earlier, run, other)).isFalse();
      assertThat(run.measurements()).isEmpty();
      assertThat(SharedBefore.copy(earlier, run, EvalSection.BUILT_IN)).isTrue();
      assertThat(run.measurements()).hasSize(2);
      assertThat(run.evaluationRows("before").resolve("forget.jsonl")).exists();
    }
  }
}
