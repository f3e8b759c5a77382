package io.engram.unlearn.study;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.difficulty.UpdatesPredictor;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.study.Criterion.Met;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A sample, or a group of samples, of a study: a line of {@code difficulty.jsonl}.
 *
 * @param id the sample's id, or the group's number
 * @param tokens labelled tokens
 * @param scores scores by name, measured before unlearning; for a group, means over its samples
 * @param updates updates needed by criterion; missing if it was not met
 * @param change mean |θ − θ_0| when the first criterion was met, or at the end if it was not
 * @param changes the same by criterion; missing if it was not met
 */
public record DifficultyRow(
    String id,
    int tokens,
    Map<String, Double> scores,
    Map<String, Double> updates,
    double change,
    Map<String, Double> changes) {

  /** Makes the rows of a study and writes each one when its sample has been unlearned. */
  static final class Writer {
    private final Path file;
    private final DifficultyPlan plan;
    private final Setup setup;
    private final List<TokenizedSample> tokens;
    private final Map<String, double[]> scores;

    /**
     * Rows for these samples.
     *
     * @param file the file of the rows
     * @param scores scores of the samples by name, {@code [N]} each
     */
    Writer(
        Path file,
        DifficultyPlan plan,
        Setup setup,
        List<TokenizedSample> tokens,
        Map<String, double[]> scores) {
      this.file = file;
      this.plan = plan;
      this.setup = setup;
      this.tokens = tokens;
      this.scores = scores;
    }

    /**
     * Unlearns each sample or group alone, except those already in the file.
     *
     * @param seed names the stream of groups
     */
    List<DifficultyRow> oneByOne(UpdatesNeeded unlearning, long seed) {
      List<int[]> units = units(seed);
      List<DifficultyRow> rows = kept();
      setup.progress().start("unlearning one by one", units.size() - rows.size(), "samples");
      for (int u = rows.size(); u < units.size(); u++) {
        if (setup.interrupted().getAsBoolean()) {
          throw EngramException.usage(
              "Stopped after %d of %d. Run the same command to continue."
                  .formatted(u, units.size()));
        }
        int[] unit = units.get(u);
        add(rows, u, unit, unlearning.of(Arrays.stream(unit).mapToObj(tokens::get).toList()));
        setup.progress().advance(1);
      }
      setup.progress().finish();
      return rows;
    }

    /**
     * Unlearns all samples in one run; rows come in the order in which samples are done. If the
     * file has all rows already, no run is made.
     */
    List<DifficultyRow> jointly(UpdatesJointly unlearning) {
      List<DifficultyRow> rows = kept();
      if (rows.size() == tokens.size()) {
        return rows;
      }
      rows.clear();
      JsonFiles.writeText(file, "");
      unlearning.run(tokens, (outcome, i) -> add(rows, i, new int[] {i}, outcome));
      return rows;
    }

    private List<DifficultyRow> kept() {
      return Files.exists(file)
          ? new ArrayList<>(JsonFiles.readLines(file, DifficultyRow.class))
          : new ArrayList<>();
    }

    private List<int[]> units(long seed) {
      int count = tokens.size();
      if (plan.groups() == 0) {
        return IntStream.range(0, count).mapToObj(i -> new int[] {i}).toList();
      }
      RandomStream random = RandomStream.of(seed, "study-groups", 0, 0);
      List<int[]> units = new ArrayList<>();
      for (int g = 0; g < plan.groups(); g++) {
        units.add(IntStream.range(0, plan.groupSize()).map(i -> random.nextInt(count)).toArray());
      }
      return units;
    }

    private void add(List<DifficultyRow> rows, int number, int[] unit, Met.Outcome outcome) {
      Map<String, Double> means = new LinkedHashMap<>();
      scores.forEach(
          (name, values) ->
              means.put(
                  name, Arrays.stream(unit).mapToDouble(i -> values[i]).average().orElseThrow()));
      addForecast(means, outcome.forecast());
      String id = plan.groups() == 0 ? tokens.get(unit[0]).id() : Integer.toString(number);
      int labels = Arrays.stream(unit).map(i -> tokens.get(i).labels()).sum();
      DifficultyRow row =
          new DifficultyRow(
              id, labels, means, outcome.updates(), outcome.change(), outcome.changes());
      rows.add(row);
      append(JsonFiles.line(row) + "\n");
    }

    private static void addForecast(
        Map<String, Double> scores, UpdatesPredictor.Forecast forecast) {
      double l1 = forecast.start().l1();
      scores.put("gradient_l1", l1);
      scores.put("relative_gradient_l1", l1 / forecast.start().loss());
      scores.put("predicted_updates", forecast.updates());
    }

    private void append(String line) {
      try {
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw EngramException.resources(file + " can't be written: " + e.getMessage(), e);
      }
    }
  }
}
