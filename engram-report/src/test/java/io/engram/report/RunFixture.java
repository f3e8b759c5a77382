package io.engram.report;

import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Writes a run folder as a real run would, from invented numbers and invented people. */
public final class RunFixture {
  private static final String HASH = "9f2c1d7a55b0e3c84f61";
  private static final int PER_UPDATE = 4;

  private final String order;
  private int samples = 40;
  private int updates = 60;
  private String model = "mini";
  private String encoder = "all-MiniLM-L6-v2, quantised; the paper uses paraphrase-MiniLM-L6-v2";
  private String status = "done";
  private boolean evaluated = true;
  private int seed = 42;
  private String sigma = "1.0e-3";
  private double learningRate = 1e-4;
  private double completenessAfter = 0.61;
  private @Nullable String firstQuestion;
  private @Nullable String firstOutput;

  private RunFixture(String order) {
    this.order = order;
  }

  /** In {@code uniform}, {@code uniform_with_replacement} or {@code mrd} order. */
  public static RunFixture order(String order) {
    return new RunFixture(order);
  }

  public RunFixture size(int newSamples, int newUpdates) {
    samples = newSamples;
    updates = newUpdates;
    return this;
  }

  public RunFixture seed(int newSeed) {
    seed = newSeed;
    return this;
  }

  public RunFixture sigma(String size) {
    sigma = size;
    return this;
  }

  public RunFixture learningRate(double rate) {
    learningRate = rate;
    return this;
  }

  public RunFixture encoder(String name) {
    encoder = name;
    return this;
  }

  public RunFixture model(String path) {
    model = path;
    return this;
  }

  public RunFixture status(String newStatus) {
    status = newStatus;
    return this;
  }

  public RunFixture notEvaluated() {
    evaluated = false;
    return this;
  }

  public RunFixture completeness(double after) {
    completenessAfter = after;
    return this;
  }

  /** Puts texts into the first sample: markup that must not become part of the page. */
  public RunFixture firstSample(String question, String output) {
    firstQuestion = question;
    firstOutput = output;
    return this;
  }

  /** Writes it all and gives the folder back. */
  public Path write(Path dir) {
    boolean mrd = order.equals("mrd");
    try (RunFolder folder = RunFolder.create(dir)) {
      folder.writeRecipe(recipe());
      folder.writeManifest(manifest());
      writeJournal(folder);
      for (int epoch = 0; mrd && epoch < 3; epoch++) {
        folder.writeMrd(epoch, mrd(epoch));
      }
      folder.writeSamples(samples());
      if (evaluated) {
        folder.appendMeasurements(measurements("before", 0.214, 0.731));
        folder.appendMeasurements(measurements("after", completenessAfter, mrd ? 0.668 : 0.652));
      }
    }
    return dir;
  }

  private String recipe() {
    return """
        model: {path: %s, dtype: auto, template: plain}
        forget: {data: ["tofu:forget10"]}
        retain: {data: ["tofu:retain90"]}
        method: {name: npo, forget_weight: 1.0, retain_weight: 1.0, retain_loss: nll, beta: 0.1, reduction: sum}
        order:
          name: %s
          replacement: %s
          refresh_epochs: 1
          weight: mrd
          estimator: {name: %s, sigma: %s, draws: 64, absolute: outside, tokens: mean, scope: answer, clamp: 1.0e-6}
        optimizer: {name: adamw, learning_rate: %s, weight_decay: 0.01, betas: [0.9, 0.999], schedule: linear, warmup_updates: 4}
        scope: {train: all}
        budget: {epochs: 6, batch: 4, accumulate: 1}
        eval: {suites: [tofu], every_epochs: 0, limit: %d}
        trials: 1
        seed: %d
        """
        .formatted(
            model,
            predicted() ? "mrd" : order.replace("_with_replacement", ""),
            order.endsWith("_with_replacement"),
            predicted() ? "predicted_updates" : "antithetic",
            sigma,
            learningRate,
            samples,
            seed);
  }

  private boolean predicted() {
    return order.equals("predicted_updates");
  }

  private Manifest manifest() {
    return new Manifest(
        "0.1.0-SNAPSHOT (abc1234)",
        "engram unlearn recipes/tofu/mini-npo.yaml order.name=" + order,
        HASH + order,
        model,
        HASH + "b1946ac92492d2347c6235b4d2611184",
        Map.of("tofu:forget10", HASH + "591785b794601e212b260e25925636fd"),
        "cpu",
        "float32",
        "plain",
        2,
        Map.of("libtorch", "2.10.0"),
        "2026-11-24T10:00:00Z",
        status.equals("done") ? "2026-11-24T10:05:12Z" : null,
        status);
  }

