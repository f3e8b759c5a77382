package io.engram.cli.option;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads text files that a user names. */
public final class TextFiles {
  private TextFiles() {}

  /**
   * The text.
   *
   * @throws EngramException of kind FILE if it does not exist or is not UTF-8
   */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw EngramException.file(file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw EngramException.file(file + " is not UTF-8", e);
    } catch (IOException e) {
      throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
    }
  }
}
