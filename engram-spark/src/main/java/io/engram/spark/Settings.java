package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.model.BatchRunners;
import io.engram.model.memory.MemoryNeed;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.apache.spark.SparkConf;

/**
 * Spark's settings for Engram: the user's, and where those say nothing, what libtorch needs in an
 * executor.
 *
 * @param master as the user named it
 * @param given the user's
 * @param nativeBytes what a process that runs so many tasks at a time needs outside of the heap
 * @param messages receives what a user should know
 */
record Settings(
    String master,
    Map<String, String> given,
    IntToLongFunction nativeBytes,
    Consumer<String> messages) {
  /** The master that {@code spark-submit} or {@code spark-defaults.conf} names. */
  static final String FROM_CONF = "conf";

  private static final String OVERHEAD = "spark.executor.memoryOverhead";
  private static final String JAVA_OPTIONS = "spark.executor.extraJavaOptions";
  private static final long MIB = 1L << 20;

  /** Tensors don't lie in the Java heap: JavaCPP must not hold them to its size. */
  private static final String NATIVE =
      "-Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0"
          + " -Dfile.encoding=UTF-8";

  /** Libraries that batches don't use: executors need not fetch them. */
  private static final List<String> NOT_FOR_BATCHES =
      List.of(
          "duckdb",
          "onnxruntime",
          "opennlp",
          "langchain4j",
          "picocli",
          "progressbar",
          "jte",
          "engram-cli",
          "engram-report",
          "engram-unlearn",
          "hipparchus",
          "slf4j");

  /** What the launcher sets for one process. */
  private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();

  static {
    ENVIRONMENT.put("OMP_WAIT_POLICY", "PASSIVE");
    ENVIRONMENT.put("OPENBLAS_THREAD_TIMEOUT", "14");
    ENVIRONMENT.put("MALLOC_MMAP_THRESHOLD_", "1073741824");
    ENVIRONMENT.put("MALLOC_TRIM_THRESHOLD_", "4294967296");
    ENVIRONMENT.put("MALLOC_TOP_PAD_", "67108864");
  }

  /**
   * Of jobs that compute a model's batches.
   *
   * @throws EngramException if no master is named
   */
  SparkConf ofBatches() {
    return conf(NATIVE, NOT_FOR_BATCHES);
  }

  /**
   * Of jobs that carry out trials: they need all libraries, Engram's folder, and this process's
   * working directory, from which recipes name their files.
   *
   * @throws EngramException if no master is named
   */
  SparkConf ofTrials() {
    String here = property("user.dir", Path.of(""));
    String home = EngramHome.home().map(path -> property("engram.home", path)).orElse("");
    return conf(NATIVE + here + home, List.of());
  }

  /**
   * Of the workers of a group. Without the others, a worker that is started again has nothing to
   * do.
   *
   * @throws EngramException if no master is named
   */
  SparkConf ofWorkers() {
    SparkConf conf = ofTrials();
    conf.set("spark.task.maxFailures", "1");
    conf.set("spark.stage.maxConsecutiveAttempts", "1");
    conf.set("spark.speculation", "false");
    // An executor that no longer reaches this process ends itself; after 10 minutes by default.
    conf.setIfMissing("spark.executor.heartbeatInterval", "5s");
    conf.setIfMissing("spark.executor.heartbeat.maxFailures", "6");
    return conf;
  }

  /** Quoted, since Spark splits options at blanks. */
  private static String property(String name, Path path) {
    return " \"-D%s=%s\"".formatted(name, path.toAbsolutePath());
  }

  private SparkConf conf(String javaOptions, List<String> leftOut) {
    SparkConf conf = new SparkConf();
    given.forEach(conf::set);
    if (!master.equals(FROM_CONF)) {
      conf.setMaster(master);
    } else if (!conf.contains("spark.master")) {
      throw EngramException.usage(
          "--spark conf: neither spark-submit nor spark-defaults.conf names a master.\n"
              + "Name it: --spark local[2], --spark spark://HOST:7077, …");
    }
    conf.setIfMissing("spark.app.name", "engram");
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    // Results are taken from Spark as they come; what all of them take was known before.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    if (isLocal(conf)) {
      conf.setIfMissing("spark.ui.enabled", "false");
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      return conf;
    }
    ENVIRONMENT.forEach((name, value) -> conf.setIfMissing("spark.executorEnv." + name, value));
    conf.set(JAVA_OPTIONS, (javaOptions + " " + conf.get(JAVA_OPTIONS, "")).strip());
    if (!conf.contains("spark.executor.extraClassPath")) {
      bringJars(conf, leftOut);
    }
    overhead(conf);
    return conf;
  }

  /** Whether tasks run in this process. */
  static boolean isLocal(SparkConf conf) {
    String master = conf.get("spark.master");
    return master.equals("local") || master.startsWith("local[");
  }

  /** Adds the libraries that tasks need, from where this class lies, unless they are named. */
  private static void bringJars(SparkConf conf, List<String> leftOut) {
    if (conf.contains("spark.jars") && conf.get("spark.jars").contains("engram-model")) {
      return;
    }
    List<String> jars = new ArrayList<>();
    for (String entry :
        List.of(System.getProperty("java.class.path", "").split(File.pathSeparator))) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && Files.isRegularFile(jar)) {
        jars.add(jar.toAbsolutePath().toString());
      }
    }
    Path home = home();
    List<String> own =
        jars.stream()
            .filter(jar -> home.equals(Path.of(jar).getParent()))
            .filter(
                jar ->
                    leftOut.stream().noneMatch(Path.of(jar).getFileName().toString()::startsWith))
            .toList();
    List<String> all = new ArrayList<>(own);
    Arrays.stream(conf.get("spark.jars", "").split(","))
        .filter(jar -> !jar.isBlank())
        .forEach(all::add);
    conf.set("spark.jars", String.join(",", all));
  }

  private static Path home() {
    try {
      Path self =
          Path.of(BatchRunners.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = self.toAbsolutePath().getParent();
      return folder == null ? self : folder;
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Containers are killed at heap + overhead; tensors, and weights not mapped, are overhead. */
  private void overhead(SparkConf conf) {
    int tasks =
        Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
    long needed = nativeBytes.applyAsLong(tasks);
    if (!conf.contains(OVERHEAD)) {
      conf.set(OVERHEAD, needed / MIB + 1 + "m");
    } else if (conf.getSizeAsBytes(OVERHEAD, OVERHEAD) < needed) {
      messages.accept(advice(conf.get(OVERHEAD), needed, tasks));
    }
  }

  /** What is wrong with the memory beside the heap. */
  static String advice(String given, long needed, int tasks) {
    return String.format(
        Locale.ROOT,
        "%s = %s: an executor that runs %d tasks at a time needs about %s outside of the Java heap;"
            + " set %dm, or a smaller --batch-tokens, or fewer tasks (spark.task.cpus)",
        OVERHEAD,
        given,
        tasks,
        MemoryNeed.gib(needed),
        needed / MIB + 1);
  }
}