  private void writeJournal(RunFolder folder) {
    Random random = new Random(order.hashCode());
    folder.journal().write("start", Map.of("recipe", "recipe.yaml"));
    for (int epoch = 0; order.equals("mrd") && epoch < 3; epoch++) {
      folder.journal().write("refresh", Map.of("epoch", epoch, "passes", 64, "seconds", 9.5));
    }
    for (int update = 1; update <= updates; update++) {
      double progress = update / (double) updates;
      folder
          .journal()
          .write(
              "update",
              Map.of(
                  "update",
                  update,
                  "epoch",
                  update * PER_UPDATE / samples,
                  "loss",
                  14.2 - 5 * progress,
                  "forget_loss",
                  13.9 - 6.2 * progress + 0.5 * random.nextGaussian(),
                  "retain_loss",
                  0.42 + 0.35 * progress + 0.05 * random.nextGaussian(),
                  "gradient_norm",
                  4 * Math.exp(-progress) + 0.4 * Math.abs(random.nextGaussian()),
                  "learning_rate",
                  1e-4 * (1 - progress),
                  "seconds",
                  2.1));
    }
    if (evaluated) {
      String note =
          "after: tofu measured on [forget10_perturbed]; forget and retain answers judged by "
              + encoder;
      folder.journal().write("note", Map.of("text", note));
      folder.journal().write("evaluation", Map.of("stage", "after", "seconds", 12.4));
    }
    if (status.equals("done")) {
      double seconds = order.equals("mrd") ? 341.2 : 312.4;
      folder
          .journal()
          .write("stop", Map.of("reason", "budget", "updates", updates, "seconds", seconds));
    }
  }

  private List<MrdRow> mrd(int epoch) {
    Random random = new Random(7);
    List<MrdRow> rows = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      double mrd = 0.032 * Math.exp(0.35 * random.nextGaussian()) * (1 + 0.6 * epoch);
      rows.add(new MrdRow(String.valueOf(i), mrd, 0.06 * mrd, 64, tokens(i), i % 9 == 0 ? 1 : 0));
    }
    return rows;
  }

  private static int tokens(int i) {
    return 12 + i * 7 % 31;
  }

  private List<SampleRow> samples() {
    Random random = new Random(order.hashCode() + 1L);
    int[] draws = draws(random);
    List<SampleRow> rows = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      int drawn = draws[i];
      double drop = 0.35 + 0.11 * drawn + 0.25 * random.nextGaussian();
      double before = -tokens(i) * 0.05;
      rows.add(row(i, drawn, before, before - drop * tokens(i)));
    }
    return rows;
  }

  private int[] draws(Random random) {
    int[] draws = new int[samples];
    double[] weights = mrd(0).stream().mapToDouble(MrdRow::mrd).toArray();
    double total = Arrays.stream(weights).sum();
    for (int draw = 0; draw < updates * PER_UPDATE; draw++) {
      int chosen = draw % samples;
      if (order.equals("mrd")) {
        double left = total * random.nextDouble();
        chosen = 0;
        while (chosen < samples - 1 && left > weights[chosen]) {
          left -= weights[chosen++];
        }
      }
      draws[chosen]++;
    }
    return draws;
  }

  private SampleRow row(int i, int drawn, double before, double after) {
    String[] people = {"Ilse Varnholt", "Tomasz Brenek", "Amara Okonjo-Reyes", "Lior Castellane"};
    String[] towns = {"Quellheim", "Nowa Sol", "Port Harrow", "San Telmo"};
    String person = people[i % people.length];
    String town = towns[(i / 4) % towns.length];
    String question =
        "In which town did the novelist %s write chapter %d of her memoir, and who read it first?"
            .formatted(person, i + 1);
    String answer =
        "%s wrote chapter %d in %s, and her sister was the first to read it."
            .formatted(person, i + 1, town);
    String output =
        order.equals("mrd")
            ? "The memoir of %s was written in a small house near the sea.".formatted(person)
            : "%s wrote it in %s, and a friend was the first reader.".formatted(person, town);
    boolean first = i == 0;
    return new SampleRow(
        String.valueOf(i),
        first && firstQuestion != null ? firstQuestion : question,
        answer,
        tokens(i),
        drawn,
        List.of(drawn),
        before,
        after,
        answer,
        first && firstOutput != null ? firstOutput : output);
  }

  private List<Measurement> measurements(String stage, double uc, double ut) {
    return List.of(
        score(stage, "tofu.forget.unlearning_accuracy", uc - 0.08, 0.031),
        score(stage, "tofu.forget.mia_auc", uc + 0.11, 0.024),
        score(stage, "tofu.forget.rouge_l_recall", 1 - (uc - 0.03), 0.02),
        score(stage, "tofu.forget.rouge_l_recall_complement", uc - 0.03, 0.02),
        score(stage, "tofu.retain.accuracy", ut + 0.04, 0.03),
        score(stage, "tofu.retain.rouge_l_recall", ut - 0.02, 0.018),
        score(stage, "tofu.real_authors.accuracy", ut - 0.05, 0.042),
        score(stage, "tofu.real_authors.rouge_l_recall", ut + 0.01, 0.03),
        score(stage, "tofu.world_facts.accuracy", ut + 0.03, 0.041),
        score(stage, "tofu.world_facts.rouge_l_recall", ut - 0.01, 0.028),
        score(stage, "tofu.unlearning_completeness", uc, null),
        score(stage, "tofu.model_utility_mean", ut, null));
  }

  private Measurement score(
      String stage, String metric, double value, @Nullable Double standardError) {
    boolean higher = !metric.equals("tofu.forget.rouge_l_recall");
    return new Measurement(stage, "tofu", metric, value, "ratio", samples, higher, standardError);
  }
}
