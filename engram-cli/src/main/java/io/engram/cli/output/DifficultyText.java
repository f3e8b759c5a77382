package io.engram.cli.output;

import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.core.text.NumberText;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DifficultyScore.Direction;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.difficulty.MrdScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Shows the samples that are hardest and easiest to forget, with the score and how it was measured.
 */
public final class DifficultyText {
  private static final int TEXT_WIDTH = 90;

  private final DifficultyScore score;
  private final Map<String, Sample> byId;

  private DifficultyText(DifficultyScore score, List<Sample> samples) {
    this.score = score;
    this.byId = samples.stream().collect(Collectors.toMap(Sample::id, Function.identity()));
  }

  /** Shows this many samples of each end, fewer if there are fewer than twice as many samples. */
  public static String of(
      DifficultyScore score, DifficultyScore.Measured found, List<Sample> samples, int ofEachEnd) {
    return new DifficultyText(score, samples).of(found, ofEachEnd);
  }

  private String of(DifficultyScore.Measured found, int ofEachEnd) {
    List<MrdRow> known = found.rows().stream().filter(row -> !Double.isNaN(row.value())).toList();
    Comparator<MrdRow> smallFirst = Comparator.comparingDouble(MrdRow::value);
    boolean largeIsHard = score.direction() == Direction.LARGE_IS_HARD;
    Comparator<MrdRow> hardFirst = largeIsHard ? smallFirst.reversed() : smallFirst;
    int shown = Math.min(ofEachEnd, (known.size() + 1) / 2);
    List<String> lines = new ArrayList<>();
    lines.add(score.about());
    lines.add(settings(found));
    lines.addAll(found.notes());
    int unknown = found.rows().size() - known.size();
    if (unknown > 0) {
      lines.add("%d samples have no value".formatted(unknown));
    }
    lines.addAll(List.of("", "Hardest to forget:", table(first(known, hardFirst, shown))));
    int others = Math.min(shown, known.size() - shown);
    lines.addAll(
        List.of("", "Easiest to forget:", table(first(known, hardFirst.reversed(), others))));
    return String.join("\n", lines);
  }

  private static List<MrdRow> first(List<MrdRow> rows, Comparator<MrdRow> order, int count) {
    return rows.stream().sorted(order).limit(count).toList();
  }

  private String settings(DifficultyScore.Measured found) {
    int count = found.rows().size();
    if (!(score instanceof DrawnScore drawn)) {
      return "%d samples.".formatted(count);
    }
    Object sigma = found.facts().getOrDefault("sigma", drawn.sigma());
    List<String> options = new ArrayList<>();
    if (score instanceof MrdScore mrd) {
      options.add("absolute value " + word(mrd.absolute()));
    }
    if (score instanceof DrawnScore.Relative relative) {
      options.add(word(relative.tokens()) + " over tokens");
    }
    options.add("scope " + word(drawn.scope()));
    return "%d samples; σ = %s, %s draws, estimator %s (%s)."
        .formatted(
            count,
            NumberText.plain(((Number) sigma).doubleValue()),
            found.facts().getOrDefault("passes", 0),
            score.name(),
            String.join(", ", options));
  }

  private String table(List<MrdRow> rows) {
    boolean errors = score instanceof DrawnScore;
    List<String> heading = new ArrayList<>(List.of(score.title()));
    if (errors) {
      heading.add("±");
    }
    heading.addAll(List.of("tokens", "id", "sample"));
    Table table = new Table(heading.toArray(String[]::new));
    for (MrdRow row : rows) {
      Sample sample = byId.get(row.id());
      List<String> cells = new ArrayList<>(List.of(NumberText.plain(row.value())));
      if (errors) {
        cells.add(NumberText.plain(row.standardError()));
      }
      cells.add(Integer.toString(row.tokens()));
      cells.add(row.id());
      cells.add(sample == null ? "" : excerpt(sample, TEXT_WIDTH));
      table.row(cells.toArray(String[]::new));
    }
    return table.toString();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * A text on one line: replaces white space by single spaces and cuts the text at {@code width}
   * characters with an ellipsis.
   */
  static String excerpt(String text, int width) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.codePointCount(0, line.length()) <= width
        ? line
        : line.substring(0, line.offsetByCodePoints(0, width - 1)) + "…";
  }

  /** A sample on one line: question and answer, the text, or the number of token ids. */
  static String excerpt(Sample sample, int width) {
    if (sample.content() instanceof Sample.Asked asked) {
      return excerpt(asked.question() + " → " + asked.answer(), width);
    }
    if (sample.content() instanceof Sample.PlainText text) {
      return excerpt(text.text(), width);
    }
    Sample.TokenIds ids = (Sample.TokenIds) sample.content();
    return ids.prompt().size() + " + " + ids.answer().size() + " token ids";
  }
}
