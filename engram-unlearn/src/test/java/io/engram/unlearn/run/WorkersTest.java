package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.group.Meeting;
import io.engram.model.group.WorkerGroup;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.PartedNetwork;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeSettings;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs by several workers, here threads of one process, against the same run by one. */
@Timeout(120)
class WorkersTest {
  @TempDir Path folder;
  private SmallRuns runs;
  private int groups;

  @BeforeEach
  void data() throws IOException {
    runs = new SmallRuns(folder);
    runs.writeData();
  }

  private Path byTwo(String name, Recipe recipe, BooleanSupplier interrupted) throws Exception {
    return by(2, false, name, recipe, interrupted);
  }

  /** A run that several workers make. */
  private Path by(
      int workers, boolean shares, String name, Recipe recipe, BooleanSupplier interrupted)
      throws Exception {
    Path out = folder.resolve(name);
    String group = name + "." + groups++;
    Path rendezvous = folder.resolve(group + ".rendezvous");
    List<CompletableFuture<Void>> others = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(workers - 1);
    for (int rank = 1; rank < workers; rank++) {
      int own = rank;
      others.add(
          CompletableFuture.runAsync(
              () -> {
                Path scratch = folder.resolve("%s.%d".formatted(group, own));
                try (WorkerGroup joined = WorkerGroup.join(rendezvous, own, workers, shares);
                    RunFolder journal = RunFolder.create(scratch)) {
                  Experiment.assist(
                      Experiment.Assisted.of(joined.awaitAnnouncement()),
                      journal,
                      SmallRuns.setup(() -> false).with(joined));
                }
              },
              threads));
    }
    try (WorkerGroup leader = WorkerGroup.join(rendezvous, 0, workers, shares)) {
      Setup setup = SmallRuns.setup(interrupted).with(leader);
      if (out.resolve("manifest.json").toFile().exists()) {
        try (RunFolder run = RunFolder.resume(out)) {
          Experiment.resume(run, Recipe.Kind.UNLEARN, setup);
        }
      } else {
        try (RunFolder run = RunFolder.create(out)) {
          Experiment.run(recipe, run, setup);
        }
      }
      for (CompletableFuture<Void> other : others) {
        other.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    return out;
  }

  private static Recipe changed(Recipe recipe, String... keys) {
    return RecipeReader.parse(
        RecipeWriter.yaml(recipe), List.of(keys), Recipe.Kind.UNLEARN, "test");
  }

  /** {@code ‖a − b‖ / ‖b‖} of the float32 weights. */
  private static double distance(Path run, Path expected) throws IOException {
    ByteBuffer a = ByteBuffer.wrap(SmallRuns.weights(run)).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer b = ByteBuffer.wrap(SmallRuns.weights(expected)).order(ByteOrder.LITTLE_ENDIAN);
    int header = 8 + (int) a.getLong(0);
    double squares = 0;
    double all = 0;
    for (int at = header; at < a.limit(); at += 4) {
      double difference = (double) a.getFloat(at) - b.getFloat(at);
      squares += difference * difference;
      all += (double) b.getFloat(at) * b.getFloat(at);
    }
    return Math.sqrt(squares / all);
  }

  private static List<Integer> drawn(Path run) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.samples().stream().map(SampleRow::drawn).toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: ga | name: uniform",
        "name: npo | name: mrd, replacement: true, estimator: {draws: 4, sigma: 0.01}",
        "name: grad_diff, retain_loss: kl | name: hinge, until: 9",
        "name: dpo | name: dro, temperature: 0.1",
        "name: po | name: uniform",
        "name: rmu | name: uniform",
        "name: undial, retain_weight: 0.5, retain_loss: kl | name: uniform, pair: nearest",
        "name: ngdiff, fit_updates: 2 | name: uniform",
        "name: gru, retain_loss: kl | name: saturation"
      })
  void theSameAsByOne(String method, String order) throws Exception {
    Recipe recipe =
        changed(
            runs.recipe(method, order),
            "optimizer={name: sgd, learning_rate: 0.05, momentum: 0.5}");
    Path alone = runs.run("alone", recipe);
    Path two = byTwo("two", recipe, () -> false);
    assertThat(drawn(two)).isEqualTo(drawn(alone));
    // A fitted step divides by a small difference of losses.
    double bound = method.contains("fit_updates") ? 5e-6 : 1e-6;
    assertThat(distance(two, alone)).isLessThan(bound);
  }

