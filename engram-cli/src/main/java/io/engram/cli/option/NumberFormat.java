package io.engram.cli.option;

import io.engram.model.tensor.Dtype;
import org.jspecify.annotations.Nullable;

/** What --dtype takes. */
enum NumberFormat {
  AUTO(null),
  FLOAT32(Dtype.FLOAT32),
  BFLOAT16(Dtype.BFLOAT16),
  FLOAT16(Dtype.FLOAT16);

  private final @Nullable Dtype written;

  NumberFormat(@Nullable Dtype written) {
    this.written = written;
  }

  /** The format itself; null: the source's own. */
  @Nullable Dtype written() {
    return written;
  }
}
