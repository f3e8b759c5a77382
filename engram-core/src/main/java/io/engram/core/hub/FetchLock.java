package io.engram.core.hub;

import io.engram.core.ProgressListener;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets one process at a time fetch a repository or model to one place, while others wait. The
 * system releases the lock when the process ends.
 */
public final class FetchLock implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;

  private final FileChannel channel;

  private FetchLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for it.
   *
   * @param file created if missing
   * @param progress called while it waits; may throw to stop waiting
   * @param message called once if it has to wait
   */
  public static FetchLock take(Path file, ProgressListener progress, Consumer<String> message)
      throws IOException, InterruptedException {
    boolean told = false;
    while (true) {
      FetchLock lock = tryTake(file);
      if (lock != null) {
        return lock;
      }
      if (!told) {
        message.accept("Waiting: another process is fetching the same …");
        told = true;
      }
      progress.advance(0);
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static @Nullable FetchLock tryTake(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      Optional<Object> opened = identity(file);
      // Its last holder may have deleted the locked file, and a third process created it again.
      if (isLocked(channel) && opened.isPresent() && opened.equals(identity(file))) {
        return new FetchLock(channel);
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return null;
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // Another thread of this process.
    }
  }

  /**
   * Which file has this name now; empty: none. Doesn't open the file, since closing it would
   * release the lock, which on Unix belongs to the process and not to the channel.
   */
  private static Optional<Object> identity(Path file) throws IOException {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return Optional.of(
          key == null ? file : key); // Windows has no key, but doesn't delete open files either.
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
