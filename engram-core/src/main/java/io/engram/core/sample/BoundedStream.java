package io.engram.core.sample;

import io.engram.core.EngramException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that gives so many bytes and no more; asked for more it ends in a fault. */
final class BoundedStream extends FilterInputStream {
  private final String fault;
  private long left;

  /**
   * Bounds a stream.
   *
   * @param most how many bytes it may give
   * @param fault what the user is told where it has more
   */
  BoundedStream(InputStream in, long most, String fault) {
    super(in);
    this.left = most;
    this.fault = fault;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int count = super.read(to, offset, length);
    count(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(count);
    count(skipped);
    return skipped;
  }

  private void count(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw EngramException.file(fault);
    }
  }
}