  /**
   * An update has four sequences, a check one sample to keep: some workers get none. They share the
   * state, so what each does shows in the result.
   */
  @Test
  void moreWorkersThanPieces() throws Exception {
    Recipe recipe =
        changed(
            runs.recipe("name: grad_diff, retain_bound: 10", "name: uniform"),
            "optimizer={name: sgd, learning_rate: 0.05, momentum: 0.5}");
    Path alone = runs.run("alone", recipe);
    assertThat(distance(by(6, true, "six", recipe, () -> false), alone)).isLessThan(1e-6);
  }

  /** The stopping rule's checks and the keep loss are divided, too; SAM takes two gradients. */
  @Test
  void theSameChecksAsByOne() throws Exception {
    Recipe recipe =
        changed(
            runs.recipe("name: wga, retain_bound: 10", "name: uniform"),
            "optimizer={name: sgd, learning_rate: 0.5, sam_rho: 0.01}",
            "controls.data=tofu:real_authors",
            "stop={rule: controls, every_updates: 2, keep: best}");
    Path alone = runs.run("alone", recipe);
    Path two = byTwo("two", recipe, () -> false);
    assertThat(distance(two, alone)).isLessThan(1e-6);
    double[] checks = checks(alone);
    assertThat(checks).hasSizeGreaterThan(1);
    assertThat(checks(two)).containsExactly(checks, within(1e-5));
  }

