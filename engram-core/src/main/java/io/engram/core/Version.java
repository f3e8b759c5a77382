package io.engram.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which Engram this is. */
public final class Version {
  private Version() {}

  /** Version and, where the build knew it, commit: {@code 0.1.0-SNAPSHOT (abc1234)}. */
  public static String code() {
    Properties build = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = build.getProperty("version", "unknown");
    String commit = build.getProperty("commit", "");
    return commit.isBlank() || commit.startsWith("$") ? version : version + " (" + commit + ")";
  }
}
