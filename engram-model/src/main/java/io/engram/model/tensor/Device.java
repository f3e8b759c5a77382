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
    boolean cuda = gpus() > 0;
    if (name.equals("auto")) {
      return cuda ? new Device("cuda:0") : CPU;
    }
    if (name.equals("cpu")) {
      return CPU;
    }
    if (name.matches("cuda(:\\d+)?")) {
      if (!cuda) {
        throw EngramException.usage(
            "--device "
                + name
                + ": no CUDA device can be used here.\n"
                + "Build with the GPU artifact (./mvnw -Pgpu package) on a machine with an NVIDIA"
                + " driver, or use --device cpu.");
      }
      return new Device(name.contains(":") ? name : "cuda:0");
    }
    throw EngramException.usage(
        "--device " + name + ": unknown device; auto, cpu or cuda:N (N = 0, 1, …) are right.");
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
