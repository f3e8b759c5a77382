package io.engram.report;

import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.core.run.VerdictRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the run folder of {@code engram forget} on invented requests: of each id the verdict, and
 * a run of 4 updates that forgets one request an update.
 */
public final class ForgetFixture {
  private static final VerdictRow.Values LIMITS =
      new VerdictRow.Values(-1.0, 0.875, 0.25, null, 0.75, null);

  private final List<VerdictRow> verdicts = new ArrayList<>();
  private final List<SampleRow> samples = new ArrayList<>();
  private final List<ForgetPlan.Planned> planned = new ArrayList<>();
  private String origin = "made";
  private int controls = 40;
  private String reason = "controls";
  private ForgetPlan.Updates forecast = new ForgetPlan.Updates(5.0, 3.0, 8.0);
  private String keep = "[\"my-own.jsonl\"]";
  private double keepAfter = 0.12;
  private String text = "";
  private boolean plain;

  /** A request that was known and is forgotten after an update. */
  public ForgetFixture forgotten(String id, double forecastUpdates, int at) {
    return request(id, VerdictRow.FORGOTTEN, "known", List.of(), forecastUpdates, at, false);
  }

  /** A request that is still known. */
  public ForgetFixture known(String id, @Nullable Double forecastUpdates) {
    return request(
        id,
        VerdictRow.KNOWN,
        "known",
        List.of("log_prob", "exact_memorization"),
        forecastUpdates,
        null,
        true);
  }

  /** A request that is undecided. */
  public ForgetFixture undecided(String id) {
    return request(id, VerdictRow.UNDECIDED, "known", List.of("log_prob"), 2.0, null, null);
  }

  /** A request that was never known. */
  public ForgetFixture neverKnown(String id) {
    return request(id, VerdictRow.NOT_KNOWN_BEFORE, "not_known", List.of(), 0.0, 0, true);
  }

  /** Where the controls come from, and how many they are. */
  public ForgetFixture controls(String newOrigin, int n) {
    origin = newOrigin;
    controls = n;
    return this;
  }

  /** The interval of updates that the plan gave. */
  public ForgetFixture forecast(
      @Nullable Double median, @Nullable Double low, @Nullable Double high) {
    forecast = new ForgetPlan.Updates(median, low, high);
    return this;
  }

  /** Ended by its budget. */
  public ForgetFixture endedByBudget() {
    reason = "budget";
    return this;
  }

  /** Without samples to keep of its own. */
  public ForgetFixture neutralKeep() {
    keep = "[\"runs/a/general.jsonl\"]";
    return this;
  }

  /** The loss on samples to keep after the last update; it begins at 0.1, its bound is 0.05. */
  public ForgetFixture keepAfter(double loss) {
    keepAfter = loss;
    return this;
  }

  /** As a run of {@code engram unlearn}: with checks, without a plan and verdicts. */
  public ForgetFixture plainRun() {
    plain = true;
    return this;
  }

  /** Adds a text to all questions and answers. */
  public ForgetFixture text(String added) {
    text = added;
    return this;
  }

