package io.engram.unlearn.eval.generative;

import io.engram.core.stats.MeanWithError;
import io.engram.model.generate.StopTexts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a model's answers are made and scored: {@code generate} in a task's YAML file.
 *
 * @param answer the right answers of a row
 * @param maxNewTokens the most tokens that an answer may have
 * @param stop texts that end an answer, and aren't part of it
 * @param scores each becomes a metric
 */
public record GenerativeSpec(
    Answer answer, Integer maxNewTokens, List<String> stop, List<AnswerScore> scores) {
  /**
   * The right answers of a row.
   *
   * @param text a template; null: a column
   * @param column a column that is a text, or a list of texts of which each is right
   */
  public record Answer(@Nullable String text, @Nullable String column) {}

  /** Fills in omitted values. */
  public GenerativeSpec {
    maxNewTokens = maxNewTokens == null ? 0 : maxNewTokens;
    stop = stop == null ? List.of() : List.copyOf(stop);
    scores = scores == null ? List.of() : List.copyOf(scores);
  }

  /** What is wrong with it, for the author of a task; empty: nothing. */
  public List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (answer == null || (answer.text() == null) == (answer.column() == null)) {
      faults.add("generate.answer needs either text, a template, or column");
    }
    if (maxNewTokens < 1) {
      faults.add("generate.max_new_tokens must be 1 or more");
    }
    if (stop.contains("")) {
      faults.add("generate.stop has an empty text; every answer contains it");
    }
    if (scores.isEmpty()) {
      faults.add(
          "generate.scores is missing; each score needs a name and one of "
              + AnswerScore.names(AnswerScore.Measure.values()));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < scores.size(); i++) {
      int number = i;
      scores.get(i).faults().forEach(f -> faults.add("generate.scores[" + number + "]: " + f));
      if (!names.add(scores.get(i).name())) {
        faults.add(
            "generate.scores[%d]: another has the name %s".formatted(i, scores.get(i).name()));
      }
    }
    return faults;
  }

  /** Where answers end. */
  public StopTexts stops() {
    return new StopTexts(stop);
  }

  /** The names of its scores. */
  public List<String> metrics() {
    return scores.stream().map(AnswerScore::name).toList();
  }

  /** An answer's row, scored. */
  public AnswerRow row(@Nullable String part, Asked asked, Answers.Written written) {
    Map<String, String> compared = new LinkedHashMap<>();
    Map<String, Double> values = new LinkedHashMap<>();
    for (AnswerScore each : scores) {
      AnswerScore.Scored scored = each.of(written.text(), asked.answers());
      compared.put(each.name(), scored.compared());
      values.put(each.name(), scored.value());
    }
    return new AnswerRow(
        asked.id(),
        part,
        written.text(),
        asked.answers(),
        compared,
        values,
        written.tokens(),
        written.cut(),
        written.stopped());
  }

  /**
   * A score of a set of rows.
   *
   * @param name the score's
   * @return the mean with its standard error, or the highest without one; NaN without rows
   */
  public MeanWithError of(String name, List<AnswerRow> rows) {
    AnswerScore.Aggregate aggregate =
        scores.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow()
            .aggregate();
    double[] values =
        rows.stream().mapToDouble(row -> Objects.requireNonNull(row.scores().get(name))).toArray();
    return aggregate == AnswerScore.Aggregate.MEAN
        ? MeanWithError.of(values)
        : new MeanWithError(
            Arrays.stream(values).max().orElse(Double.NaN), Double.NaN, values.length);
  }

  /**
   * A question as it is put to the model.
   *
   * @param id the row's
   * @param where file and line, for messages
   * @param prompt the whole text before the answer
   * @param answers the right ones
   */
  public record Asked(String id, String where, String prompt, List<String> answers) {
    /** Copies the list. */
    public Asked {
      answers = List.copyOf(answers);
    }
  }

  /**
   * A line of {@code eval/STAGE/SET.jsonl}: an answer and its scores.
   *
   * @param id the row's
   * @param part the set, if there are several; null: one
   * @param output what the model wrote, up to the first stop text
   * @param answers the right answers
   * @param compared by score, what of the output was compared
   * @param scores by name, in [0, 1]
   * @param tokens how many the model wrote, those of a stop text among them
   * @param cut tokens cut from the beginning of the prompt to fit into the window
   * @param stopped what ended the answer: {@code eos}, {@code text} or {@code limit}
   */
  public record AnswerRow(
      String id,
      @Nullable String part,
      String output,
      List<String> answers,
      Map<String, String> compared,
      Map<String, Double> scores,
      int tokens,
      int cut,
      String stopped) {}
}
