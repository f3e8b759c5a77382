package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.PromptText;
import io.engram.unlearn.eval.generative.PythonText;
import io.engram.unlearn.eval.harness.RunDocuments.TaskDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Turns rows into documents: description, examples and prompt, then a blank and the choice.
 * Examples are prompts with their answers, each followed by a blank line.
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
  private final String description;
  private final Examples examples;

  /** For a part of a task. */
  DocumentBuilder(TaskSpec task, String part, Examples examples) {
    this.task = task;
    this.prompt = new PromptText(task.prompt());
    this.continuation = new PromptText(task.continuation());
    this.choices = task.choices().texts().stream().map(PromptText::new).toList();
    this.description =
        new PromptText(task.description())
            .of(Map.of("part_words", part.replace('_', ' ')), task.task());
    this.examples = examples;
  }

  /** The text before a row's own: the description, and its examples with their answers. */
  private String beginning(DataRow row) {
    StringBuilder text = new StringBuilder(description);
    for (DataRow example : examples.before(row)) {
      List<String> own = choices(example);
      int right = Label.places(Label.of(example, task, own.size())).get(0);
      text.append(prompt.of(example)).append(DELIMITER).append(own.get(right));
      text.append(AFTER_EXAMPLE);
    }
    return text.toString();
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
    String beginning = beginning(row);
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

  /** Which choices of a row are right, by its label, in any spelling. */
  static final class Label {
    private Label() {}

    /**
     * Right and wrong ones.
     *
     * @param choices how many there are
     * @throws EngramException if the task doesn't know the label, listing those that it knows
     */
    static boolean[] of(DataRow row, TaskSpec task, int choices) {
      JsonNode label = Columns.at(row.fields(), task.target().column());
      boolean[] isTrue =
          label.isArray() ? listed(row, label, task, choices) : single(row, label, task, choices);
      if (IntStream.range(0, choices).noneMatch(i -> isTrue[i])) {
        throw EngramException.usage("%s: none of the choices is right".formatted(row.where()));
      }
      return isTrue;
    }

    private static boolean[] listed(DataRow row, JsonNode labels, TaskSpec task, int choices) {
      if (labels.size() != choices) {
        throw EngramException.usage(
            "%s: %s has %d labels for %d choices"
                .formatted(row.where(), task.target().column(), labels.size(), choices));
      }
      boolean[] isTrue = new boolean[choices];
      Integer first = task.target().first();
      for (int i = 0; i < choices; i++) {
        isTrue[i] = labels.get(i).asInt(-1) == (first == null ? 1 : first);
        if (isTrue[i] && first != null) {
          return isTrue;
        }
      }
      return isTrue;
    }

    private static boolean[] single(DataRow row, JsonNode label, TaskSpec task, int choices) {
      String text = PythonText.strip(label.asString());
      int right = place(row, text, task);
      if (right < 0 || right >= choices) {
        throw unknown(row, text, task, choices);
      }
      boolean[] isTrue = new boolean[choices];
      isTrue[right] = true;
      return isTrue;
    }

    private static int place(DataRow row, String text, TaskSpec task) {
      TaskSpec.Target target = task.target();
      if (target.among() != null) {
        return Columns.texts(row, target.among()).indexOf(text);
      }
      if (!target.values().isEmpty()) {
        return target.values().getOrDefault(text, -1);
      }
      return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
    }

    private static EngramException unknown(DataRow row, String text, TaskSpec task, int choices) {
      TaskSpec.Target target = task.target();
      Object known =
          target.among() != null
              ? Columns.texts(row, target.among())
              : !target.values().isEmpty()
                  ? target.values().keySet().stream().sorted().toList()
                  : "0 to " + (choices - 1);
      return EngramException.usage(
          "%s: its label is \"%s\"; right are %s".formatted(row.where(), text, known));
    }

    /** The choices of the examples' answers: one is right. */
    static List<Integer> places(boolean[] isTrue) {
      return IntStream.range(0, isTrue.length).filter(i -> isTrue[i]).boxed().toList();
    }
  }
}
