package io.engram.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
  @TempDir Path folder;

  @Test
  void foldersGoWithWhatIsInThem() throws IOException {
    Path tree = folder.resolve("tree");
    Files.createDirectories(tree.resolve("a/b"));
    Files.writeString(tree.resolve("a/b/c"), "text");
    Trees.delete(tree);
    assertThat(tree).doesNotExist();
    Trees.delete(tree);
    Path file = Files.writeString(folder.resolve("file"), "text");
    Trees.delete(file);
    assertThat(file).doesNotExist();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
  void whatALinkPointsToStays() throws IOException {
    Path kept =
        Files.writeString(Files.createDirectory(folder.resolve("kept")).resolve("f"), "text");
    Path tree = Files.createDirectory(folder.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), kept.getParent());
    Trees.delete(tree);
    assertThat(tree).doesNotExist();
    Path link = Files.createSymbolicLink(folder.resolve("link"), kept.getParent());
    Trees.delete(link);
    assertThat(link).doesNotExist();
    assertThat(kept).exists();
  }
}
