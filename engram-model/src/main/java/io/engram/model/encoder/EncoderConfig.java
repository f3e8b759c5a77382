package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.family.ConfigReader;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The shape of an encoder, as its config.json gives it.
 *
 * @param positions rows of the position table
 * @param tokenTypes rows of the token-type table; 0: there is none
 * @param firstPosition row of a text's first token
 * @param padId the padding's token
 */
record EncoderConfig(
    Family family,
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int positions,
    int tokenTypes,
    int firstPosition,
    int padId,
    double normEpsilon,
    ActivationFunction activation) {
  // Limits far above any model. They keep products of sizes within a long and lists of layers in
  // memory.
  /** Activations that encoders have, by their names in a config.json. */
  private static final List<String> ACTIVATIONS =
      List.of("gelu", "gelu_new", "gelu_pytorch_tanh", "relu");

  private static final String ACTIVATION_NAMES = "gelu, gelu_new, gelu_pytorch_tanh and relu";

  private static final int MOST_LAYERS = 10_000;
  private static final int MOST_HEADS = 1 << 14;
  private static final int MOST_WIDE = 1 << 24;

  /** Both families' own default, and all that DistilBERT knows. */
  private static final double EPSILON = 1e-12;

  /**
   * Reads a config.json.
   *
   * @param where the file's name for messages
   * @throws EngramException naming each setting that is missing, wrong or not supported
   */
  static EncoderConfig read(JsonNode config, String where) {
    Family family = Family.of(config.path("model_type").asString(""), where);
    ConfigReader reader = new ConfigReader(config, new ArrayList<>());
    EncoderConfig read = family == Family.DISTILBERT ? distilBert(reader) : bert(family, reader);
    read.check(reader);
    if (!reader.faults().isEmpty()) {
      throw EngramException.file(where + ": " + String.join("; ", reader.faults()) + ".");
    }
    return read;
  }

  private static EncoderConfig bert(Family family, ConfigReader reader) {
    int padId = reader.has("pad_token_id") ? padId(reader) : family == Family.BERT ? 0 : 1;
    return new EncoderConfig(
        family,
        reader.count("vocab_size", MOST_WIDE),
        reader.count("hidden_size", MOST_WIDE),
        reader.count("intermediate_size", MOST_WIDE),
        reader.count("num_hidden_layers", MOST_LAYERS),
        reader.count("num_attention_heads", MOST_HEADS),
        reader.count("max_position_embeddings", MOST_WIDE),
        reader.count("type_vocab_size", MOST_WIDE, 2),
        family == Family.ROBERTA ? padId + 1 : 0,
        padId,
        reader.positive("layer_norm_eps", EPSILON),
        activation(reader, "hidden_act"));
  }

  private static EncoderConfig distilBert(ConfigReader reader) {
    return new EncoderConfig(
        Family.DISTILBERT,
        reader.count("vocab_size", MOST_WIDE),
        reader.count("dim", MOST_WIDE),
        reader.count("hidden_dim", MOST_WIDE),
        reader.count("n_layers", MOST_LAYERS),
        reader.count("n_heads", MOST_HEADS),
        reader.count("max_position_embeddings", MOST_WIDE),
        0,
        0,
        0,
        EPSILON,
        activation(reader, "activation"));
  }

  private static int padId(ConfigReader reader) {
    JsonNode value = reader.config().path("pad_token_id");
    if (!value.isInt() || value.intValue() < 0 || value.intValue() > MOST_WIDE) {
      reader.faults().add("pad_token_id " + value + " isn't a token");
      return 0;
    }
    return value.intValue();
  }

  private static ActivationFunction activation(ConfigReader reader, String key) {
    JsonNode value = reader.config().path(key);
    return reader.has(key)
        ? ActivationFunction.named(value.asString(""))
            .filter(known -> ACTIVATIONS.contains(value.asString("")))
            .orElseGet(
                () -> {
                  reader
                      .faults()
                      .add(key + " " + value + " is not supported; " + ACTIVATION_NAMES + " are");
                  return ActivationFunction.GELU;
                })
        : ActivationFunction.GELU;
  }

  private void check(ConfigReader reader) {
    if (reader.faults().isEmpty() && hiddenSize % heads != 0) {
      reader
          .faults()
          .add("a hidden size of " + hiddenSize + " isn't a multiple of " + heads + " heads");
    }
    if (reader.faults().isEmpty() && positions <= firstPosition) {
      reader
          .faults()
          .add(
              "max_position_embeddings %d leaves no position for a token after pad_token_id %d"
                  .formatted(positions, padId));
    }
    JsonNode kind = reader.config().path("position_embedding_type");
    if (reader.has("position_embedding_type") && !kind.asString("").equals("absolute")) {
      reader.faults().add("position_embedding_type " + kind + " is not supported; absolute is");
    }
    for (String key : new String[] {"is_decoder", "add_cross_attention"}) {
      if (reader.config().path(key).asBoolean(false)) {
        reader.faults().add(key + " true is not supported: it makes the encoder a decoder");
      }
    }
    if (!reader.config().path("pruned_heads").isEmpty()) {
      reader.faults().add("pruned_heads is not supported");
    }
    if (reader.has("quantization_config")) {
      reader.faults().add("quantization_config is not supported");
    }
  }

  /** The longest text in tokens. */
  int mostTokens() {
    return positions - firstPosition;
  }

  /** The width of a head. */
  int headDim() {
    return hiddenSize / heads;
  }

  /**
   * Kinds of encoders, which differ in the names of settings and weights and in how positions are
   * counted.
   */
  enum Family {
    /** BERT and MiniLM. */
    BERT("bert."),
    /** RoBERTa and XLM-RoBERTa: positions are counted from the padding's id + 1. */
    ROBERTA("roberta."),
    /** DistilBERT: no token types, no pooler. */
    DISTILBERT("distilbert.");

    private final String prefix;

    Family(String prefix) {
      this.prefix = prefix;
    }

    /** The prefix of weight names in a model with a head: {@code bert.}. */
    String prefix() {
      return prefix;
    }

    /**
     * The family of a {@code model_type}.
     *
     * @param where the file that names it
     */
    static Family of(String modelType, String where) {
      return switch (modelType) {
        case "bert" -> BERT;
        case "roberta", "xlm-roberta" -> ROBERTA;
        case "distilbert" -> DISTILBERT;
        default ->
            throw EngramException.usage(
                "%s: model_type %s; an encoder's is bert, roberta, xlm-roberta or distilbert."
                    .formatted(
                        where,
                        modelType.isEmpty()
                            ? "is missing"
                            : "\"" + modelType + "\" is not supported as an encoder"));
      };
    }
  }
}
