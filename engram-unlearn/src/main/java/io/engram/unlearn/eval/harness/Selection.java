package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.settings.NearestNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a name after {@code harness:}.
 *
 * @param runs the tasks, in order
 * @param name of their average, if there is one: {@code zero_shot}
 * @param average how to average; null: not at all
 */
record Selection(List<Run> runs, String name, @Nullable String average) {
  /**
   * A task to measure.
   *
   * @param task its definition
   * @param shots the number of examples before each question
   * @param parts the parts to measure
   * @param group the requested group or part; empty: the whole
   */
  record Run(TaskSpec task, int shots, List<String> parts, String group) {
    /** Its name in measurements: {@code mmlu_5shot}. */
    String id() {
      return shots == task.defaultShots() ? task.task() : task.task() + "_" + shots + "shot";
    }

    /** The same with the requested group: {@code mmlu_5shot_stem}. */
    String name() {
      return group.isEmpty() ? id() : id() + "_" + group;
    }

    /** The groups of parts that have measurements of their own. */
    Map<String, List<String>> groups() {
      return group.isEmpty() ? task.parts() : Map.of();
    }
  }

  private static final Pattern SHOTS = Pattern.compile("(.+)_(\\d{1,2})shot");

  /**
   * Reads a name: a task, a group of tasks, a task's part or group of parts ({@code mmlu_stem}),
   * each with {@code _5shot} to put examples before the question, or a task's own file; empty: all
   * tasks that need no generation.
   *
   * @throws EngramException if nothing has this name, suggesting similar ones
   */
  static Selection of(String name) {
    if (name.isEmpty()) {
      return new Selection(
          HarnessTasks.all().values().stream()
              .filter(task -> task.kind() != TaskSpec.Kind.GENERATE)
              .map(task -> whole(task, task.defaultShots()))
              .toList(),
          "",
          null);
    }
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      TaskSpec own = HarnessTasks.open(Path.of(name));
      return new Selection(List.of(whole(own, own.defaultShots())), "", null);
    }
    HarnessTasks.Group group = HarnessTasks.groups().get(name);
    if (group != null) {
      List<Run> runs =
          group.tasks().stream()
              .map(task -> Objects.requireNonNull(HarnessTasks.all().get(task)))
              .map(task -> whole(task, task.defaultShots()))
              .toList();
      return new Selection(runs, name, group.average());
    }
    return new Selection(List.of(run(name)), "", null);
  }

  private static Run run(String name) {
    Matcher shots = SHOTS.matcher(name);
    boolean some = shots.matches();
    Run run = some ? find(shots.group(1), Integer.parseInt(shots.group(2))) : find(name, -1);
    if (run == null) {
      throw unknown(name);
    }
    if (some && !run.task().hasExamples()) {
      throw EngramException.usage(
          "eval.suites: harness:%s: the task %s is measured without examples before the question; there are such of %s"
              .formatted(
                  name,
                  run.task().task(),
                  HarnessTasks.all().values().stream()
                      .filter(TaskSpec::hasExamples)
                      .map(TaskSpec::task)
                      .toList()));
    }
    return run;
  }

  /** A task or a part of one; {@code shots} &lt; 0: as many examples as the task has. */
  private static @Nullable Run find(String name, int shots) {
    TaskSpec task = HarnessTasks.all().get(name);
    return task != null
        ? whole(task, shots < 0 ? task.defaultShots() : shots)
        : partial(Math.max(0, shots)).get(name);
  }

  private static Run whole(TaskSpec task, int shots) {
    return new Run(task, shots, task.allParts(), "");
  }

  /** Everything smaller than a task, by name. */
  private static Map<String, Run> partial(int shots) {
    Map<String, Run> runs = new TreeMap<>();
    for (TaskSpec task : HarnessTasks.all().values()) {
      for (Map.Entry<String, List<String>> group : task.parts().entrySet()) {
        for (String part : group.getValue()) {
          runs.put(task.task() + "_" + part, new Run(task, shots, List.of(part), part));
        }
        runs.put(
            task.task() + "_" + group.getKey(),
            new Run(task, shots, group.getValue(), group.getKey()));
      }
    }
    return runs;
  }

  private static EngramException unknown(String name) {
    Set<String> known = new LinkedHashSet<>(HarnessTasks.all().keySet());
    known.addAll(HarnessTasks.groups().keySet());
    known.add("mmlu_5shot");
    List<String> all = new ArrayList<>(known);
    all.addAll(partial(0).keySet());
    return EngramException.usage(
        "eval.suites: the harness has no task %s; nearest are %s.%nThere are %s, and parts as in mmlu_stem or mmlu_anatomy."
            .formatted(name, NearestNames.of(name, all, 3), known));
  }
}
