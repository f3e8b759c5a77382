package io.engram.core.certificate;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Joins byte strings so that no two different lists give the same bytes: each is preceded by its
 * length in bytes, {@code LEN SP BYTES}, with a space between two.
 *
 * <p><b>Source:</b> the pre-authentication encoding of DSSE v1, which is {@code DSSEv1} before such
 * a list of two.
 */
final class Packed {
  private Packed() {}

  /** {@code LEN(p₁) SP p₁ SP LEN(p₂) SP p₂ …}, lengths in decimal digits. */
  static byte[] of(List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      if (out.size() > 0) {
        out.write(' ');
      }
      out.writeBytes(ascii(part.length + " "));
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
