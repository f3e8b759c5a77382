package io.engram.model.tensor;

import io.engram.core.EngramException;
import java.io.Serializable;
import org.bytedeco.pytorch.global.torch;

/**
 * Where tensors live.
 *
 * @param name "cpu", "cuda:N", or "cuda" where it isn't known yet which
 */
public record Device(String name) implements Serializable {
  /** The CPU. */
  public static final Device CPU = new Device("cpu");

  /** Any GPU: whoever computes chooses which. */
  public static final Device GPU = new Device("cuda");

  /** How many GPUs this build and machine can use. */
  public static int gpus() {
    Torch.load();
    return torch.hasCUDA() && torch.cuda_is_available() ? torch.cuda_device_count() : 0;
  }

  /**
   * Reads {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}; auto is the first GPU that
   * this build and machine can use, else the CPU.
   *
   * @throws EngramException if the name is something else or the device isn't there
   */
  public static Device parse(String name) {
    String fault = name.equals("cpu") ? null : Torch.gpuFault();
    if (fault != null) {
      throw EngramException.resources(
          "--device " + name + ": " + fault + " Or use --device cpu.", null);
    }
    return parse(name, gpus(), Torch.isForGpus());
  }

  /**
   * The same on a machine with so many GPUs that can be used.
   *
   * @param built whether libtorch was built for CUDA
   */
  static Device parse(String name, int gpus, boolean built) {
    if (name.equals("cpu") || (name.equals("auto") && gpus == 0)) {
      return CPU;
    }
    if (!name.matches("auto|cuda(:\\d{1,3})?")) {
      throw EngramException.usage(
          "--device " + name + ": unknown device; auto, cpu or cuda:N (N = 0, 1, …) are right.");
    }
    int number = name.contains(":") ? Integer.parseInt(name.substring(name.indexOf(':') + 1)) : 0;
    if (number >= gpus) {
      throw EngramException.usage(
          "--device " + name + ": " + whyNone(gpus, built) + " Or use --device cpu.");
    }
    return new Device("cuda:" + number);
  }

  private static String whyNone(int gpus, boolean built) {
    if (gpus > 0) {
      return "this machine has %s, counted from cuda:0."
          .formatted(gpus == 1 ? "one GPU" : gpus + " GPUs");
    }
    return built
        ? "no NVIDIA GPU can be used here: there is none, or no driver for it that is new enough (nvidia-smi tells)."
        : "this build computes on the processor alone. Build with ./mvnw -Pgpu package on a machine with an NVIDIA GPU.";
  }

  /** Where this tensor lives. */
  public static Device of(org.bytedeco.pytorch.Tensor tensor) {
    return tensor.is_cuda() ? new Device("cuda:" + tensor.device().index()) : CPU;
  }

  /** Whether this is the CPU. */
  public boolean isCpu() {
    return name.equals("cpu");
  }

  /** libtorch's own value; owned by the running {@code PointerScope}. */
  public org.bytedeco.pytorch.Device torch() {
    return new org.bytedeco.pytorch.Device(name);
  }
}
