package io.engram.testkit.model;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Makes GGUF files byte by byte, whole ones and wrong ones. */
public final class GgufBytes {
  private static final int UINT32 = 4;
  private static final int FLOAT32 = 6;
  private static final int TEXT = 8;
  private static final int LIST = 9;
  private static final int ALIGNMENT = 32;

  private final ByteArrayOutputStream settings = new ByteArrayOutputStream();
  private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private int magic = 0x46554747;
  private int version = 3;
  private long settingCount;
  private long tensorCount;

  /**
   * A Llama's settings: two layers of these sizes and heads, with a vocabulary to be passed over.
   */
  public static GgufBytes llama(int hidden, int wide, int heads, int kvHeads) {
    return llamaSizes(hidden, wide, heads, kvHeads).texts("tokenizer.ggml.tokens", "a", "", "bc");
  }

  /** The same without a vocabulary. */
  static GgufBytes llamaSizes(int hidden, int wide, int heads, int kvHeads) {
    return new GgufBytes()
        .text("general.architecture", "llama")
        .uint32("llama.block_count", 2)
        .uint32("llama.context_length", 128)
        .uint32("llama.embedding_length", hidden)
        .uint32("llama.feed_forward_length", wide)
        .uint32("llama.attention.head_count", heads)
        .uint32("llama.attention.head_count_kv", kvHeads)
        .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .float32("llama.rope.freq_base", 1e4f);
  }

  /** The same for tests of the format alone, with an embedding of three tokens. */
  public static GgufBytes llama() {
    return llama(4, 8, 2, 1).tensor("token_embd.weight", new long[] {3, 4}, new float[12]);
  }

  /** Weights of zeros for layers of {@code llama(4, 8, 2, 1)}, a tied head and no embedding. */
  public GgufBytes layers(int count) {
    for (int i = 0; i < count; i++) {
      String layer = "blk." + i + ".";
      tensor(layer + "attn_norm.weight", new long[] {4}, new float[4]);
      tensor(layer + "attn_q.weight", new long[] {4, 4}, new float[16]);
      tensor(layer + "attn_k.weight", new long[] {2, 4}, new float[8]);
      tensor(layer + "attn_v.weight", new long[] {2, 4}, new float[8]);
      tensor(layer + "attn_output.weight", new long[] {4, 4}, new float[16]);
      tensor(layer + "ffn_norm.weight", new long[] {4}, new float[4]);
      tensor(layer + "ffn_gate.weight", new long[] {8, 4}, new float[32]);
      tensor(layer + "ffn_up.weight", new long[] {8, 4}, new float[32]);
      tensor(layer + "ffn_down.weight", new long[] {4, 8}, new float[32]);
    }
    return tensor("output_norm.weight", new long[] {4}, new float[4]);
  }

  /** Another magic number. */
  public GgufBytes magic(int other) {
    magic = other;
    return this;
  }

  /** Another version. */
  public GgufBytes version(int other) {
    version = other;
    return this;
  }

  /** Claims so many settings more than there are. */
  public GgufBytes claimSettings(long more) {
    settingCount += more;
    return this;
  }

  /** Claims so many tensors more than there are. */
  public GgufBytes claimTensors(long more) {
    tensorCount += more;
    return this;
  }

  /** A setting of any type. */
  public GgufBytes setting(String key, int type, byte[] value) {
    putText(settings, key);
    putInt(settings, type);
    settings.writeBytes(value);
    settingCount++;
    return this;
  }

  /** A whole number. */
  public GgufBytes uint32(String key, int value) {
    return setting(key, UINT32, int32(value));
  }

  /** A float32. */
  public GgufBytes float32(String key, float value) {
    return setting(key, FLOAT32, int32(Float.floatToRawIntBits(value)));
  }

  /** A text. */
  public GgufBytes text(String key, String value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    putText(bytes, value);
    return setting(key, TEXT, bytes.toByteArray());
  }

  /** A list of texts. */
  public GgufBytes texts(String key, String... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String value : values) {
      putText(bytes, value);
    }
    return list(key, TEXT, values.length, bytes.toByteArray());
  }

  /** A list that claims to have {@code count} things of the type. */
  public GgufBytes list(String key, int type, long count, byte[] values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    putInt(bytes, type);
    putLong(bytes, count);
    bytes.writeBytes(values);
    return setting(key, LIST, bytes.toByteArray());
  }

  /** A tensor with its bytes; the shape as in Hugging Face, outermost size first. */
  public GgufBytes tensor(String name, int type, long[] shape, byte[] bytes) {
    data.writeBytes(new byte[-data.size() & (ALIGNMENT - 1)]);
    entry(name, type, shape, data.size());
    data.writeBytes(bytes);
    return this;
  }

  /** A tensor in float32. */
  public GgufBytes tensor(String name, long[] shape, float... numbers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (float number : numbers) {
      putInt(bytes, Float.floatToRawIntBits(number));
    }
    return tensor(name, 0, shape, bytes.toByteArray());
  }

  /** A tensor's entry alone, wherever it claims to lie. */
  public GgufBytes entry(String name, int type, long[] shape, long from) {
    putText(tensors, name);
    putInt(tensors, shape.length);
    for (int i = shape.length - 1; i >= 0; i--) {
      putLong(tensors, shape[i]);
    }
    putInt(tensors, type);
    putLong(tensors, from);
    tensorCount++;
    return this;
  }

  /** Bytes of the header, without what aligns the data. */
  public int headerSize() {
    return 24 + settings.size() + tensors.size();
  }

  /** The whole file. */
  public byte[] bytes() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    putInt(file, magic);
    putInt(file, version);
    putLong(file, tensorCount);
    putLong(file, settingCount);
    file.writeBytes(settings.toByteArray());
    file.writeBytes(tensors.toByteArray());
    file.writeBytes(new byte[-file.size() & (ALIGNMENT - 1)]);
    file.writeBytes(data.toByteArray());
    return file.toByteArray();
  }

  private static void putText(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putLong(to, bytes.length);
    to.writeBytes(bytes);
  }

  private static void putInt(ByteArrayOutputStream to, int value) {
    to.writeBytes(int32(value));
  }

  private static void putLong(ByteArrayOutputStream to, long value) {
    to.writeBytes(int64(value));
  }

  private static byte[] int32(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static byte[] int64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }
}
