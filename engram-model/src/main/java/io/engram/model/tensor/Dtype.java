package io.engram.model.tensor;

import io.engram.core.EngramException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Number formats of weights, with their names in safetensors files and in config.json. */
public enum Dtype {
  /** 64-bit, for tests against exact values. */
  FLOAT64("F64", "float64", 8, ScalarType.Double),
  /** 32-bit. */
  FLOAT32("F32", "float32", 4, ScalarType.Float),
  /** 16-bit with 10 bits of fraction. */
  FLOAT16("F16", "float16", 2, ScalarType.Half),
  /** 16-bit with 7 bits of fraction and the exponent of 32-bit. */
  BFLOAT16("BF16", "bfloat16", 2, ScalarType.BFloat16);

  private final String safetensorsName;
  private final String configName;
  private final int sizeBytes;
  private final ScalarType torch;

  Dtype(String safetensorsName, String configName, int sizeBytes, ScalarType torch) {
    this.safetensorsName = safetensorsName;
    this.configName = configName;
    this.sizeBytes = sizeBytes;
    this.torch = torch;
  }

  /** Such as "BF16". */
  public String safetensorsName() {
    return safetensorsName;
  }

  /** Such as "bfloat16". */
  public String configName() {
    return configName;
  }

  /** Bytes a number takes. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** libtorch's own value. */
  public ScalarType torch() {
    return torch;
  }

  /** The format called {@code name} in a safetensors header; {@code where} names the tensor. */
  public static Dtype ofSafetensors(String name, String where) {
    return Arrays.stream(values())
        .filter(d -> d.safetensorsName.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.file(
                    where
                        + " has the number format "
                        + name
                        + "; "
                        + Arrays.stream(values())
                            .map(Dtype::safetensorsName)
                            .collect(Collectors.joining(", "))
                        + " can be read."));
  }

  /** The format of a libtorch tensor. */
  public static Dtype of(org.bytedeco.pytorch.Tensor tensor) {
    byte type = tensor.scalar_type().value;
    return Arrays.stream(values()).filter(d -> d.torch.value == type).findFirst().orElseThrow();
  }
}
