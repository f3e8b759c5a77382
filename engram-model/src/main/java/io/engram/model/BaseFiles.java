package io.engram.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a model's folder has beside weights and config.json that a model made from it needs too:
 * tokenizer, chat templates, generation settings, and the licence it's under.
 */
final class BaseFiles {
  private static final List<Pattern> COPIED =
      Stream.of(
              "tokenizer\\.json",
              "tokenizer_config\\.json",
              "tokenizer\\.model",
              "special_tokens_map\\.json",
              "added_tokens\\.json",
              "vocab\\.json",
              "merges\\.txt",
              "generation_config\\.json",
              "chat_template\\.(jinja|json)",
              "(?i)(licen[cs]e|notice|use_policy)[^/]*")
          .map(Pattern::compile)
          .toList();

  /** Chat templates beside the default one, a file each. */
  private static final String MORE_TEMPLATES = "additional_chat_templates";

  private BaseFiles() {}

  static void copy(Path base, Path target) throws IOException {
    copyMatching(base, target, COPIED);
    Path templates = base.resolve(MORE_TEMPLATES);
    if (Files.isDirectory(templates)) {
      Path copies = Files.createDirectories(target.resolve(MORE_TEMPLATES));
      copyMatching(templates, copies, List.of(Pattern.compile(".*\\.jinja")));
    }
  }

  private static void copyMatching(Path from, Path to, List<Pattern> names) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (names.stream().anyMatch(p -> p.matcher(name).matches()) && Files.isRegularFile(file)) {
          Files.copy(file, to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
