package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second writer out of a folder, through the file {@code .lock}. The system releases the
 * lock when the process ends, however it ends, so a lock is never stale. The file names the owner's
 * process and host; it stays, empty, when the lock is released: deleting it would let two other
 * processes lock two different files of that name.
 */
public final class FolderLock implements AutoCloseable {
  private static final int OWNER_BYTES = 512;

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @throws EngramException of kind FILE if another process holds it
   */
  public static FolderLock take(Path folder) {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve(".lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!isFree(channel)) {
        String owner = owner(channel);
        channel.close();
        throw EngramException.file(
            "%s is in use by another run%s; wait for it to end, or stop it"
                .formatted(folder, owner.isEmpty() ? "" : " (" + owner + ")"));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(self().getBytes(StandardCharsets.UTF_8)), 0);
      return new FolderLock(folder, channel);
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be locked: " + e.getMessage(), e);
    }
  }

  private static String self() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "an unnamed host";
    }
    return "process %d on %s".formatted(ProcessHandle.current().pid(), host);
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(OWNER_BYTES);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
  }

  /** Tries to lock the file; false if another process, or this one, already holds the lock. */
  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Releases the lock. */
  @Override
  public void close() {
    try {
      channel.truncate(0);
      channel.close();
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be unlocked: " + e.getMessage(), e);
    }
  }
}
