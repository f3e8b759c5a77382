package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.decoder.DecoderConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a GGUF header says of a Llama: how many heads it has and where its weights lie.
 *
 * @param heads H
 * @param kvHeads G
 * @param weights by their Hugging Face names, in the order of the header
 */
record GgufLlama(int heads, int kvHeads, Map<String, GgufHeader.Entry> weights) {
  private static final String SCALED_POSITIONS = "rope_freqs.weight";
  private static final int MOST_HEADS = 1 << 16;

  /**
   * Reads a header as a Llama's.
   *
   * @throws EngramException if it's another architecture's, a part of a model or has what isn't
   *     built
   */
  static GgufLlama of(Path path, GgufHeader header) {
    GgufSettings settings = header.settings();
    requireWholeLlama(path, settings);
    int heads = heads(path, settings, "llama.attention.head_count", 0);
    int kvHeads = heads(path, settings, "llama.attention.head_count_kv", heads);
    GgufLlama llama = new GgufLlama(heads, kvHeads, new LinkedHashMap<>());
    header.entries().values().forEach(entry -> llama.add(path, entry));
    return llama;
  }

  private static void requireWholeLlama(Path path, GgufSettings settings) {
    String architecture = settings.architecture();
    if (!architecture.equals("llama")) {
      throw EngramException.usage(
          path
              + ": general.architecture "
              + (architecture.isEmpty()
                  ? "is missing"
                  : "\"" + architecture + "\" is not supported")
              + "; llama is.");
    }
    long parts = settings.number("split.count").orElse(1);
    if (parts > 1) {
      throw EngramException.usage(
          path
              + " is one of "
              + parts
              + " parts of a model; whole files can be read.\n"
              + "Join them: llama-gguf-split --merge FIRST_PART OUT.gguf");
    }
  }

  private static int heads(Path path, GgufSettings settings, String key, int otherwise) {
    long value = settings.number(key).orElse(otherwise);
    if (value < 1 || value > MOST_HEADS) {
      throw GgufCursor.damaged(path, key + " is " + value + ", no number of heads");
    }
    return (int) value;
  }

  private void add(Path path, GgufHeader.Entry entry) {
    String name = GgufNames.huggingFace(entry.name());
    if (name == null) {
      throw EngramException.usage(
          path
              + ": tensor "
              + entry.name()
              + (entry.name().equals(SCALED_POSITIONS)
                  ? " scales the rotary positions, which is not supported."
                  : " is no weight of a plain Llama; only those can be read."));
    }
    int turned = interleavedHeads(name);
    if (turned > 0 && entry.shape()[0] % (2L * turned) != 0) {
      throw GgufCursor.damaged(
          path,
          String.format(
              "tensor %s has %d rows for %d heads", entry.name(), entry.shape()[0], turned));
    }
    weights.put(name, entry);
  }

  /**
   * In how many heads the weight's rows are interleaved; 0: they aren't. GGUF interleaves the two
   * halves of each head of q and k that rotary positions turn together; Hugging Face keeps them
   * apart.
   */
  int interleavedHeads(String name) {
    if (name.contains(".q_proj.")) {
      return heads;
    }
    return name.contains(".k_proj.") ? kvHeads : 0;
  }

  /**
   * Checks that a configuration has these heads: with others the shapes may fit and the numbers
   * would be wrong.
   *
   * @throws EngramException if it hasn't
   */
  void requireHeads(Path path, DecoderConfig config) {
    if (config.heads() != heads || config.kvHeads() != kvHeads) {
      throw EngramException.file(
          String.format(
              "%s has %d heads and %d kv-heads; the config.json beside it says %d and %d.%n"
                  + "Put the same model's config.json beside it.",
              path, heads, kvHeads, config.heads(), config.kvHeads()));
    }
  }
}
