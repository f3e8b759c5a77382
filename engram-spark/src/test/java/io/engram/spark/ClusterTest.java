package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.BatchRunner;
import io.engram.model.BatchRunners;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors in processes of their own: two workers of a core each, on this machine. */
final class ClusterTest {
  @TempDir static Path folder;

  private LanguageModel model;

  @BeforeAll
  static void prepare() throws IOException {
    makeSparkHome();
  }

  /** A worker looks for Spark's libraries there; here they are on the class path. */
  static void makeSparkHome() throws IOException {
    String home = System.getenv("SPARK_HOME");
    assertThat(home).as("SPARK_HOME, which the build sets").isNotNull();
    Files.createDirectories(Path.of(home, "jars"));
  }

  /** The tiny model with the settings of a command with {@code --threads 2}. */
  @BeforeEach
  void open() throws IOException {
    Path copy = Files.createTempDirectory(folder, "model");
    try (Stream<Path> files = Files.list(Command.TINY)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    ModelOptions usual = ModelOptions.defaults();
    model =
        LanguageModel.open(
            copy.toString(),
            new ModelOptions(
                usual.device(), usual.dtype(), usual.template(), null, 2, 512, false, 42));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private BatchRunners.Place cluster() {
    return cluster(Map.of(), false, false);
  }

  private BatchRunners.Place cluster(Map<String, String> more, boolean sends, boolean gpus) {
    Map<String, String> all = new HashMap<>(more);
    all.put("spark.executor.memory", "512m");
    all.put("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    all.put("spark.ui.enabled", "false");
    return new SparkRunners()
        .start(
            new BatchRunners.Request(
                "local-cluster[2,1,1024]", all, sends, gpus, tasks -> 1L << 30, message -> {}));
  }

  private List<TokenizedSample> samples(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> Sample.of("" + i, "Question " + i + "?", "answer ".repeat(1 + i * 7 % 23) + i))
        .map(model.samples()::tokenize)
        .toList();
  }

  /** Kills the first executor once the first results are there. */
  private static final class Killer implements ProgressListener {
    private final AtomicInteger killed = new AtomicInteger();

    @Override
    public void start(String what, long total, String unit) {}

    @Override
    public void advance(long done) {
      if (done > 0 && killed.getAndIncrement() == 0) {
        executors().get(0).destroyForcibly();
      }
    }

    @Override
    public void finish() {}
  }

  /** Workers are threads of this process, so its children are the executors. */
  static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .children()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .toList();
  }

  /** Spark kills an executor that doesn't end by itself 10 seconds after it should. */
  static void awaitNoExecutors() throws InterruptedException {
    for (int i = 0; i < 200 && !executors().isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(executors()).isEmpty();
  }

  /**
   * One cluster for both, since starting one takes longest. Spark doesn't start a second attempt of
   * a slow task on the same host, so speculation can't be tried here; an attempt more changes
   * nothing, as the lost executor shows.
   */
  @Test
  void aLostExecutorAndASlowTaskChangeNoByte() throws Exception {
    List<TokenizedSample> samples = samples(60);
    List<double[]> plain = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    try (BatchRunners.Place place = cluster()) {
      place.attach(model);
      sameAs(plain, samples);
      assertThat(executors()).hasSize(2);
      BatchRunner cluster = Objects.requireNonNull(model.runner());

      Killer killer = new Killer();
      assertThat(cluster.run(new Slow(-1), numbered(12), 2, killer))
          .isEqualTo(IntStream.range(0, 12).boxed().toList());
      assertThat(killer.killed.get()).isPositive();
      sameAs(plain, samples);

      assertThat(cluster.run(new Slow(3), numbered(8), 2, ProgressListener.NONE))
          .isEqualTo(IntStream.range(0, 8).boxed().toList());
    }
    awaitNoExecutors();
  }

  /**
   * One cluster for both, which says that each executor has a GPU with the number 3. The second
   * place is on the first one's.
   */
  @Test
  void aModelIsSentAndAGpuThatIsNotThereIsOneError() throws Exception {
    List<TokenizedSample> samples = samples(20);
    List<double[]> plain = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    Map<String, String> gpus = madeUpGpus();
    try (BatchRunners.Place place = cluster(gpus, true, false)) {
      place.attach(model);
      sameAs(plain, samples);
      BatchRunner cluster = Objects.requireNonNull(model.runner());
      assertThat(cluster.run(new Opened(), numbered(4), 2, ProgressListener.NONE))
          .allMatch(path -> path.endsWith("/model") && path.contains("/engram-"));
      try (BatchRunners.Place other = cluster(gpus, true, true)) {
        other.attach(model);
        assertThatThrownBy(() -> new Scorer(model).logProbs(samples, ProgressListener.NONE))
            .isInstanceOfSatisfying(
                EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
            .hasMessageContaining("the GPU 3, but no CUDA device can be used there.");
        assertThat(executors()).as("nothing is tried again").hasSize(2);
      }
    }
    awaitNoExecutors();
  }

  private static Map<String, String> madeUpGpus() throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"3\"]}'\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return Map.of(
        Gpus.AMOUNT,
        "1",
        "spark.worker.resource.gpu.amount",
        "1",
        "spark.worker.resource.gpu.discoveryScript",
        script.toString());
  }

  /** Tells where the executor has opened its model. */
  private record Opened() implements BatchWork<Slow.Numbered, String> {
    @Override
    public List<String> compute(LanguageModel opened, List<Slow.Numbered> batches) {
      return batches.stream().map(batch -> opened.path().toString()).toList();
    }
  }

  /** Before the executors have opened the model. */
  @Test
  void aModelThatIsNotThereOrDiffersIsOneError() throws IOException {
    Path weights = model.path().resolve("model.safetensors");
    try (BatchRunners.Place place = cluster()) {
      place.attach(model);
      Files.write(
          model.path().resolve("config.json"), new byte[] {'\n'}, StandardOpenOption.APPEND);
      assertThatThrownBy(() -> new Scorer(model).logProbs(samples(40), ProgressListener.NONE))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("differs from the one here: SHA-256");
      assertThat(Files.exists(weights)).isTrue();
      Files.move(model.path(), model.path().resolveSibling("elsewhere"));
      assertThatThrownBy(() -> new Scorer(model).logProbs(samples(40), ProgressListener.NONE))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("isn't there on")
          .hasMessageContaining("put it on a shared file system");
    }
  }

  /** Java's heap; tensors are let go of by splitting a batch, as in the plain command. */
  @Test
  void anExecutorWithTooLittleMemoryIsOneError() throws InterruptedException {
    try (BatchRunners.Place place = cluster()) {
      place.attach(model);
      BatchRunner cluster = Objects.requireNonNull(model.runner());
      assertThatThrownBy(() -> cluster.run(new Greedy(), numbered(4), 2, ProgressListener.NONE))
          .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
          .hasMessageContaining("has too little memory for its tasks: Java heap space")
          .hasMessageContaining("spark.executor.memory=");
      assertThat(executors()).as("nothing is tried again").hasSize(2);
    }
    awaitNoExecutors();
  }

  @Test
  void aPortInUseIsOneError() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> settings =
          Map.of(
              "spark.driver.port",
              Integer.toString(taken.getLocalPort()),
              "spark.port.maxRetries",
              "0");
      assertThatThrownBy(
              () ->
                  new SparkRunners()
                      .start(
                          new BatchRunners.Request(
                              "local[1]",
                              settings,
                              false,
                              false,
                              tasks -> 1L << 30,
                              message -> {})))
          .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessageStartingWith("--spark local[1]: a port of this machine can't be used: ")
          .hasMessageContaining("spark.driver.port");
    }
  }

  private void sameAs(List<double[]> plain, List<TokenizedSample> samples) {
    assertThat(new Scorer(model).logProbs(samples, ProgressListener.NONE))
        .usingElementComparator(Arrays::compare)
        .isEqualTo(plain);
  }

  private static List<Slow.Numbered> numbered(int count) {
    return IntStream.range(0, count).mapToObj(Slow.Numbered::new).toList();
  }

  /**
   * Gives each batch's number back after a while.
   *
   * @param slow number of the batch whose first attempt takes long
   */
  private record Slow(int slow) implements BatchWork<Slow.Numbered, Integer> {
    static final long LONG_MILLIS = 4_000;

    private record Numbered(int value) implements Batch {
      @Override
      public long tokens() {
        return 1;
      }

      @Override
      public int count() {
        return 1;
      }
    }

    @Override
    public List<Integer> compute(LanguageModel opened, List<Numbered> batches) {
      boolean first = TaskContext.get().attemptNumber() == 0;
      List<Integer> numbers = batches.stream().map(Numbered::value).toList();
      try {
        Thread.sleep(first && numbers.contains(slow) ? LONG_MILLIS : 150);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      return numbers;
    }
  }

  /** Needs more than an executor's heap. */
  private record Greedy() implements BatchWork<Slow.Numbered, Integer> {
    @Override
    public List<Integer> compute(LanguageModel opened, List<Slow.Numbered> batches) {
      List<long[]> held = new ArrayList<>();
      for (int i = 0; i < 1024; i++) {
        held.add(new long[1 << 20]);
      }
      return List.of(held.size());
    }
  }
}
