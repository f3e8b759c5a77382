package io.engram.model.decoder;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What an MLP applies to each number. */
public enum Activation {
  /** {@code x·σ(x)}. */
  SILU("silu") {
    @Override
    Tensor of(Tensor x) {
      return torch.silu(x);
    }
  },
  /** {@code x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))}. */
  GELU_TANH("gelu_pytorch_tanh") {
    @Override
    Tensor of(Tensor x) {
      return torch.gelu(x, new BytePointer("tanh"));
    }
  };

  private final String configName;

  Activation(String configName) {
    this.configName = configName;
  }

  /** Its name in a config.json. */
  public String configName() {
    return configName;
  }

  abstract Tensor of(Tensor x);
}
