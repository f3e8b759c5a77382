package io.engram.testkit.model;

import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Llama's folder as a GGUF file, with the names, row order, number formats and tokenizer that
 * llama.cpp's converter gives it. Two layers, byte-level BPE of GPT-2's kind, plain rotary
 * positions.
 */
public final class GgufConversion {
  private static final int F16 = 1;
  private static final int Q8_0 = 8;
  private static final int BLOCK = 32;
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int INT32 = 5;
  private static final int BOOL = 7;

  private static final Map<String, String> NAMES =
      Map.of(
          "model.embed_tokens", "token_embd",
          "model.norm", "output_norm",
          "input_layernorm", "attn_norm",
          "self_attn.q_proj", "attn_q",
          "self_attn.k_proj", "attn_k",
          "self_attn.v_proj", "attn_v",
          "self_attn.o_proj", "attn_output",
          "post_attention_layernorm", "ffn_norm");

  private GgufConversion() {}

  /** Writes a file to serve: matrices in Q8_0, as by {@code --outtype q8_0}, and the tokenizer. */
  public static Path serve(Path folder, Path file) throws IOException {
    return Files.write(file, of(folder, true).bytes());
  }

  /** A file of float32 weights, without a tokenizer. */
  public static GgufBytes plain(Path folder) {
    return of(folder, false);
  }

  private static GgufBytes of(Path folder, boolean served) {
    JsonNode config = read(folder.resolve("config.json"));
    int heads = config.path("num_attention_heads").asInt();
    int kvHeads = config.path("num_key_value_heads").asInt();
    GgufBytes bytes =
        GgufBytes.llamaSizes(
                config.path("hidden_size").asInt(),
                config.path("intermediate_size").asInt(),
                heads,
                kvHeads)
            .uint32("tokenizer.ggml.eos_token_id", config.path("eos_token_id").asInt());
    if (served) {
      tokenizer(bytes, read(folder.resolve("tokenizer.json")));
    } else {
      bytes.texts("tokenizer.ggml.tokens", "a", "", "bc");
    }
    Torch.load();
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve("model.safetensors"));
        PointerScope scope = new PointerScope()) {
      file.shapes()
          .forEach(
              (name, shape) -> {
                double[] numbers = Tensors.toDoubles(file.tensor(name));
                if (name.contains("q_proj") || name.contains("k_proj")) {
                  numbers = interleaved(numbers, shape, name.contains("q_proj") ? heads : kvHeads);
                }
                put(bytes, ggufName(name), shape, floats(numbers), served);
              });
    }
    return bytes;
  }

  private static JsonNode read(Path file) {
    return JsonMapper.shared().readTree(file.toFile());
  }

  private static void tokenizer(GgufBytes bytes, JsonNode tokenizer) {
    JsonNode model = tokenizer.path("model");
    String[] tokens = new String[model.path("vocab").size()];
    model.path("vocab").properties().forEach(e -> tokens[e.getValue().asInt()] = e.getKey());
    ByteBuffer types =
        ByteBuffer.allocate(Integer.BYTES * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tokens.length; i++) {
      types.putInt(NORMAL);
    }
    for (JsonNode added : tokenizer.path("added_tokens")) {
      types.putInt(Integer.BYTES * added.path("id").asInt(), CONTROL);
    }
    String[] merges =
        model
            .path("merges")
            .valueStream()
            .map(m -> m.isArray() ? m.get(0).asString() + " " + m.get(1).asString() : m.asString())
            .toArray(String[]::new);
    bytes
        .text("tokenizer.ggml.model", "gpt2")
        .text("tokenizer.ggml.pre", "gpt-2")
        .texts("tokenizer.ggml.tokens", tokens)
        .list("tokenizer.ggml.token_type", INT32, tokens.length, types.array())
        .texts("tokenizer.ggml.merges", merges)
        .setting("tokenizer.ggml.add_bos_token", BOOL, new byte[1]);
  }

  /** Vectors stay in float32; rows that are no whole number of blocks are in half precision. */
  private static void put(
      GgufBytes bytes, String name, long[] shape, float[] numbers, boolean served) {
    if (!served || shape.length == 1) {
      bytes.tensor(name, shape, numbers);
    } else if (shape[1] % BLOCK == 0) {
      bytes.tensor(name, Q8_0, shape, blocks(numbers));
    } else {
      bytes.tensor(name, F16, shape, halves(numbers));
    }
  }

  /** Blocks of a scale {@code d = max|w| / 127} in half precision and 32 bytes {@code w / d}. */
  private static byte[] blocks(float[] numbers) {
    ByteBuffer to =
        ByteBuffer.allocate(numbers.length / BLOCK * (Short.BYTES + BLOCK))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < numbers.length; from += BLOCK) {
      float largest = 0;
      for (int i = from; i < from + BLOCK; i++) {
        largest = Math.max(largest, Math.abs(numbers[i]));
      }
      float d = largest / Byte.MAX_VALUE;
      to.putShort(half(d));
      for (int i = from; i < from + BLOCK; i++) {
        to.put((byte) Math.round(d == 0 ? 0 : numbers[i] / d));
      }
    }
    return to.array();
  }

  private static byte[] halves(float[] numbers) {
    ByteBuffer to =
        ByteBuffer.allocate(numbers.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float number : numbers) {
      to.putShort(half(number));
    }
    return to.array();
  }

  /** IEEE half precision, to the nearest, halves to even; for numbers below 65,504. */
  private static short half(float number) {
    float size = Math.abs(number);
    int sign = number < 0 ? 0x8000 : 0;
    if (size < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(size * 0x1p24f));
    }
    int bits = Float.floatToRawIntBits(size);
    return (short) (sign | (((bits + 0xfff + (bits >> 13 & 1)) >> 13) - (112 << 10)));
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  /** Row 2i + k of a head is what was row kD/2 + i: llama.cpp's order. */
  private static double[] interleaved(double[] numbers, long[] shape, int heads) {
    int columns = (int) shape[1];
    int dim = (int) shape[0] / heads;
    double[] turned = new double[numbers.length];
    for (int row = 0; row < shape[0]; row++) {
      int inHead = row % dim;
      int to = row - inHead + inHead % (dim / 2) * 2 + inHead / (dim / 2);
      System.arraycopy(numbers, row * columns, turned, to * columns, columns);
    }
    return turned;
  }

  private static String ggufName(String name) {
    String renamed =
        name.replace("model.layers.", "blk.").replaceAll("mlp\\.(gate|up|down)_proj", "ffn_$1");
    for (Map.Entry<String, String> entry : NAMES.entrySet()) {
      renamed = renamed.replace(entry.getKey() + ".weight", entry.getValue() + ".weight");
    }
    return renamed;
  }
}
