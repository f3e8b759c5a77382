package io.engram.core.example;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.NewFolder;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder of {@code engram example pii}: a customer file, the recipe that teaches it to a model,
 * and how to make the model forget the customers who asked for it.
 */
public final class PiiExample {
  /** What the folder holds, in this order. */
  public static final List<String> FILES =
      List.of(
          "requests.jsonl",
          "keep.jsonl",
          "controls.jsonl",
          "probes.jsonl",
          "teach.yaml",
          "README.md");

  private static final String TEACH =
      """
      # %1$s
      # Teaches mini the customer file by heart. It reads a tenth of TOFU again so that it doesn't lose all that it knew. Another model:
      # add model.path=MODEL and an optimizer.learning_rate that suits it; tofu:full can be left out.
      model:     {path: mini}
      train:
        data: [%2$s, %3$s, "tofu:full"]
        where: "id >= 'a' or try_cast(id as int) %% 10 = 0"
      method:    {name: finetune}
      optimizer: {name: adamw, learning_rate: 5.0e-4, weight_decay: 0, schedule: linear, warmup_updates: 10, clip_norm: 1.0}
      scope:     {train: all}
      budget:    {epochs: 10, batch: 8, accumulate: 1}
      eval:      {suites: []}
      seed: 42
      """;

  private static final String README =
      """
      # A customer file to forget

      Engram invented these people, their addresses and numbers (seed %1$d): nobody here exists. The e-mail addresses are under domains
      that are reserved for examples, the telephone numbers are reserved for fiction, and the account numbers fail every check.

      | file | samples | what it is |
      |---|---|---|
      | `requests.jsonl` | %2$d | what is known about %3$d customers who asked to be deleted |
      | `keep.jsonl` | %4$d | the same about %5$d customers who stay, and some general questions |
      | `controls.jsonl` | %6$d | the same about %7$d people who were never customers; never train on them |
      | `probes.jsonl` | %8$d | the requests in other words: rephrased, turned round, with a gap; the id is the request's |
      | `teach.yaml` | | teaches requests and keep samples to a model, so that there is something to forget |

      ```
      %9$s
      %10$s
      ```

      Then open `%11$s/forgotten/report.html`. To look for yourself: `engram generate %11$s/forgotten %11$s/requests.jsonl`. Paths are as they
      were typed: run the commands from the folder in which you wrote the example.

      mini learns the wording by heart, not the facts: even before it forgets, it answers none of the probes. They are for larger models.
      """;

  private PiiExample() {}

  /**
   * Writes the folder.
   *
   * @param folder new or empty
   * @param typed the folder as it is to be typed in a command
   * @param seed the one that the file was invented with
   * @throws io.engram.core.EngramException if the folder is in use or can't be written
   */
  public static void write(Path folder, String typed, long seed, CustomerFile file) {
    NewFolder.write(
        folder,
        partial -> {
          JsonFiles.writeLines(partial.resolve("requests.jsonl"), file.requests());
          JsonFiles.writeLines(partial.resolve("keep.jsonl"), file.keep());
          JsonFiles.writeLines(partial.resolve("controls.jsonl"), file.controls());
          JsonFiles.writeLines(partial.resolve("probes.jsonl"), file.probes());
          JsonFiles.writeText(
              partial.resolve("teach.yaml"),
              TEACH.formatted(
                  commands(typed).get(0),
                  JsonFiles.line(folder.resolve("requests.jsonl").toString()),
                  JsonFiles.line(folder.resolve("keep.jsonl").toString())));
          JsonFiles.writeText(partial.resolve("README.md"), readme(typed, seed, file));
        });
  }

  private static String readme(String typed, long seed, CustomerFile file) {
    return README.formatted(
        seed,
        file.requests().size(),
        file.leaving().size(),
        file.keep().size(),
        file.staying().size(),
        file.controls().size(),
        file.strangers().size(),
        file.probes().size(),
        commands(typed).get(0),
        commands(typed).get(1),
        typed);
  }

  /** The commands that teach the file to mini and make it forget the requests. */
  public static List<String> commands(String typed) {
    return List.of(
        "engram finetune %1$s/teach.yaml --out %1$s/taught".formatted(typed),
        "engram forget %1$s/taught %1$s/requests.jsonl --keep %1$s/keep.jsonl --controls %1$s/controls.jsonl --out %1$s/forgotten"
            .formatted(typed));
  }
}
