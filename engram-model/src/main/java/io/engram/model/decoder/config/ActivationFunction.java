package io.engram.model.decoder.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The activation function of an MLP. */
public enum ActivationFunction {
  /** {@code x·σ(x)}. */
  SILU {
    @Override
    public Tensor of(Tensor x) {
      return torch.silu(x);
    }
  },
  /** {@code x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))}. */
  GELU_TANH {
    @Override
    public Tensor of(Tensor x) {
      return torch.gelu(x, new BytePointer("tanh"));
    }
  },
  /** {@code x·Φ(x)}, Φ the standard normal distribution function. */
  GELU {
    @Override
    public Tensor of(Tensor x) {
      return torch.gelu(x);
    }
  },
  /** {@code max(0, x)}. */
  RELU {
    @Override
    public Tensor of(Tensor x) {
      return torch.relu(x);
    }
  };

  /** By their names in a config.json. */
  private static final Map<String, ActivationFunction> NAMED = new LinkedHashMap<>();

  static {
    NAMED.put("silu", SILU);
    NAMED.put("swish", SILU);
    NAMED.put("gelu_pytorch_tanh", GELU_TANH);
    NAMED.put("gelu_new", GELU_TANH);
    NAMED.put("gelu_fast", GELU_TANH);
    NAMED.put("gelu", GELU);
    NAMED.put("relu", RELU);
  }

  /** The function with this name in a config.json. */
  public static Optional<ActivationFunction> named(String configName) {
    return Optional.ofNullable(NAMED.get(configName));
  }

  /** All names that a config.json may use. */
  public static List<String> allNames() {
    return List.copyOf(NAMED.keySet());
  }

  /** Applies it to each number. */
  public abstract Tensor of(Tensor x);
}