  private ForgetFixture request(
      String id,
      String verdict,
      String knownBefore,
      List<String> above,
      @Nullable Double forecastUpdates,
      @Nullable Integer at,
      @Nullable Boolean answeredForOthers) {
    boolean never = verdict.equals(VerdictRow.NOT_KNOWN_BEFORE);
    String answer = "Ilse Varnholt lives in Quellheim." + text;
    VerdictRow.Values before =
        never
            ? new VerdictRow.Values(-9, 0.1, 0.04, 0.2, 0.2, "A town by the sea.")
            : new VerdictRow.Values(-0.105, 1, 0.9, 1.0, 1.0, answer);
    VerdictRow.Values after =
        above.isEmpty()
            ? new VerdictRow.Values(never ? -9 : -2.303, 0.5, 0.04, 0.2, 0.2, "A town by the sea.")
            : new VerdictRow.Values(-0.223, 1, 0.1, 0.5, 0.5, answer);
    List<String> aboveBefore = never ? List.of() : List.of("log_prob", "exact_memorization");
    verdicts.add(
        new VerdictRow(
            id,
            verdict,
            knownBefore,
            aboveBefore,
            above,
            before,
            after,
            LIMITS,
            forecastUpdates,
            at,
            answeredForOthers));
    planned.add(
        new ForgetPlan.Planned(
            id, forecastUpdates, knownBefore, aboveBefore, before, answeredForOthers));
    samples.add(
        new SampleRow(
            id,
            "Where does Ilse Varnholt (%s) live?%s".formatted(id, text),
            answer,
            9,
            never ? 0 : 3,
            List.of(never ? 0 : 3),
            before.logProb() * 9,
            after.logProb() * 9,
            before.answer(),
            after.answer(),
            at));
    return this;
  }

  /** Writes it all and gives the folder back. */
  public Path write(Path dir) {
    try (RunFolder folder = RunFolder.create(dir)) {
      folder.writeRecipe(
          """
          model: {path: models/llama}
          forget: {data: ["requests.jsonl"]}
          retain: {data: %s}
          method: {name: wga}
          order: {name: uniform, replacement: false}
          budget: {epochs: null, updates: 10, batch: 4, accumulate: 4}
          eval: {suites: [], retrained: models/never-saw}
          seed: 42
          """
              .formatted(keep));
      folder.writeManifest(
          new Manifest(
              "0.1.0",
              "engram forget",
              "hash",
              "models/llama",
              "hash",
              Map.of(),
              "cpu",
              "float32",
              "plain",
              2,
              Map.of(),
              "2026-11-24T10:00:00Z",
              "2026-11-24T10:05:12Z",
              "done"));
      writeJournal(folder);
      folder.writeSamples(samples);
    }
    if (plain) {
      return dir;
    }
    JsonFiles.write(
        dir.resolve(ForgetPlan.FILE),
        new ForgetPlan(
            forecast,
            10,
            1e-4,
            true,
            null,
            80,
            1 << 30,
            null,
            planned,
            List.of(),
            new ForgetPlan.KeepLoss(16, 0.1, 0.13, null),
            new ForgetPlan.Rehearsed(List.of(1.0, 5.0), 9, 40),
            new ForgetPlan.Controls(origin, controls, LIMITS)));
    JsonFiles.writeLines(dir.resolve(VerdictRow.FILE), verdicts);
    return dir;
  }

  private void writeJournal(RunFolder folder) {
    int never = (int) verdicts.stream().filter(v -> v.knownBefore().equals("not_known")).count();
    for (int update = 0; update <= 4; update++) {
      int at = update;
      int forgotten =
          (int)
              verdicts.stream()
                  .map(VerdictRow::forgottenAtUpdate)
                  .filter(u -> u != null && u <= at)
                  .count();
      if (update > 0) {
        folder
            .journal()
            .write(
                "update", Map.of("update", update, "epoch", update, "loss", 1, "gradient_norm", 1));
      }
      folder
          .journal()
          .write(
              "check",
              Map.of(
                  "update",
                  update,
                  "samples",
                  verdicts.size(),
                  "forgotten",
                  Math.max(never, forgotten),
                  "drawn_from",
                  verdicts.size() - Math.max(never, forgotten)));
      folder
          .journal()
          .write(
              "keep",
              Map.of(
                  "update",
                  update,
                  "samples",
                  40,
                  "loss",
                  0.1 + (keepAfter - 0.1) * update / 4,
                  "start",
                  0.1,
                  "bound",
                  0.05,
                  "lambda",
                  0.5));
    }
    folder
        .journal()
        .write("stop", Map.of("reason", reason, "updates", 4, "seconds", 73.4, "samples", 4));
  }
}
