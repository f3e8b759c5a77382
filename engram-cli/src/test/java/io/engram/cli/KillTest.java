package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.engram.core.Trees;
import io.engram.core.random.RandomStream;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Kills a run with SIGKILL at random moments and resumes it, as often as it takes: its model and
 * everything it measured are those of a run that nobody stopped, bit for bit. {@code
 * -Dengram.kills=100} kills that often for each kind of run; docs/reliability.md has what was
 * found.
 */
class KillTest {
  /** Kills of each kind of run. */
  private static final int KILLS = Integer.getInteger("engram.kills", 3);

  private static final int MANY = 10;

  /** A run is killed at most this often before it is finished. */
  private static final int PER_RUN = 3;

  /** How long a process takes until it works, which no kill is worth. */
  private static final double STARTING = 0.3;

  private static final int SECONDS = 600;

  /** The kinds of run. */
  enum Kind {
    /** Difficulty measured again each epoch, a checkpoint each epoch, evaluations between. */
    MRD_ORDER(
        "unlearn",
        "forget: {data: %s}",
        "retain: {data: %s}",
        "method: {name: npo, retain_weight: 1}",
        "order: {name: mrd, refresh_epochs: 1, estimator: {draws: 4, sigma: 0.01}}",
        "eval: {suites: [memorization], every_epochs: 2, limit: 2}"),
    /** Checks of samples, the loss on kept samples, the best weights. */
    BEST_STATE(
        "unlearn",
        "forget: {data: %s}",
        "retain: {data: %s}",
        "method: {name: wga, retain_weight: 1, retain_loss: kl, retain_bound: auto}",
        "stop: {rule: per_sample, ma: 0.0001, keep: best}"),
    /** Adapters only. */
    LORA(
        "unlearn",
        "forget: {data: %s}",
        "retain: {data: %s}",
        "method: {name: grad_diff}",
        "scope: {train: lora, rank: 2, targets: [q_proj]}"),
    /** Training on the samples instead. */
    FINETUNE("finetune", "train: {data: %s}"),
    /** Triage, rehearsals, updates and verdicts on the built-in model; takes minutes. */
    FORGET("forget");

    private final String command;

    /** Lines of the recipe. */
    private final String sections;

    Kind(String command, String... sections) {
      this.command = command;
      this.sections = String.join("\n", sections);
    }

    /** The words of the command that starts the run. */
    List<Object> start(Path recipe, Path forget, Path retain, Path out) {
      return this == FORGET
          ? List.of(
              command,
              "mini",
              forget,
              "--keep",
              retain,
              "--retrained",
              "mini-retain90",
              "optimizer.learning_rate=5e-5",
              "budget.updates=20",
              "--out",
              out)
          : List.of(command, recipe, "--out", out);
    }

    String recipe(Path forget, Path retain) {
      StringBuilder yaml = new StringBuilder("model: {path: '" + Cli.TINY + "'}\n");
      for (String section : sections.lines().toList()) {
        Path data = section.startsWith("retain") ? retain : forget;
        yaml.append(section.formatted(data)).append('\n');
      }
      if (!sections.contains("eval:")) {
        yaml.append("eval: {suites: []}\n");
      }
      return yaml
          + "optimizer: {learning_rate: 1.0e-3}\nbudget: {epochs: 6, batch: 2, accumulate: 1}\n";
    }
  }

  @TempDir Path folder;

  private Path forget;
  private Path retain;

