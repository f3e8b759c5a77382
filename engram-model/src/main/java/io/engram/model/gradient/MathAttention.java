package io.engram.model.gradient;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/**
 * While open, attention is computed by its definition: softmax and two products, which can be
 * differentiated any number of times. libtorch's fused kernels have no second derivative. The
 * switch is the whole process's; closing puts it back.
 */
final class MathAttention implements AutoCloseable {
  private final Context context = torch.globalContext();
  private final boolean flash = context.userEnabledFlashSDP();
  private final boolean memoryEfficient = context.userEnabledMemEfficientSDP();
  private final boolean cudnn = context.userEnabledCuDNNSDP();

  MathAttention() {
    context.setSDPUseFlash(false);
    context.setSDPUseMemEfficient(false);
    context.setSDPUseCuDNN(false);
  }

  @Override
  public void close() {
    context.setSDPUseFlash(flash);
    context.setSDPUseMemEfficient(memoryEfficient);
    context.setSDPUseCuDNN(cudnn);
  }
}
