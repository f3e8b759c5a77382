package io.engram.report.page;

import io.engram.report.run.RunContents;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The resolved recipes, key by key.
 *
 * @param differing how many keys differ between runs
 */
public record RecipeComparison(List<String> labels, List<Line> lines, int differing) {
  /**
   * A key with its value in each run; "–" if a run lacks the key.
   *
   * @param differs whether the runs disagree
   */
  public record Line(String key, List<String> values, boolean differs) {}

  /** Differing keys first, otherwise in the recipe's order. */
  public static RecipeComparison of(List<RunContents> runs) {
    Set<String> keys = new LinkedHashSet<>();
    runs.forEach(run -> keys.addAll(run.recipe().values().keySet()));
    List<Line> lines = keys.stream().map(key -> line(key, runs)).toList();
    List<Line> sorted =
        Stream.concat(
                lines.stream().filter(Line::differs), lines.stream().filter(l -> !l.differs()))
            .toList();
    int differing = (int) lines.stream().filter(Line::differs).count();
    return new RecipeComparison(runs.stream().map(RunContents::label).toList(), sorted, differing);
  }

  private static Line line(String key, List<RunContents> runs) {
    List<String> values =
        runs.stream().map(run -> run.recipe().values().getOrDefault(key, "–")).toList();
    return new Line(key, values, values.stream().distinct().count() > 1);
  }
}
