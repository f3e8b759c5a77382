package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A config.json in the making, filled from a GGUF file's settings. Faults are collected, so that
 * all are reported together. An unused setting of the architecture is a fault, since it may change
 * the numbers.
 */
final class ConfigDraft {
  /** Settings that a config.json doesn't have, or that don't change the numbers. */
  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "vocab_size",
          "tensor_data_layout",
          "attention.layer_norm_epsilon",
          "rope.scaling.finetuned");

  private final Path path;
  private final GgufHeader header;
  private final String architecture;
  private final Function<GgufHeader.Entry, float[]> reading;
  private final ObjectNode config = JsonMapper.shared().createObjectNode();
  private final List<String> faults = new ArrayList<>();
  private final Set<String> read = new TreeSet<>();

  private ConfigDraft(
      Path path,
      GgufHeader header,
      String architecture,
      Function<GgufHeader.Entry, float[]> reading) {
    this.path = path;
    this.header = header;
    this.architecture = architecture;
    this.reading = reading;
  }

  /**
   * The config.json of a file.
   *
   * @param reading a small tensor's numbers
   * @throws EngramException naming every setting that is missing, wrong or not supported
   */
  static ObjectNode of(
      Path path,
      GgufHeader header,
      GgufArchitecture architecture,
      Function<GgufHeader.Entry, float[]> reading) {
    ConfigDraft draft = new ConfigDraft(path, header, architecture.name(), reading);
    architecture.configure(draft);
    draft.requireAllRead();
    return draft.config;
  }

  Path path() {
    return path;
  }

  ObjectNode config() {
    return config;
  }

  /** What kind of model it is, in Hugging Face's words. */
  void model(String type, String className) {
    config.put("model_type", type);
    config.putArray("architectures").add(className);
  }

  /** Sizes, the norms' epsilon, tied head and special tokens. */
  void sizes() {
    int hidden = count("embedding_length");
    int heads = count("attention.head_count");
    config.put("vocab_size", vocabularySize());
    config.put("hidden_size", hidden);
    config.put("intermediate_size", count("feed_forward_length"));
    config.put("num_hidden_layers", count("block_count"));
    config.put("num_attention_heads", heads);
    config.put("num_key_value_heads", count("attention.head_count_kv", heads));
    config.put("head_dim", headDim(hidden / heads));
    config.put("rms_norm_eps", positive("attention.layer_norm_rms_epsilon"));
    config.put("max_position_embeddings", count("context_length"));
    config.put("tie_word_embeddings", !hasTensor("output.weight"));
    SpecialTokens.configure(this);
  }

  /** Rotary positions over whole heads: the base, and a scaling given by one factor. */
  void rotary() {
    int headDim = config.path("head_dim").intValue();
    int turned = count("rope.dimension_count", headDim);
    if (turned != headDim) {
      fault("rope.dimension_count", turned + " of " + headDim + " numbers of a head");
    }
    config.put("rope_theta", positive("rope.freq_base", 10_000));
    scaling();
  }

  /** As llama.cpp: a factor without a type is linear, a type "none" makes a factor mean nothing. */
  private void scaling() {
    double factor = positive("rope.scaling.factor", 1);
    String type = text("rope.scaling.type", factor == 1 ? "none" : "linear");
    if (type.equals("none")) {
      return;
    }
    ObjectNode scaling = config.putObject("rope_scaling");
    scaling.put("rope_type", type);
    scaling.put("factor", factor);
    if (has("rope.scaling.original_context_length")) {
      scaling.put(
          "original_max_position_embeddings", count("rope.scaling.original_context_length"));
    }
    putIfThere(scaling, "beta_fast", "rope.scaling.yarn_beta_fast");
    putIfThere(scaling, "beta_slow", "rope.scaling.yarn_beta_slow");
    putIfThere(scaling, "attention_factor", "rope.scaling.yarn_attn_factor");
  }

  private void putIfThere(ObjectNode to, String key, String setting) {
    if (has(setting)) {
      to.put(key, positive(setting));
    }
  }

  /** Rows of the embedding. */
  int vocabularySize() {
    GgufHeader.Entry embedding = header.entries().get("token_embd.weight");
    if (embedding == null) {
      throw GgufCursor.damaged(path, "it has no tensor token_embd.weight");
    }
    return (int) Math.min(embedding.shape()[0], Integer.MAX_VALUE);
  }

  private int headDim(int otherwise) {
    int keys = count("attention.key_length", count("rope.dimension_count", otherwise));
    int values = count("attention.value_length", keys);
    if (values != keys) {
      fault("attention.value_length", values + ", unlike attention.key_length " + keys);
    }
    return keys;
  }

  /** Whether the file has the architecture's setting. */
  boolean has(String setting) {
    return header.metadata().has(key(setting));
  }

  /** A required integer of at least 1. */
  int count(String setting) {
    if (!has(setting)) {
      faults.add(key(setting) + " is missing");
      return 1;
    }
    return count(setting, 1);
  }

  /** An integer of at least 1; if a file has one per layer, they must be equal. */
  int count(String setting, int otherwise) {
    if (!has(setting)) {
      return otherwise;
    }
    long value = whole(setting);
    if (value < 1 || value > Integer.MAX_VALUE) {
      faults.add(
          key(setting)
              + " "
              + Long.toUnsignedString(value)
              + " isn't a whole number from 1 to "
              + Integer.MAX_VALUE);
      return 1;
    }
    return (int) value;
  }

  /** An integer; 0 if the file has none. */
  long whole(String setting) {
    String key = key(setting);
    read.add(key);
    if (!header.metadata().isList(key)) {
      return header.metadata().whole(key).orElse(0);
    }
    long[] each = header.metadata().wholes(key);
    if (Arrays.stream(each).distinct().count() != 1) {
      faults.add(key + " differs from layer to layer, which is not supported");
    }
    return each.length == 0 ? 1 : each[0];
  }

  /** A required finite number above 0. */
  double positive(String setting) {
    if (!has(setting)) {
      faults.add(key(setting) + " is missing");
    }
    return positive(setting, 1);
  }

  /** A finite number above 0. */
  double positive(String setting, double otherwise) {
    String key = key(setting);
    read.add(key);
    double value = header.metadata().real(key).orElse(otherwise);
    if (!(value > 0) || Double.isInfinite(value)) {
      faults.add(key + " " + value + " isn't a positive number");
      return 1;
    }
    return value;
  }

  /** Yes or no. */
  boolean flag(String setting, boolean otherwise) {
    read.add(key(setting));
    Boolean flag = header.metadata().flag(key(setting));
    return flag == null ? otherwise : flag;
  }

  /** A text. */
  String text(String setting, String otherwise) {
    read.add(key(setting));
    String text = header.metadata().text(key(setting));
    return text == null ? otherwise : text;
  }

  /** Refuses a setting that isn't supported, with what it says. */
  void fault(String setting, String value) {
    faults.add(key(setting) + " is " + value + ", which is not supported");
  }

  GgufMetadata metadata() {
    return header.metadata();
  }

  boolean hasTensor(String name) {
    return header.entries().containsKey(name);
  }

  /** A small tensor's numbers. */
  float[] numbers(String name) {
    GgufHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw GgufCursor.damaged(path, "it has no tensor " + name);
    }
    return reading.apply(entry);
  }

  /** Writes a list of numbers. */
  void putNumbers(ObjectNode to, String key, float[] numbers) {
    ArrayNode list = to.putArray(key);
    for (float number : numbers) {
      list.add(GgufMetadata.ValueType.FLOAT32.real(Float.floatToRawIntBits(number)));
    }
  }

  private String key(String setting) {
    return architecture + "." + setting;
  }

  private void requireAllRead() {
    WITHOUT_EFFECT.forEach(setting -> read.add(key(setting)));
    for (String key : header.metadata().keys()) {
      if (key.startsWith(architecture + ".") && !read.contains(key) && !isZero(key)) {
        faults.add(key + " is not supported");
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage(path + ": " + String.join("; ", faults) + ".");
    }
  }

  /** Such as expert_count 0: the file says that there are none. */
  private boolean isZero(String key) {
    return header.metadata().isZero(key);
  }

  /** Begin, end and padding tokens of a GGUF file's vocabulary. */
  static final class SpecialTokens {
    private static final String PREFIX = "tokenizer.ggml.";

    /** The token written as null if the file has none. */
    static final String PADDING = "pad_token_id";

    private SpecialTokens() {}

    /** Writes their ids; several end tokens as a list, the vocabulary's own first. */
    static void configure(ConfigDraft draft) {
      put(draft, "bos_token_id", List.of("bos_token_id"));
      put(draft, "eos_token_id", List.of("eos_token_id", "eot_token_id"));
      // Without the setting, transformers takes the family's default, whatever the vocabulary.
      draft.config().putNull(PADDING);
      put(draft, PADDING, List.of("padding_token_id"));
    }

    private static void put(ConfigDraft draft, String key, List<String> settings) {
      Set<Integer> ids = new LinkedHashSet<>();
      for (String setting : settings) {
        OptionalLong id = draft.metadata().whole(PREFIX + setting);
        id.ifPresent(value -> ids.add(within(draft, PREFIX + setting, value)));
      }
      if (ids.size() > 1) {
        ArrayNode list = draft.config().putArray(key);
        ids.forEach(list::add);
      } else {
        ids.forEach(id -> draft.config().put(key, id));
      }
    }

    private static int within(ConfigDraft draft, String setting, long id) {
      int size = draft.config().path("vocab_size").intValue();
      if (id < 0 || id >= size) {
        throw EngramException.file(
            String.format(
                "%s: %s is %s, which isn't a token of the vocabulary of %d.",
                draft.path(), setting, Long.toUnsignedString(id), size));
      }
      return (int) id;
    }
  }
}
