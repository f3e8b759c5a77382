package io.engram.model.text;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The settings of a model file under keys such as {@code tokenizer.ggml.tokens}. */
public interface TokenizerMetadata {
  /** A text; null if there is none. */
  @Nullable String text(String key);

  /** True or false; null if the file doesn't say. */
  @Nullable Boolean flag(String key);

  /** An integer. */
  OptionalLong whole(String key);

  /** A list of texts; empty if there is none. */
  List<String> texts(String key);

  /** A list of integers; empty if there is none. */
  long[] wholes(String key);

  /** A list of numbers; empty if there is none. */
  double[] reals(String key);
}
