package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a second writer out of a folder, through the file {@code .lock}. The system releases the
 * lock when the process ends, however it ends. The empty file stays: deleting it would let two
 * other processes lock two different files of that name.
 */
public final class FolderLock implements AutoCloseable {
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
              folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isFree(channel)) {
        channel.close();
        throw EngramException.file(
            folder + " is in use by another run; wait for it to end, or stop it");
      }
      return new FolderLock(folder, channel);
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be locked: " + e.getMessage(), e);
    }
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
      channel.close();
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be unlocked: " + e.getMessage(), e);
    }
  }
}
