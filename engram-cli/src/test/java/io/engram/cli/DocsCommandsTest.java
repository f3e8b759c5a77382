package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.command.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The commands in the documents' blocks are commands, with options that there are. */
class DocsCommandsTest {
  private static final Pattern WORD = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");

  /** An outline with optional parts, or with something left out. */
  private static final Pattern OUTLINE = Pattern.compile(" \\[--|…|\\.\\.\\.");

  @Test
  void everyCommandInABlockCanBeParsed() throws IOException {
    List<String> faults = new ArrayList<>();
    int count = 0;
    for (Path page : pages()) {
      boolean inside = false;
      for (String line : Files.readAllLines(page)) {
        if (line.startsWith("```")) {
          inside = !inside;
        } else if (inside && line.startsWith("engram ") && !OUTLINE.matcher(line).find()) {
          try {
            Commands.all().parseArgs(words(line));
          } catch (CommandLine.ParameterException e) {
            faults.add("%s: %s: %s".formatted(page.getFileName(), line, e.getMessage()));
          }
          count++;
        }
      }
    }
    assertThat(faults).isEmpty();
    assertThat(count).isGreaterThan(40);
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Cli.ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(Cli.ROOT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  /** A line's words as a shell has them, without the program's name and a comment. */
  private static String[] words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(line);
    while (matcher.find() && !matcher.group().startsWith("#")) {
      words.add(matcher.group().replaceAll("['\"]", ""));
    }
    return words.subList(1, words.size()).toArray(String[]::new);
  }
}