  private static double[] checks(Path run) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.journal().read().stream()
          .filter(event -> event.path("event").asString().equals("check"))
          .mapToDouble(event -> event.path("log_prob_mean").asDouble())
          .toArray();
    }
  }

  @Test
  void interruptedByTwoAndResumedByOne() throws Exception {
    Recipe recipe =
        changed(runs.recipe("name: npo", "name: uniform"), "optimizer={name: sgd, momentum: 0.5}");
    Path whole = runs.run("whole", recipe);
    AtomicInteger asked = new AtomicInteger();
    Path cut = byTwo("cut", recipe, () -> asked.incrementAndGet() == 5);
    try (RunFolder run = RunFolder.resume(cut)) {
      assertThat(run.manifest().status()).isEqualTo("interrupted");
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(distance(cut, whole)).isLessThan(1e-6);
    AtomicInteger again = new AtomicInteger();
    Path other = folder.resolve("other");
    try (RunFolder run = RunFolder.create(other)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> again.incrementAndGet() == 5));
    }
    byTwo("other", recipe, () -> false);
    assertThat(distance(other, whole)).isLessThan(1e-6);
  }

  /** ZeRO-1: the same bytes; the checkpoint has each moment once, and any number can go on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: adamw, learning_rate: 0.01} | 2",
        "{name: sgd, momentum: 0.5, learning_rate: 0.05} | 1"
      })
  void sharedStateChangesNoByte(String optimizer, int moments) throws Exception {
    Recipe recipe =
        changed(
            runs.recipe("name: ngdiff, fit_updates: 0", "name: uniform"), "optimizer=" + optimizer);
    Path each = by(3, false, "each", recipe, () -> false);
    assertThat(SmallRuns.weights(by(3, true, "shared", recipe, () -> false)))
        .isEqualTo(SmallRuns.weights(each));
    AtomicInteger asked = new AtomicInteger();
    Path cut = by(3, true, "cut", recipe, () -> asked.incrementAndGet() == 5);
    List<List<String>> parts = new ArrayList<>();
    for (String name : List.of("state", "state-2", "state-3")) {
      try (SafetensorsFile file =
          new SafetensorsFile(cut.resolve("checkpoint/" + name + ".safetensors"))) {
        parts.add(file.shapes().keySet().stream().filter(n -> n.contains("moment")).toList());
      }
    }
    assertThat(parts).noneMatch(List::isEmpty);
    List<String> all = parts.stream().flatMap(List::stream).toList();
    assertThat(all).doesNotHaveDuplicates();
    try (SafetensorsFile file = new SafetensorsFile(cut.resolve("checkpoint/state.safetensors"))) {
      long trained = file.shapes().keySet().stream().filter(n -> n.startsWith("weight.")).count();
      assertThat(all).hasSize((int) trained * moments);
    }
    Path copy = folder.resolve("copy");
    copy(cut, copy);
    assertThat(SmallRuns.weights(by(3, true, "cut", recipe, () -> false)))
        .isEqualTo(SmallRuns.weights(each));
    try (RunFolder run = RunFolder.resume(copy)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(distance(copy, each)).isLessThan(1e-6);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void sgdWithoutMomentumHasNoStateToShare() throws Exception {
    Recipe recipe =
        changed(runs.recipe("name: ga", "name: uniform"), "optimizer={name: sgd, momentum: 0}");
    Path rendezvous = folder.resolve("none.rendezvous");
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> WorkerGroup.join(rendezvous, 1, 2, true).close());
    try (WorkerGroup group = WorkerGroup.join(rendezvous, 0, 2, true);
        RunFolder run = RunFolder.create(folder.resolve("none"))) {
      assertThatThrownBy(
              () -> Experiment.run(recipe, run, SmallRuns.setup(() -> false).with(group)))
          .hasMessageContaining("--shard-optimizer: this optimizer has no state to share");
    }
    other.get(60, TimeUnit.SECONDS);
  }

  /** The second worker leaves after three updates; what was made by then is in the checkpoint. */
  @Test
  void aLostWorkerEndsTheRunWithACheckpoint() throws Exception {
    Recipe recipe =
        changed(runs.recipe("name: npo", "name: uniform"), "optimizer={name: sgd, momentum: 0.5}");
    Path whole = runs.run("whole", recipe);
    Path out = folder.resolve("lost");
    Path rendezvous = folder.resolve("rendezvous");
    AtomicInteger made = new AtomicInteger();
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(
            () -> {
              WorkerGroup group = WorkerGroup.join(rendezvous, 1, 2);
              try (RunFolder own = RunFolder.create(folder.resolve("second"))) {
                Experiment.assist(
                    Experiment.Assisted.of(group.awaitAnnouncement()),
                    own,
                    SmallRuns.setup(
                            () -> {
                              if (made.incrementAndGet() == 4) {
                                group.close();
                                throw new IllegalStateException("gone");
                              }
                              return false;
                            })
                        .with(group));
              }
            });
    try (WorkerGroup group = WorkerGroup.join(rendezvous, 0, 2);
        RunFolder run = RunFolder.create(out)) {
      assertThatThrownBy(
              () -> Experiment.run(recipe, run, SmallRuns.setup(() -> false).with(group)))
          .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
          .hasMessageContaining("Worker 1 of 2 can't reach the others any more")
          .hasMessageContaining("engram unlearn --resume " + out);
    }
    assertThatThrownBy(() -> other.get(60, TimeUnit.SECONDS)).hasMessageContaining("gone");
    try (RunFolder run = RunFolder.resume(out)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(distance(out, whole)).isLessThan(1e-6);
  }

  /** After three updates nothing gets through any more, and no connection is closed. */
  @Test
  void aPartedNetworkEndsTheRunWithACheckpoint() throws Exception {
    Recipe recipe =
        changed(runs.recipe("name: npo", "name: uniform"), "optimizer={name: sgd, momentum: 0.5}");
    Path whole = runs.run("whole", recipe);
    Path out = folder.resolve("parted");
    Duration patience = Duration.ofSeconds(5);
    AtomicInteger made = new AtomicInteger();
    try (Meeting meeting = Meeting.open(2, patience);
        PartedNetwork network = new PartedNetwork(meeting.port())) {
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(
              () -> {
                try (WorkerGroup group =
                        Meeting.join("127.0.0.1", network.port(), 1, 2, false, patience);
                    RunFolder own = RunFolder.create(folder.resolve("second"))) {
                  Experiment.assist(
                      Experiment.Assisted.of(group.awaitAnnouncement()),
                      own,
                      SmallRuns.setup(
                              () -> {
                                if (made.incrementAndGet() == 4) {
                                  network.part();
                                }
                                return false;
                              })
                          .with(group));
                }
              });
      try (WorkerGroup group = meeting.lead(PartedNetwork.LEADER, false, () -> {});
          RunFolder run = RunFolder.create(out)) {
        assertThatThrownBy(
                () -> Experiment.run(recipe, run, SmallRuns.setup(() -> false).with(group)))
            .isInstanceOfSatisfying(
                EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
            .hasMessageContaining("worker 2 has fallen silent")
            .hasMessageContaining("engram unlearn --resume " + out);
      }
      assertThatThrownBy(() -> other.get(20, TimeUnit.SECONDS))
          .hasMessageContaining("the leader has fallen silent");
    }
    try (RunFolder run = RunFolder.resume(out)) {
      assertThat(run.checkpoint()).isNotEmptyDirectory();
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(distance(out, whole)).isLessThan(1e-6);
  }

  /** Interrupted by three, gone on by two; the moments come from the checkpoint. */
  @Test
  void resumedByAnotherNumberOfWorkers() throws Exception {
    Recipe recipe =
        changed(
            runs.recipe("name: npo", "name: uniform"), "optimizer={name: adamw, clip_norm: 0.1}");
    Path whole = runs.run("whole", recipe);
    AtomicInteger asked = new AtomicInteger();
    Path cut = by(3, false, "cut", recipe, () -> asked.incrementAndGet() == 5);
    assertThat(distance(byTwo("cut", recipe, () -> false), whole)).isLessThan(1e-6);
    assertThat(distance(cut, whole)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"name: npo, retain_loss: kl", "name: gru, retain_loss: kl"})
  void adaptersToo(String method) throws Exception {
    Recipe recipe =
        changed(
            runs.recipe(method, "name: uniform"),
            "scope={train: lora, rank: 4, targets: [q_proj, up_proj]}",
            "optimizer={name: sgd, learning_rate: 0.01, momentum: 0.5}");
    Path alone = runs.run("alone", recipe);
    assertThat(distance(byTwo("two", recipe, () -> false), alone)).isLessThan(1e-6);
  }

  /** Four sequences, two of them to forget. */
  private static UnlearningLoop.Batch batch() {
    SequenceLoss sum =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
        };
    List<TrainingSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int[] ids = {5 + i, 9, 20 + 3 * i, 7, 30 + i, 11};
      sequences.add(
          new TrainingSequence(
              new TokenizedSample("s" + i, ids, 1), new Objective.OfLogProbs(sum)));
    }
    return new UnlearningLoop.Batch(sequences, 2);
  }

  /** Draws the same batch each time, and remembers whether the state before an update was left. */
  private static final class OneBatch implements UnlearningLoop.Course {
    boolean isLost;

    @Override
    public int[] pool() {
      return new int[] {0, 1};
    }

    @Override
    public boolean hasEnded() {
      return false;
    }

    @Override
    public UnlearningLoop.Batch batch(int epoch, int[] samples, int firstDraw, int draws) {
      return WorkersTest.batch();
    }

    @Override
    public void made(UnlearningLoop.Update update) {}

    @Override
    public void isLost() {
      isLost = true;
    }
  }

  /**
   * The second worker leaves when the forget loss is to be differentiated again near by, or when
   * the step that was made is to be fitted; the optimizer's state is then no longer the one before.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: ga | 0.1 | true",
        "name: ngdiff, fit_updates: 1 | 0 | false",
      })
  void onlyTheStateBeforeAnUpdateIsSaved(String method, double rho, boolean isBefore)
      throws Exception {
    Recipe recipe =
        changed(
            runs.recipe(method, "name: uniform"),
            "optimizer={name: adamw, learning_rate: 0.01, warmup_updates: 0, sam_rho: %s}"
                .formatted(rho));
    Path rendezvous = folder.resolve("rendezvous");
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(
            () -> {
              try (WorkerGroup group = WorkerGroup.join(rendezvous, 1, 2);
                  LanguageModel model = model(recipe);
                  Trainer trainer = trainer(model, recipe, group)) {
                trainer.accumulateLast(batch().forget());
                trainer.setAside();
                GradientRule rule = recipe.method().gradientRule();
                if (rule != null) {
                  trainer.accumulateLast(batch().retain());
                  trainer.combine(rule);
                }
              }
            });
    OneBatch course = new OneBatch();
    try (WorkerGroup group = WorkerGroup.join(rendezvous, 0, 2);
        LanguageModel model = model(recipe);
        Trainer trainer = trainer(model, recipe, group)) {
      UnlearningLoop loop =
          new UnlearningLoop(
              recipe, recipe.order(), Plan.of(2, recipe.budget()), trainer, course, 0);
      assertThatThrownBy(loop::run).isInstanceOf(WorkerGroup.Lost.class);
      trainer.saveWeights(folder.resolve("left"));
    }
    other.get(60, TimeUnit.SECONDS);
    assertThat(course.isLost).isEqualTo(isBefore);
    try (LanguageModel model = model(recipe);
        Trainer trainer = trainer(model, recipe, WorkerGroup.ALONE)) {
      trainer.saveWeights(folder.resolve("before"));
    }
    assertThat(Arrays.equals(saved("left"), saved("before"))).isEqualTo(isBefore);
  }

  private static LanguageModel model(Recipe recipe) {
    return LanguageModel.open(recipe.model().path(), ModelOptions.defaults());
  }

  private static Trainer trainer(LanguageModel model, Recipe recipe, WorkerGroup group) {
    return RecipeSettings.trainer(model, recipe, TrainingScope.all(), false, group);
  }

  private byte[] saved(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return Files.readAllBytes(files.findFirst().orElseThrow());
    }
  }
}
