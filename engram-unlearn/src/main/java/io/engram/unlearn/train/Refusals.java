package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers that refuse, for preference optimisation: a new one is drawn each time a sample is drawn.
 *
 * @param lines the refusals
 * @param seed names the streams (seed, "refusal", epoch, draw)
 */
record Refusals(List<String> lines, long seed) {
  private static final String TOFU = "tofu";

  /** Table 3's three kinds of answers. */
  private static final Map<String, String> BUILT_IN =
      Map.of(
          TOFU,
          "data/refusals/idontknow.txt",
          "copyright",
          "data/refusals/copyright.txt",
          "polite",
          "data/refusals/polite.txt");

  /**
   * Reads refusals, one a line.
   *
   * @param named a list that comes with Engram, or a file; null: the TOFU list
   */
  static Refusals read(@Nullable String named, long seed) {
    String name = named == null ? TOFU : named;
    String own = BUILT_IN.get(name);
    Path path = own == null ? Path.of(name) : EngramHome.resolve(own);
    try {
      List<String> lines =
          Files.readAllLines(path).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
      if (lines.isEmpty()) {
        throw EngramException.usage(
            "method.refusals: " + path + " is empty; one refusal a line is needed.");
      }
      return new Refusals(lines, seed);
    } catch (IOException e) {
      throw EngramException.file(
          "method.refusals: " + path + " can't be read as UTF-8 text: " + e.getMessage(), e);
    }
  }

  /** The refusal of a draw. */
  String at(int epoch, int draw) {
    return lines.get(RandomStream.of(seed, "refusal", epoch, draw).nextInt(lines.size()));
  }
}
