package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

final class SettingsTest {
  private final List<String> said = new ArrayList<>();

  private SparkConf of(String master, Map<String, String> settings) {
    return settings(master, settings).ofBatches();
  }

  private Settings settings(String master, Map<String, String> given) {
    return new Settings(master, given, tasks -> (1L << 30) * (1 + tasks), said::add);
  }

  /** Recipes name files from the working directory; both folders may have blanks. */
  @Test
  void trialsRunWhereTheCommandDoes() {
    SparkConf conf = settings("yarn", Map.of()).ofTrials();
    assertThat(conf.get("spark.executor.extraJavaOptions"))
        .contains(" \"-Duser.dir=" + Path.of("").toAbsolutePath() + "\"")
        .contains(" \"-Dengram.home=" + EngramHome.resolve("").toAbsolutePath());
    assertThat(of("yarn", Map.of()).get("spark.executor.extraJavaOptions"))
        .doesNotContain("engram.home");
  }

  /** Two tasks at a time, of a GiB each, and one for all. */
  @Test
  void theMemoryBesideTheHeapIsAskedFor() {
    SparkConf conf = of("yarn", Map.of("spark.executor.cores", "4", "spark.task.cpus", "2"));
    assertThat(conf.get("spark.executor.memoryOverhead")).isEqualTo("3073m");
    assertThat(conf.get("spark.executor.extraJavaOptions"))
        .contains("-Dorg.bytedeco.javacpp.maxBytes=0");
    assertThat(conf.get("spark.executorEnv.OMP_WAIT_POLICY")).isEqualTo("PASSIVE");
    assertThat(said).isEmpty();
  }

  @Test
  void tooLittleMemoryBesideTheHeapIsSaid() {
    SparkConf conf =
        of(
            "yarn",
            Map.of(
                "spark.executor.cores", "2",
                "spark.executor.memoryOverhead", "512m",
                "spark.executor.extraJavaOptions", "-Dmine=1",
                "spark.executorEnv.OMP_WAIT_POLICY", "ACTIVE"));
    assertThat(said)
        .containsExactly(
            "spark.executor.memoryOverhead = 512m: an executor that runs 2 tasks at a time needs"
                + " about 3.00 GiB outside of the Java heap; set 3073m, or a smaller"
                + " --batch-tokens, or fewer tasks (spark.task.cpus)");
    assertThat(conf.get("spark.executor.memoryOverhead")).isEqualTo("512m");
    assertThat(conf.get("spark.executor.extraJavaOptions")).endsWith(" -Dmine=1");
    assertThat(conf.get("spark.executorEnv.OMP_WAIT_POLICY")).isEqualTo("ACTIVE");
  }

  @Test
  void confNeedsAMasterFromElsewhere() {
    assertThatThrownBy(() -> of("conf", Map.of()))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("names a master");
    assertThat(of("conf", Map.of("spark.master", "local[3]")).get("spark.master"))
        .isEqualTo("local[3]");
  }

  /** Without them, an executor behind a parted network would live on for ten minutes. */
  @Test
  void aWorkersExecutorEndsItself() {
    SparkConf conf = settings("yarn", Map.of("spark.executor.heartbeatInterval", "8s")).ofWorkers();
    assertThat(conf.get("spark.executor.heartbeatInterval")).isEqualTo("8s");
    assertThat(conf.get("spark.executor.heartbeat.maxFailures")).isEqualTo("6");
  }

  @Test
  void anotherJavaEngramOrSparkIsRefused() {
    Same here = new Same(17, "0.1.0 (abc)", "4.0.1");
    here.require(here, "node7");
    assertThatThrownBy(() -> here.require(new Same(21, "0.1.0 (abc)", "4.0.1"), "node7"))
        .hasMessageContaining("Java 21 runs on node7, Java 17 here");
    assertThatThrownBy(() -> here.require(new Same(17, "0.1.0 (def)", "4.0.1"), "node7"))
        .hasMessageContaining("Engram 0.1.0 (def) is on node7, 0.1.0 (abc) here");
    assertThatThrownBy(() -> here.require(new Same(17, "0.1.0 (abc)", "4.1.0"), "node7"))
        .hasMessageContaining("Spark 4.1.0 runs on node7, 4.0.1 here");
  }
}
