package io.engram.model.encoder;

import io.engram.model.decoder.PackedBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * From the first token's hidden state h to logits: {@code W₂ f(W₁ h + b₁) + b₂}. BERT's first layer
 * is its pooler with f = tanh; RoBERTa's is the head's own with tanh, DistilBERT's with ReLU.
 *
 * @param names how the folder calls weights
 */
record ClassificationHead(EncoderNames names) {
  /** Its weights with their shapes. */
  Map<String, long[]> shapes(EncoderConfig config, int classes) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    EncoderNames.linear(shapes, first(), config.hiddenSize(), config.hiddenSize());
    EncoderNames.linear(shapes, last(), classes, config.hiddenSize());
    return shapes;
  }

  /**
   * Logits of each text.
   *
   * @param hidden {@code [N, C]}
   * @return {@code [B, K]}
   */
  Tensor logits(Encoder encoder, Tensor hidden, PackedBatch batch) {
    Tensor pooled = encoder.linear(first(), Pooling.CLS.apply(hidden, batch, encoder.device()));
    boolean relu = names.family() == EncoderFamily.DISTILBERT;
    return encoder.linear(last(), relu ? torch.relu(pooled) : torch.tanh(pooled));
  }

  private String first() {
    return switch (names.family()) {
      case BERT -> names.prefix() + "pooler.dense";
      case ROBERTA -> "classifier.dense";
      case DISTILBERT -> "pre_classifier";
    };
  }

  private String last() {
    return names.family() == EncoderFamily.ROBERTA ? "classifier.out_proj" : "classifier";
  }
}
