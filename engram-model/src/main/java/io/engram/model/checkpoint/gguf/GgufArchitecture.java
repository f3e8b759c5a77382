package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An architecture that GGUF files name: how its settings appear in a config.json and what its
 * weights are called in a Hugging Face folder. The model family knows what the settings mean.
 */
interface GgufArchitecture {
  /** The name in {@code general.architecture}. */
  String name();

  /** {@code model_type} values of a config.json that may lie beside such a file. */
  Set<String> modelTypes();

  /** Fills in a config.json. */
  void configure(ConfigDraft draft);

  /** A layer's weights: the name between {@code blk.N.} and {@code .weight} to Hugging Face's. */
  Map<String, Weight> layerWeights();

  /** The prefix of a layer's weight names in a Hugging Face folder, before the layer's number. */
  default String layers() {
    return "model.layers.";
  }

  /** The weights outside of layers: the name before {@code .weight} to Hugging Face's. */
  default Map<String, Weight> outerWeights() {
    return Map.of(
        "token_embd", Weight.of("model.embed_tokens"),
        "output_norm", new Weight("model.norm", finalNorm()),
        "output", Weight.of("lm_head"));
  }

  /** How the last norm's weight is stored. */
  default Change finalNorm() {
    return Change.NONE;
  }

  /** Tensors that are settings: their values go into the config.json. */
  default Set<String> settings() {
    return Set.of();
  }

  /**
   * A weight in a Hugging Face folder.
   *
   * @param name the part before {@code .weight}, of a layer's what comes after its number
   */
  record Weight(String name, Change change) {
    static Weight of(String name) {
      return new Weight(name, Change.NONE);
    }
  }

  /** How a stored weight differs from the Hugging Face folder's. */
  enum Change {
    NONE,
    /** The rows of each query head's two halves are interleaved. */
    QUERY_HEADS_INTERLEAVED,
    /** The rows of each key head's two halves are interleaved. */
    KEY_HEADS_INTERLEAVED,
    /** 1 is added: a norm's gain instead of what exceeds 1. */
    ONE_ADDED,
    /** A matrix is {@code [out, in]} instead of {@code [in, out]}. */
    TRANSPOSED,
    /** All queries, then all keys, then all values, instead of each head's three together. */
    HEADS_APART
  }

  /** The architectures that can be read; to add one, add a line here. */
  static final class Known {
    private static final List<GgufArchitecture> ALL =
        List.of(
            new LlamaGguf(),
            new LlamaGguf.Qwen2(),
            new LlamaGguf.Qwen3(),
            new GemmaGguf.Gemma2(),
            new GemmaGguf.Gemma3(),
            new Phi3Gguf(),
            new LlamaGguf.Olmo2(),
            new LlamaGguf.SmolLm3(),
            new LayerNormGguf.GptNeoX(),
            new LayerNormGguf.Gpt2());

    private Known() {}

    /**
     * The architecture that a file names.
     *
     * @throws EngramException naming it and those that can be read
     */
    static GgufArchitecture of(Path path, GgufMetadata metadata) {
      String name = metadata.text("general.architecture");
      return ALL.stream()
          .filter(architecture -> architecture.name().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  EngramException.usage(
                      path
                          + ": general.architecture "
                          + (name == null ? "is missing" : "\"" + name + "\" is not supported")
                          + "; supported: "
                          + ALL.stream()
                              .map(GgufArchitecture::name)
                              .collect(Collectors.joining(", "))
                          + "."));
    }
  }
}
