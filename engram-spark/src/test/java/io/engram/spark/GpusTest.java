package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.TaskResourceProfile;
import org.junit.jupiter.api.Test;

/** What is asked of Spark, and what is made of its answer; no GPU is needed. */
final class GpusTest {
  private static Map<String, ResourceInformation> gpus(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }

  @Test
  void aTaskTakesTheGpuThatItIsGiven() {
    assertThat(Gpus.of(gpus("0"), 1, "node7").name()).isEqualTo("cuda:0");
    assertThat(Gpus.of(gpus("3", "1"), 4, "node7").name()).isEqualTo("cuda:3");
  }

  @Test
  void aTaskWithoutAGpuOnItsMachineIsOneMessage() {
    assertThatThrownBy(() -> Gpus.of(Map.of(), 1, "node7"))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("Spark gave a task on node7 no GPU.");
    assertThatThrownBy(() -> Gpus.of(gpus(), 1, "node7"))
        .hasMessageStartingWith("Spark gave a task on node7 no GPU.");
    assertThatThrownBy(() -> Gpus.of(gpus("GPU-af03"), 1, "node7"))
        .hasMessageContaining("the GPU \"GPU-af03\", but CUDA counts them");
    assertThatThrownBy(() -> Gpus.of(gpus("0"), 0, "node7"))
        .hasMessageContaining("the GPU 0, but no CUDA device can be used there.");
    assertThatThrownBy(() -> Gpus.of(gpus("2"), 2, "node7"))
        .hasMessageContaining("the GPU 2, but CUDA sees only 2 there");
  }

  /** A profile of tasks alone: executors stay as they are. */
  @Test
  void aStageAsksForOneGpuATask() {
    ResourceProfile asked = Gpus.oneATask(2);
    assertThat(asked).isInstanceOf(TaskResourceProfile.class);
    assertThat(amount(asked, "gpu")).isEqualTo(1.0);
    assertThat(amount(asked, "cpus")).isEqualTo(2.0);
    assertThat(asked.executorResourcesJMap()).isEmpty();
  }

  private static double amount(ResourceProfile asked, String resource) {
    return Objects.requireNonNull(asked.taskResourcesJMap().get(resource)).amount();
  }

  /** Three executors with two GPUs each; CPUs for more tasks, or for fewer. */
  @Test
  void asManyTasksAtATimeAsGpus() {
    SparkConf conf = new SparkConf(false).set(Gpus.AMOUNT, "2");
    assertThat(Gpus.slots(24, 3, conf)).isEqualTo(6);
    assertThat(Gpus.slots(4, 3, conf)).isEqualTo(4);
  }

  @Test
  void executorsMustHaveBeenAskedToHaveGpus() {
    SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
    assertThatThrownBy(() -> Gpus.require(conf, "spark://host:7077"))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(
            "--device cuda --spark spark://host:7077: Spark's executors have no GPU.")
        .hasMessageContaining("--spark-conf spark.executor.resource.gpu.amount=1");
    conf.set(Gpus.AMOUNT, "1");
    Gpus.require(conf, "spark://host:7077");
    conf.set("spark.master", "local[2]");
    assertThatThrownBy(() -> Gpus.require(conf, "local[2]"))
        .hasMessageStartingWith("--device cuda --spark local[2]: tasks run in this process");
  }
}
