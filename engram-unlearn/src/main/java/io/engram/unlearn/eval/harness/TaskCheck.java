package io.engram.unlearn.eval.harness;

import io.engram.jinja.JinjaException;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.PromptText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What is wrong with a task whose keys are right, before any of its rows are read. */
final class TaskCheck {
  private TaskCheck() {}

  /** What a task lacks, or says in two ways; empty: nothing. */
  static List<String> task(TaskSpec task) {
    List<String> faults = new ArrayList<>();
    if (task.task() == null || !task.task().matches("[a-z0-9_]+")) {
      faults.add("task is %s; lower-case letters, digits and _ are right".formatted(task.task()));
    }
    if (task.data() == null || task.data().layouts().isEmpty()) {
      faults.add(
          "data.layouts is missing; it says which files have the rows: [{files: rows.jsonl}]");
    } else {
      for (TaskSpec.Layout layout : task.data().layouts()) {
        if (layout.files() == null || layout.files().equals(layout.examples())) {
          faults.add(
              "data.layouts: files is %s and examples is %s; two different files are right, so that no question is its own example"
                  .formatted(layout.files(), layout.examples()));
        }
      }
      String mend = task.data().mend();
      if (mend != null && !RowMending.names().contains(mend)) {
        faults.add("data.mend is %s; there are %s".formatted(mend, RowMending.names()));
      }
      if (task.defaultShots() < 0) {
        faults.add("shots.count is %d; 0 or more is right".formatted(task.defaultShots()));
      }
      if (task.defaultShots() > 0 && !task.hasExamples()) {
        faults.add(
            "shots.count is %d, but no layout names files of examples: [{files: rows.jsonl, examples: shots.jsonl}]"
                .formatted(task.defaultShots()));
      }
    }
    TaskSpec.Kind kind = task.kind();
    boolean written = kind == TaskSpec.Kind.GENERATE;
    if (written && task.generate() == null) {
      faults.add("generate is missing; the kind generate needs answer, max_new_tokens and scores");
    } else if (!written && task.generate() != null) {
      faults.add("generate belongs to the kind generate; kind is " + name(kind));
    } else if (task.generate() != null) {
      faults.addAll(task.generate().faults());
    } else if (task.metrics().isEmpty()) {
      faults.add("metrics is missing; the kind %s has %s".formatted(name(kind), kind.metrics()));
    } else if (!task.metrics().stream()
        .allMatch(each -> each != null && kind.metrics().contains(each))) {
      faults.add(
          "metrics is %s; the kind %s has %s"
              .formatted(task.metrics(), name(kind), kind.metrics()));
    }
    if (kind != TaskSpec.Kind.ROLLING && kind != TaskSpec.Kind.CONTEXTS) {
      if (task.prompt().isEmpty()) {
        faults.add("prompt is missing");
      }
    }
    task.parts()
        .forEach(
            (group, names) -> {
              if (names.isEmpty() || names.stream().anyMatch(Objects::isNull)) {
                faults.add("parts.%s is %s; a list of names is right".formatted(group, names));
              }
            });
    templates(task)
        .forEach(
            (key, template) -> {
              try {
                PromptText unused = new PromptText(template);
              } catch (JinjaException e) {
                faults.add("%s isn't a template: %s".formatted(key, e.getMessage()));
              }
            });
    return faults;
  }

  /** Every template of a task, by its key. */
  private static Map<String, String> templates(TaskSpec task) {
    Map<String, String> templates = new LinkedHashMap<>();
    templates.put("description", task.description());
    templates.put("prompt", task.prompt());
    List<String> choices = task.choices().texts();
    for (int i = 0; i < choices.size(); i++) {
      templates.put("choices.texts[" + i + "]", choices.get(i));
    }
    templates.put("continuation", task.continuation());
    GenerativeSpec generate = task.generate();
    String answer = generate == null || generate.answer() == null ? null : generate.answer().text();
    if (answer != null) {
      templates.put("generate.answer.text", answer);
    }
    return templates;
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
