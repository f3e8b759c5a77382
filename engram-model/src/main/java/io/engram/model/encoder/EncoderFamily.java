package io.engram.model.encoder;

import io.engram.core.EngramException;

/** Kinds of encoders that differ in how settings and weights are called and positions counted. */
enum EncoderFamily {
  /** BERT and MiniLM. */
  BERT("bert."),
  /** RoBERTa and XLM-RoBERTa: positions are counted from the padding's id + 1. */
  ROBERTA("roberta."),
  /** DistilBERT: no token types, no pooler. */
  DISTILBERT("distilbert.");

  private final String prefix;

  EncoderFamily(String prefix) {
    this.prefix = prefix;
  }

  /** What the names of weights begin with in a model that has a head: {@code bert.}. */
  String prefix() {
    return prefix;
  }

  /**
   * The family of a {@code model_type}.
   *
   * @param where the file that names it
   */
  static EncoderFamily of(String modelType, String where) {
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
