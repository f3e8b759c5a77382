package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile draws of an interrupted measurement. */
class DrawsFuzzTest {
  private static final DrawsFile.Key KEY =
      new DrawsFile.Key("model", "cpu", 64, "samples", "estimator", 1, 0, "0.1");

  @TempDir Path folder;

  @Test
  void lines() throws Exception {
    Path file = folder.resolve("draws.jsonl");
    DrawsFile draws = DrawsFile.open(file, KEY, m -> {});
    draws.keep(0, DrawSource.Draw.of(new double[] {0.5, -1}));
    draws.keep(1, new DrawSource.Draw(new double[] {1, 2}, new double[] {3, Double.NaN}));
    String valid = Files.readString(file);
    Fuzz.run(
        "draws",
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          DrawsFile read = DrawsFile.open(file, KEY, m -> {});
          read.begin(8, "draws");
          DrawSource.Draw second = read.find(1);
          if (second == null || second.values().length + second.controls().length < 4) {
            throw EngramException.file("drawn again");
          }
        });
  }
}
