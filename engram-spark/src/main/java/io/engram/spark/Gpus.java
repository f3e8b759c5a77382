package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.jspecify.annotations.Nullable;

/**
 * GPUs of executors: a stage that computes on them asks Spark for one a task, by a resource profile
 * of its own; a task takes the one whose address Spark gives it.
 */
final class Gpus {
  static final String AMOUNT = "spark.executor.resource.gpu.amount";

  private static final String GPU = "gpu";

  private Gpus() {}

  /**
   * Checks that executors were asked to have GPUs.
   *
   * @param master as the user named it
   * @throws EngramException if not
   */
  static void require(SparkConf conf, String master) {
    if (Settings.isLocal(conf)) {
      throw EngramException.usage(
          "--device cuda --spark %s: tasks run in this process, where Spark gives out no GPUs.%nLeave --spark out, or compute with --device cpu."
              .formatted(master));
    }
    if (conf.getInt(AMOUNT, 0) < 1) {
      throw EngramException.usage(
          "--device cuda --spark %s: Spark's executors have no GPU.%nAdd --spark-conf %s=1, and tell machines how to find theirs: spark.executor.resource.gpu.discoveryScript, or, on a standalone cluster's workers, spark.worker.resource.gpu.amount and .discoveryScript."
              .formatted(master, AMOUNT));
    }
  }

  /** What a stage asks for that computes on GPUs. */
  static ResourceProfile oneATask(int cpus) {
    return new ResourceProfileBuilder()
        .require(new TaskResourceRequests().cpus(cpus).resource(GPU, 1))
        .build();
  }

  /** How many such tasks run at a time. */
  static int slots(int byCpus, int executors, SparkConf conf) {
    return Math.max(1, Math.min(byCpus, executors * conf.getInt(AMOUNT, 0)));
  }

  /**
   * The device of a task.
   *
   * @param resources that Spark gives it
   * @param usable how many GPUs its process can use
   * @throws EngramException if there is none for it
   */
  static Device of(Map<String, ResourceInformation> resources, int usable, String host) {
    @Nullable ResourceInformation gpus = resources.get(GPU);
    if (gpus == null || gpus.addresses().length == 0) {
      throw EngramException.resources(
          "Spark gave a task on %s no GPU.%nIts executors need %s, and a way to find theirs: spark.executor.resource.gpu.discoveryScript."
              .formatted(host, AMOUNT),
          null);
    }
    String address = gpus.addresses()[0];
    if (!address.matches("\\d{1,3}")) {
      throw EngramException.usage(
          "Spark gave a task on %s the GPU \"%s\", but CUDA counts them: 0, 1, …%nLet the discovery script print numbers."
              .formatted(host, address));
    }
    if (usable == 0) {
      throw EngramException.usage(
          "Spark gave a task on %s the GPU %s, but no CUDA device can be used there.%nIt needs an NVIDIA driver, and the command a build with the GPU artifact (./mvnw -Pgpu package). Otherwise use --device cpu."
              .formatted(host, address));
    }
    if (Integer.parseInt(address) >= usable) {
      throw EngramException.usage(
          "Spark gave a task on %s the GPU %s, but CUDA sees only %d there, counted from 0.%nThe discovery script must print the numbers that CUDA uses; CUDA_VISIBLE_DEVICES changes them."
              .formatted(host, address, usable));
    }
    return new Device("cuda:" + address);
  }
}
