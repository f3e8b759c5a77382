package io.engram.core.metric;

import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;

/**
 * A text's loss divided by its compressed size. A text that is likely only because it repeats
 * itself was not necessarily learned.
 *
 * <p><b>Source:</b> Carlini et al.: Extracting training data from large language models (2021).
 */
public final class ZLib {
  private static final int BUFFER_BYTES = 4096;

  private ZLib() {}

  /** {@code loss / bytes(text)}. */
  public static double score(double loss, String text) {
    return loss / bytes(text);
  }

  /**
   * The length of the text's UTF-8 bytes after zlib compression at the default level, header and
   * checksum included: the same as Python's {@code len(zlib.compress(text.encode()))}.
   *
   * @return bytes; 8 for the empty text
   */
  public static int bytes(String text) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
      deflater.finish();
      byte[] buffer = new byte[BUFFER_BYTES];
      int bytes = 0;
      while (!deflater.finished()) {
        bytes += deflater.deflate(buffer);
      }
      return bytes;
    } finally {
      deflater.end();
    }
  }
}
