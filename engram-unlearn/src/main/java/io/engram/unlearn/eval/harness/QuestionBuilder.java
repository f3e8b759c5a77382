package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import io.engram.unlearn.eval.generative.PromptText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Turns rows into questions that a model answers in its own words: description, examples with their
 * first right answer, each followed by a blank line, and the prompt.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code ConfigurableTask.fewshot_context} and {@code
 * ContextSampler}.
 */
final class QuestionBuilder {
  private static final String DELIMITER = " ";
  private static final String AFTER_EXAMPLE = "\n\n";

  /** {@code fewshot_random_seed} of lm-evaluation-harness, where nobody says otherwise. */
  private static final int SEED = 1234;

  private final TaskSpec task;
  private final GenerativeSpec.Answer answer;
  private final PromptText prompt;
  private final @Nullable PromptText answerText;
  private final String description;
  private final List<DataRow> examples;
  private final int shots;
  private final TaskSpec.Shots.Draw draw;

  /**
   * For a part of a task.
   *
   * @param examples rows to put before each question, or to draw them from
   * @param shots how many go before a question
   */
  QuestionBuilder(TaskSpec task, String part, List<DataRow> examples, int shots) {
    this.task = task;
    this.answer = Objects.requireNonNull(task.generate()).answer();
    this.prompt = new PromptText(task.prompt());
    String template = answer.text();
    this.answerText = template == null ? null : new PromptText(template);
    this.description =
        new PromptText(task.description())
            .of(Map.of("part_words", part.replace('_', ' ')), task.task());
    this.examples = examples;
    this.shots = shots;
    TaskSpec.Shots how = task.shots();
    this.draw = how == null ? TaskSpec.Shots.Draw.FIRST : how.draw();
  }

  /** The questions of rows, numbered from 0; each draws its examples after those before it. */
  List<Asked> questions(List<DataRow> rows) {
    PythonRandom random = new PythonRandom(SEED);
    List<Asked> questions = new ArrayList<>();
    for (DataRow row : rows) {
      StringBuilder text = new StringBuilder(description);
      for (DataRow example : chosen(row, random)) {
        text.append(prompt.of(example)).append(DELIMITER).append(answers(example).get(0));
        text.append(AFTER_EXAMPLE);
      }
      text.append(prompt.of(row));
      String id = Integer.toString(questions.size());
      questions.add(new Asked(id, row.where(), text.toString(), answers(row)));
    }
    return questions;
  }

  private List<DataRow> chosen(DataRow row, PythonRandom random) {
    if (shots == 0 || draw == TaskSpec.Shots.Draw.FIRST) {
      return examples.subList(0, shots);
    }
    if (draw == TaskSpec.Shots.Draw.SAMPLED) {
      return random.sample(examples, shots);
    }
    List<DataRow> others = others(row, random.sample(examples, shots + 1));
    // A question that is there several times may take away more than one.
    return others.size() < shots
        ? random.sample(others(row, examples), shots)
        : others.subList(0, shots);
  }

  private static List<DataRow> others(DataRow row, List<DataRow> of) {
    return of.stream().filter(each -> !each.fields().equals(row.fields())).toList();
  }

  private List<String> answers(DataRow row) {
    if (answerText != null) {
      return List.of(answerText.of(row));
    }
    String column = Objects.requireNonNull(answer.column());
    JsonNode node = Columns.at(row.fields(), column);
    List<String> answers =
        node.isArray() ? Columns.texts(row, column) : List.of(Columns.required(row, column, task));
    if (answers.isEmpty()) {
      throw EngramException.usage("%s: %s lists no right answer".formatted(row.where(), column));
    }
    return answers;
  }
}
