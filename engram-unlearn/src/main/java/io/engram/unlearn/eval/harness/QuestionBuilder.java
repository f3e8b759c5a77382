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
 * <p><b>Source:</b> lm-evaluation-harness, {@code ConfigurableTask.fewshot_context}.
 */
final class QuestionBuilder {
  private static final String DELIMITER = " ";
  private static final String AFTER_EXAMPLE = "\n\n";

  private final TaskSpec task;
  private final GenerativeSpec.Answer answer;
  private final PromptText prompt;
  private final @Nullable PromptText answerText;
  private final String description;
  private final Examples examples;

  /** For a part of a task. */
  QuestionBuilder(TaskSpec task, String part, Examples examples) {
    this.task = task;
    this.answer = Objects.requireNonNull(task.generate()).answer();
    this.prompt = new PromptText(task.prompt());
    String template = answer.text();
    this.answerText = template == null ? null : new PromptText(template);
    this.description =
        new PromptText(task.description())
            .of(Map.of("part_words", part.replace('_', ' ')), task.task());
    this.examples = examples;
  }

  /** The questions of rows, numbered from 0. */
  List<Asked> questions(List<DataRow> rows) {
    List<Asked> questions = new ArrayList<>();
    for (DataRow row : rows) {
      StringBuilder text = new StringBuilder(description);
      for (DataRow example : examples.before(row)) {
        text.append(prompt.of(example)).append(DELIMITER).append(answers(example).get(0));
        text.append(AFTER_EXAMPLE);
      }
      text.append(prompt.of(row));
      String id = Integer.toString(questions.size());
      questions.add(new Asked(id, row.where(), text.toString(), answers(row)));
    }
    return questions;
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
