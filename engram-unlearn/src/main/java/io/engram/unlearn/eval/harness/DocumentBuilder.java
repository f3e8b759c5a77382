package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.DataRow;
import io.engram.jinja.JinjaException;
import io.engram.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/**
 * Rows to documents: description, examples and prompt, then a blank and the choice. Examples are
 * prompts with their answers, a blank line after each.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code ConfigurableTask.fewshot_context} and {@code
 * construct_requests}.
 */
final class DocumentBuilder {
  private static final String DELIMITER = " ";
  private static final String AFTER_EXAMPLE = "\n\n";

  private final TaskSpec task;
  private final PromptText prompt;
  private final PromptText continuation;
  private final List<PromptText> choices;
  private final String beginning;

  /**
   * For a part of a task.
   *
   * @param examples rows that come before each question with their answers
   */
  DocumentBuilder(TaskSpec task, String part, List<DataRow> examples) {
    this.task = task;
    this.prompt = new PromptText(task.prompt());
    this.continuation = new PromptText(task.continuation());
    this.choices = task.choices().texts().stream().map(PromptText::new).toList();
    StringBuilder text = new StringBuilder();
    if (!task.description().isEmpty()) {
      text.append(
          new PromptText(task.description())
              .of(Map.of("part_words", part.replace('_', ' ')), task.task()));
    }
    for (DataRow example : examples) {
      List<String> own = choices(example);
      int right = Label.places(Label.of(example, task, own.size())).get(0);
      text.append(prompt.of(example)).append(DELIMITER).append(own.get(right));
      text.append(AFTER_EXAMPLE);
    }
    this.beginning = text.toString();
  }

  /** The documents of rows, numbered from 0. */
  List<TaskDocument> documents(List<DataRow> rows) {
    List<TaskDocument> documents = new ArrayList<>();
    for (DataRow row : rows) {
      documents.add(document(Integer.toString(documents.size()), row));
    }
    return documents;
  }

  private TaskDocument document(String id, DataRow row) {
    List<String> own = choices(row);
    boolean[] isTrue = Label.of(row, task, own.size());
    if (task.kind() == TaskSpec.Kind.CONTEXTS) {
      List<String> contexts = own.stream().map(choice -> beginning + choice).toList();
      String next = DELIMITER + continuation.of(row);
      return new TaskDocument(
          id, row.where(), contexts, Collections.nCopies(own.size(), next), own, isTrue);
    }
    String context = beginning + prompt.of(row);
    return new TaskDocument(
        id,
        row.where(),
        Collections.nCopies(own.size(), context),
        own.stream().map(choice -> DELIMITER + choice).toList(),
        own,
        isTrue);
  }

  private List<String> choices(DataRow row) {
    String column = task.choices().column();
    List<String> own =
        column != null
            ? Columns.texts(row, column)
            : choices.stream().map(choice -> choice.of(row)).toList();
    if (own.isEmpty()) {
      throw EngramException.usage(row.where() + ": it has no choices");
    }
    for (int i = 0; i < own.size(); i++) {
      if (own.get(i).isEmpty()) {
        throw EngramException.usage(
            "%s: choice %d of %d is empty; nothing could be scored"
                .formatted(row.where(), i + 1, own.size()));
      }
    }
    return own;
  }

  /** A template over a row's columns. */
  private static final class PromptText {
    private static final TypeReference<Map<String, Object>> COLUMNS = new TypeReference<>() {};

    private final JinjaTemplate template;

    PromptText(String source) {
      // Jinja drops one line end at the end of a template, and here all of them count.
      this.template = JinjaTemplate.parse(source + "\n");
    }

    /** The text for a row. */
    String of(DataRow row) {
      return of(JsonFiles.mapper().convertValue(row.fields(), COLUMNS), row.where());
    }

    /** The text for these variables. */
    String of(Map<String, Object> variables, String where) {
      try {
        return template.render(variables, Clock.systemUTC());
      } catch (JinjaException e) {
        throw EngramException.usage(where + ": no prompt can be made of it: " + e.getMessage());
      }
    }
  }
}
