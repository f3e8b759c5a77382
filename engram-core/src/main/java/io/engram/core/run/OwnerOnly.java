package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/**
 * Files that only their owner may read: mode 600, folders 700. File systems without such modes, as
 * on Windows, keep what their folder grants.
 */
public final class OwnerOnly {
  /** The folder of a run for what only its owner may see: the salt, and with --redact all texts. */
  public static final String FOLDER = "private";

  private OwnerOnly() {}

  /**
   * Creates a folder, or takes others' access to it away.
   *
   * @return the folder
   */
  public static Path folder(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(folder, modes("rwx------"));
      } else if (hasModes()) {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      }
      return folder;
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be created: " + e.getMessage(), e);
    }
  }

  /** Gives a folder the access of the one that it is in, as a new folder would mostly have. */
  public static void open(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    try {
      if (hasModes() && parent != null) {
        Set<PosixFilePermission> modes = new HashSet<>(Files.getPosixFilePermissions(parent));
        modes.addAll(PosixFilePermissions.fromString("rwx------"));
        modes.remove(PosixFilePermission.GROUP_WRITE);
        modes.remove(PosixFilePermission.OTHERS_WRITE);
        Files.setPosixFilePermissions(folder, modes);
      }
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be opened to others: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a file that must not exist yet.
   *
   * @throws EngramException if it exists or can't be written
   */
  public static void writeNew(Path file, String text) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Set<StandardOpenOption> fresh =
          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = Files.newByteChannel(file, fresh, modes("rw-------"))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (FileAlreadyExistsException e) {
      throw EngramException.usage(file + " exists; it is not overwritten.");
    } catch (IOException e) {
      throw EngramException.file(file + " can't be written: " + e.getMessage(), e);
    }
  }

  private static FileAttribute<?>[] modes(String modes) {
    return hasModes()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(modes))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean hasModes() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }
}
