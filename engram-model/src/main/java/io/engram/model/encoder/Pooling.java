package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import tools.jackson.databind.JsonNode;

/** Turns the hidden states of a text's tokens into one vector. */
enum Pooling {
  /** The mean over all tokens, special ones too. */
  MEAN,
  /** The first token's. */
  CLS;

  /**
   * Pools each text of a batch.
   *
   * @param hidden {@code [N, C]}
   * @return {@code [B, C]}, texts in the order in which they were given
   */
  Tensor apply(Tensor hidden, PackedBatch batch, Device device) {
    if (this == CLS) {
      return hidden.index_select(0, Tensors.ofInts(batch.starts(), device));
    }
    Tensor[] means = new Tensor[batch.buckets().size()];
    long row = 0;
    for (int i = 0; i < means.length; i++) {
      PackedBatch.Bucket bucket = batch.buckets().get(i);
      means[i] =
          hidden
              .narrow(0, row, bucket.rows())
              .view(bucket.count(), bucket.length(), hidden.size(1))
              .mean(1);
      row += bucket.rows();
    }
    int[] places = new int[batch.order().length];
    for (int k = 0; k < places.length; k++) {
      places[batch.order()[k]] = k;
    }
    return torch.cat(new TensorVector(means), 0).index_select(0, Tensors.ofInts(places, device));
  }

  /** The config.json of a sentence-transformers pooling module, in its older and newer spelling. */
  static final class Config {
    private static final String FLAG = "pooling_mode_";

    private Config() {}

    /**
     * Reads it.
     *
     * @throws EngramException if it asks for anything but the mean or the first token
     */
    static Pooling read(Path file) {
      List<String> modes = new ArrayList<>();
      for (Map.Entry<String, JsonNode> setting : EncoderFolder.JsonFile.read(file).properties()) {
        String key = setting.getKey();
        JsonNode value = setting.getValue();
        if (key.startsWith(FLAG)) {
          if (value.asBoolean(false)) {
            modes.add(key.substring(FLAG.length()).replace("_tokens", "").replace("_token", ""));
          }
        } else if (key.equals("pooling_mode")) {
          modes.add(value.asString(value.toString()));
        } else if (!key.endsWith("embedding_dimension") && !key.equals("include_prompt")) {
          throw EngramException.file(file + ": " + key + " " + value + " is not supported.");
        }
      }
      if (modes.equals(List.of("mean"))) {
        return Pooling.MEAN;
      }
      if (modes.equals(List.of("cls"))) {
        return Pooling.CLS;
      }
      throw EngramException.file(
          file + ": pooling " + modes + " is not supported; one of mean and cls is.");
    }
  }
}