  @BeforeEach
  void writeData() throws IOException {
    List<String> lines = Files.readAllLines(Cli.ROOT.resolve("data/tofu/forget01.jsonl"));
    forget = Files.write(folder.resolve("forget.jsonl"), lines.subList(0, 6));
    retain = Files.write(folder.resolve("retain.jsonl"), lines.subList(20, 30));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGKILL to send")
  void aKilledRunGoesOnAsIfNothingHadHappened(Kind kind) throws Exception {
    assumeTrue(
        kind != Kind.FORGET || KILLS >= MANY, "takes minutes: only with -Dengram.kills=10 or more");
    Path recipe = Files.writeString(folder.resolve("recipe.yaml"), kind.recipe(forget, retain));
    Path whole = folder.resolve("whole");
    long start = System.nanoTime();
    int wholeCode = run(kind.start(recipe, forget, retain, whole), Long.MAX_VALUE);
    assertThat(wholeCode).as(text("err")).isIn(0, 5);
    long nanos = System.nanoTime() - start;
    Map<String, String> expected = result(whole);
    assertThat(expected).containsKey("model/model.safetensors");
    RandomStream moments = RandomStream.of(7, "kill " + kind, 0, 0);
    int kills = 0;
    for (int r = 0; kills < KILLS; r++) {
      Path out = folder.resolve("killed-" + r);
      boolean done = false;
      for (int k = 0; !done; k++) {
        boolean resumes = Files.exists(out.resolve("manifest.json"));
        if (!resumes) {
          Trees.delete(out);
        }
        List<Object> words =
            resumes
                ? List.of(kind.command, "--resume", out)
                : kind.start(recipe, forget, retain, out);
        double moment = STARTING + (1 - STARTING) * moments.nextDouble();
        int code =
            k < PER_RUN && kills < KILLS ? run(words, (long) (moment * nanos)) : runHere(words);
        if (code == KILLED) {
          kills++;
        } else {
          assertThat(code).as(words.toString()).isEqualTo(wholeCode);
          done = true;
        }
        done = done || isDone(kind, out);
      }
      assertThat(differences(expected, result(out))).isEmpty();
      Trees.delete(out);
    }
  }

  /** Finishes a run in this process, which starts nothing. */
  private static int runHere(List<Object> words) {
    List<Object> all = new ArrayList<>(words);
    all.addAll(THREADS);
    Cli.Ran ran = Cli.run(all.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isIn(0, 5);
    return ran.exitCode();
  }

  private static final List<Object> THREADS = List.of("--threads", "1");
  private static final int KILLED = -1;

  /** Runs a command to its end, or kills it; {@link #KILLED} if it was killed. */
  private int run(List<Object> words, long nanos) throws Exception {
    List<Object> all = new ArrayList<>(words);
    all.addAll(THREADS);
    Process process = Child.of(folder.resolve("out"), folder.resolve("err"), all).start();
    if (process.waitFor(Math.min(nanos, TimeUnit.SECONDS.toNanos(SECONDS)), TimeUnit.NANOSECONDS)) {
      return process.exitValue();
    }
    process.destroyForcibly().waitFor();
    assertThat(nanos)
        .as("it took longer than %d s: %s", SECONDS, text("err"))
        .isLessThan(Long.MAX_VALUE);
    return KILLED;
  }

  private String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  /** Whether a run was killed after the last of its files had been written. */
  private static boolean isDone(Kind kind, Path out) {
    if (!Files.exists(out.resolve("manifest.json"))) {
      return false;
    }
    String last =
        switch (kind) {
          case FINETUNE -> "manifest.json";
          case FORGET -> "certificate.html";
          default -> "report.html";
        };
    try (RunFolder run = RunFolder.read(out)) {
      return run.manifest().status().equals("done") && Files.exists(out.resolve(last));
    }
  }

  /** What must be the same: digests of files, and the journal's events without times. */
  private static Map<String, String> result(Path out) throws IOException {
    Map<String, String> result = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String name = out.relativize(file).toString().replace('\\', '/');
        boolean timed =
            List.of("manifest.json", "journal.jsonl", "report.html", "model/README.md")
                .contains(name);
        boolean salted = name.startsWith("certificate") || name.startsWith("private");
        if (!timed && !salted) {
          result.put(name, name.endsWith(".json") ? untimed(file) : Hashes.sha256(file));
        }
      }
    }
    try (RunFolder run = RunFolder.read(out)) {
      for (JsonNode event : run.journal().read()) {
        String what = event.path("event").asString();
        boolean free = event.path("text").asString("").startsWith("Memory:");
        if (!free && !List.of("interrupt", "resume", "checkpoint", "stop").contains(what)) {
          String key =
              "%s %s %s %s"
                  .formatted(what, event.path("update"), event.path("epoch"), event.path("text"));
          result.put(key, withoutTimes(event).toString());
        }
      }
    }
    return result;
  }

  private static List<String> differences(Map<String, String> expected, Map<String, String> found) {
    Set<String> names = new TreeSet<>(expected.keySet());
    names.addAll(found.keySet());
    return names.stream()
        .filter(name -> !Objects.equals(expected.get(name), found.get(name)))
        .map(name -> "%s: %s, not %s".formatted(name, found.get(name), expected.get(name)))
        .toList();
  }

  private static String untimed(Path file) {
    return withoutTimes(JsonFiles.mapper().readTree(JsonFiles.readText(file))).toString();
  }

  private static JsonNode withoutTimes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(List.of("time", "seconds", "seconds_per_update", "efficiency"));
    }
    node.forEach(KillTest::withoutTimes);
    return node;
  }
}
