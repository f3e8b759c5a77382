package io.engram.cli.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;

/** Names folders for what a command makes where the user named none. */
final class NewFolder {
  private NewFolder() {}

  /** {@code runs/DATE-NAME}, with a number behind it if there is such a folder. */
  static Path under(String name) {
    return in(Path.of("runs"), LocalDate.now(ZoneId.systemDefault()) + "-" + name);
  }

  /** The first of NAME, NAME-2, NAME-3 … that isn't there. */
  static Path in(Path parent, String name) {
    Path folder = parent.resolve(name);
    for (int i = 2; Files.exists(folder); i++) {
      folder = parent.resolve(name + "-" + i);
    }
    return folder;
  }
}
