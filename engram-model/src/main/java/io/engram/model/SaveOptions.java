package io.engram.model;

import io.engram.model.checkpoint.Shards;
import io.engram.model.tensor.Dtype;
import java.util.Map;

/**
 * How a model is written.
 *
 * @param dtype number format of the weights in the files
 * @param shardBytes maximum bytes of weights per file
 * @param texts more files of the folder, such as README.md, by name
 */
public record SaveOptions(Dtype dtype, long shardBytes, Map<String, String> texts) {
  /** Copies the texts. */
  public SaveOptions {
    texts = Map.copyOf(texts);
  }

  /** In files of 5 GB, with no other files. */
  public static SaveOptions of(Dtype dtype) {
    return new SaveOptions(dtype, Shards.DEFAULT_BYTES, Map.of());
  }
}
