package io.engram.core.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** A file that grows at its end, hashed as it grows; what an earlier process wrote counts. */
final class IncompleteFile implements Closeable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final RepoFile file;
  private final FileChannel channel;
  private MessageDigest digest;
  private long length;
  private boolean resumed;

  /** Opens it, or makes it, and hashes what is there. */
  IncompleteFile(Path path, RepoFile file) throws IOException {
    this.path = path;
    this.file = file;
    this.digest = file.checksum().start(file.size());
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      hashPresent();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void hashPresent() throws IOException {
    if (channel.size() > file.size()) {
      channel.truncate(0);
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    for (int n = channel.read(chunk); n >= 0; n = channel.read(chunk)) {
      digest.update(chunk.flip());
      length += n;
      chunk.clear();
    }
    resumed = length > 0;
  }

  /** Bytes that are here. */
  long length() {
    return length;
  }

  /** Whether bytes of an earlier attempt are among them. */
  boolean isResumed() {
    return resumed;
  }

  void append(byte[] bytes, int count) throws IOException {
    digest.update(bytes, 0, count);
    ByteBuffer rest = ByteBuffer.wrap(bytes, 0, count);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
    length += count;
  }

  /** Forgets all bytes. */
  void restart() throws IOException {
    channel.truncate(0);
    channel.position(0);
    digest = file.checksum().start(file.size());
    length = 0;
    resumed = false;
  }

  /** Gives it its name if the bytes are the right ones; else they are forgotten. */
  boolean completed(Path target) throws IOException {
    if (!file.checksum().matches(digest)) {
      restart();
      return false;
    }
    channel.force(false);
    channel.close();
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
