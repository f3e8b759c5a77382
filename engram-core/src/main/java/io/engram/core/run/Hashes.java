package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** SHA-256, in lower-case hexadecimal. */
public final class Hashes {
  private static final int CHUNK_BYTES = 1 << 20;

  private Hashes() {}

  /**
   * The hash of a file's bytes, as {@code sha256sum} prints it. For a folder: the hash of the lines
   * {@code HASH␣␣relative/path} of all files in it, ordered by path.
   *
   * @throws EngramException of kind FILE if it can't be read
   */
  public static String sha256(Path fileOrFolder) {
    try {
      return Files.isDirectory(fileOrFolder) ? ofFolder(fileOrFolder) : ofFile(fileOrFolder);
    } catch (IOException e) {
      throw EngramException.file(fileOrFolder + " can't be read: " + e.getMessage(), e);
    }
  }

  /** The hash of a text in UTF-8. */
  public static String sha256(String text) {
    return hex(digest(), text.getBytes(StandardCharsets.UTF_8));
  }

  private static String ofFile(Path file) throws IOException {
    MessageDigest digest = digest();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return hex(digest, new byte[0]);
  }

  private static String ofFolder(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    StringBuilder lines = new StringBuilder();
    for (String path : files.stream().map(file -> relative(folder, file)).sorted().toList()) {
      lines.append(ofFile(folder.resolve(path))).append("  ").append(path).append('\n');
    }
    return sha256(lines.toString());
  }

  private static String relative(Path folder, Path file) {
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest, byte[] rest) {
    return HexFormat.of().formatHex(digest.digest(rest));
  }
}
