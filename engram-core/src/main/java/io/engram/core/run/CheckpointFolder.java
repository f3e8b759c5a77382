package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A run's checkpoint and the one before it, each a folder of files. A new one is written beside
 * them, with a checksum of each file, synced to the disk and then renamed into place, so at any
 * moment one of the two is whole. One that was damaged later shows by its checksums; then the one
 * before takes its place.
 *
 * <p>Checksums are CRC-32C: they find damage, not intent.
 */
public final class CheckpointFolder {
  private static final String SUMS = "sums.json";
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path run;
  private final Path current;
  private final Path before;
  private final Path next;

  /** The checkpoints in a run's folder. */
  public CheckpointFolder(Path run) {
    this.run = run;
    this.current = run.resolve("checkpoint");
    this.before = run.resolve("checkpoint.before");
    this.next = run.resolve("checkpoint.next");
  }

  /** The content of sums.json: CRC-32C of each file, in hexadecimal. */
  private record Sums(@Nullable Map<String, String> crc32c) {}

  /** The folder of the last checkpoint; it may not exist. */
  public Path path() {
    return current;
  }

  /** Whether there is a checkpoint. */
  public boolean exists() {
    return Files.isDirectory(current);
  }

  /**
   * Makes a new checkpoint. If it can't be written, as on a full disk, the one before the last is
   * given up to make room.
   *
   * @param write given an empty folder, writes the files into it
   * @throws EngramException if there is no room even so; the last checkpoint is still there
   */
  public void replace(Consumer<Path> write) {
    try {
      attempt(write);
    } catch (EngramException e) {
      if (!Files.exists(before)) {
        throw left(e);
      }
      delete(next);
      delete(before);
      try {
        attempt(write);
      } catch (EngramException again) {
        throw left(again);
      }
    }
  }

  private void attempt(Consumer<Path> write) {
    delete(next);
    try {
      Files.createDirectories(next);
      write.accept(next);
      JsonFiles.write(next.resolve(SUMS), new Sums(sums(next)));
      try (Stream<Path> files = Files.list(next)) {
        for (Path file : files.toList()) {
          sync(file, StandardOpenOption.WRITE);
        }
      }
      sync(next, StandardOpenOption.READ);
      if (Files.exists(current)) {
        delete(before);
        move(current, before);
      }
      move(next, current);
      sync(run, StandardOpenOption.READ);
    } catch (IOException e) {
      throw EngramException.resources(current + " can't be written: " + e.getMessage(), e);
    }
  }

  /** The same failure, with what it leaves. */
  private EngramException left(EngramException failure) {
    if (!exists()) {
      return failure;
    }
    delete(next);
    return EngramException.resources(
        failure.getMessage() + "\n" + current + " is whole: --resume goes on from there.", failure);
  }

  /**
   * Makes the last whole checkpoint the current one: finishes a replacement that was interrupted,
   * and falls back to the one before if the current one is damaged.
   *
   * @return what was damaged, for a warning; empty if nothing was
   * @throws EngramException of kind FILE if every checkpoint is damaged
   */
  public Optional<String> recover() {
    if (!exists()) {
      for (Path other : List.of(next, before)) {
        if (Files.isRegularFile(other.resolve(SUMS)) && damage(other).isEmpty()) {
          rename(other, current);
          return Optional.empty();
        }
      }
      return Optional.empty();
    }
    Optional<String> damage = damage(current);
    if (damage.isEmpty()) {
      return damage;
    }
    if (!Files.isDirectory(before)) {
      throw EngramException.file(
          "%s, and there is no checkpoint before it. Start the run again.".formatted(damage.get()));
    }
    Optional<String> also = damage(before);
    if (also.isPresent()) {
      throw EngramException.file(
          "%s, and %s. Start the run again.".formatted(damage.get(), also.get()));
    }
    delete(current);
    rename(before, current);
    return Optional.of(damage.get() + ". The run goes on from the checkpoint before it.");
  }

  /** Deletes the checkpoint before the last, which a finished run doesn't need. */
  public void discardBefore() {
    delete(before);
  }

  /** Deletes the checkpoints. */
  public void discard() {
    delete(current);
    delete(before);
    delete(next);
  }

  /** Why a checkpoint isn't what was written; empty if it is, or is from an earlier version. */
  private static Optional<String> damage(Path folder) {
    if (!Files.isRegularFile(folder.resolve(SUMS))) {
      return Optional.empty();
    }
    try {
      Map<String, String> written = JsonFiles.read(folder.resolve(SUMS), Sums.class).crc32c();
      if (written == null) {
        return Optional.of(folder.resolve(SUMS) + " is damaged (it has no checksums)");
      }
      Map<String, String> found = sums(folder);
      for (Map.Entry<String, String> file : written.entrySet()) {
        String sum = found.get(file.getKey());
        if (!file.getValue().equals(sum)) {
          return Optional.of(
              "%s/%s is damaged (%s)"
                  .formatted(
                      folder,
                      file.getKey(),
                      sum == null ? "it is missing" : "it has another checksum than when written"));
        }
      }
      return Optional.empty();
    } catch (EngramException | IOException e) {
      return Optional.of("%s is damaged (%s)".formatted(folder.resolve(SUMS), e.getMessage()));
    }
  }

  private static Map<String, String> sums(Path folder) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> !f.endsWith(SUMS)).toList()) {
        sums.put(file.getFileName().toString(), sum(file));
      }
    }
    return sums;
  }

  private static String sum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        sum.update(chunk, 0, n);
      }
    }
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private static void rename(Path from, Path to) {
    try {
      move(from, to);
    } catch (IOException e) {
      throw EngramException.resources(to + " can't be written: " + e.getMessage(), e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path path) {
    try {
      Trees.delete(path);
    } catch (IOException e) {
      throw EngramException.resources(path + " can't be deleted: " + e.getMessage(), e);
    }
  }
}
