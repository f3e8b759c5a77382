package io.engram.unlearn.eval.harness;

import io.engram.jinja.JinjaException;
import io.engram.unlearn.eval.generative.PromptText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
      if (task.defaultShots() > 0 && !task.hasExamples()) {
        faults.add(
            "shots.count is %d, but no layout names files of examples: [{files: rows.jsonl, examples: shots.jsonl}]"
                .formatted(task.defaultShots()));
      }
    }
    boolean written = task.kind() == TaskSpec.Kind.GENERATE;
    if (written && task.generate() == null) {
      faults.add("generate is missing; the kind generate needs answer, max_new_tokens and scores");
    } else if (!written && task.generate() != null) {
      faults.add("generate belongs to the kind generate; kind is " + name(task.kind()));
    } else if (task.generate() != null) {
      faults.addAll(task.generate().faults());
    } else if (task.metrics().isEmpty()) {
      faults.add("metrics is missing");
    }
    if (task.kind() != TaskSpec.Kind.ROLLING && task.kind() != TaskSpec.Kind.CONTEXTS) {
      if (task.prompt().isEmpty()) {
        faults.add("prompt is missing");
      }
    }
    try {
      PromptText unused = new PromptText(task.prompt());
    } catch (JinjaException e) {
      faults.add("prompt isn't a template: " + e.getMessage());
    }
    return faults;
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
