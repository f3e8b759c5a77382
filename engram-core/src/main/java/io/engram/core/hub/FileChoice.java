package io.engram.core.hub;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Which files of a repository are taken. Of a model: weights as safetensors or GGUF, JSON,
 * tokenizer, chat template, readme and licence. Of a dataset: JSON, CSV, TSV and Parquet, also
 * {@code .gz}. Never a pickle or another file that can run code when it's opened.
 */
final class FileChoice {
  private static final Pattern WORDS =
      Pattern.compile("(?i)(?:readme|licen[cs]e|notice|use_policy|usage_policy|copying).*");
  private static final Pattern SETTINGS = Pattern.compile("(?i).+\\.(?:json|txt|jinja|md)");
  private static final Pattern TOKENIZER = Pattern.compile("(?i).*(?:\\.model|\\.tiktoken)");
  private static final Pattern BELOW_ROOT =
      Pattern.compile("\\d+_\\w+/config\\.json|additional_chat_templates/[^/]+\\.jinja");
  private static final Pattern ROWS =
      Pattern.compile("(?i).+\\.(?:jsonl?|ndjson|csv|tsv|parquet)(?:\\.gz)?");
  private static final Pattern PICKLE =
      Pattern.compile("(?i).+\\.(?:bin|pt|pth|ckpt|pkl|pickle|joblib)");

  private final HubName name;
  private final FilePatterns patterns;

  FileChoice(HubName name, FilePatterns patterns) {
    this.name = name;
    this.patterns = patterns;
  }

  /**
   * Chooses.
   *
   * @param listed all files of the commit
   * @param read gives the content of a JSON file
   * @throws EngramException if there is nothing to take, or the user has to choose, or a path isn't
   *     safe
   */
  List<RepoFile> of(List<RepoFile> listed, Function<RepoFile, JsonNode> read) {
    Set<RepoFile> heavy =
        Set.copyOf(
            name.kind() == HubName.Kind.DATASET
                ? rows(listed)
                : new WeightChoice(name, patterns, read).of(listed));
    if (heavy.isEmpty()) {
      throw nothing(listed);
    }
    List<RepoFile> chosen = new ArrayList<>();
    for (RepoFile file : listed) {
      if (heavy.contains(file) || isLight(file)) {
        RepoPath.require(file.path());
        chosen.add(file);
      }
    }
    return chosen;
  }

  private List<RepoFile> rows(List<RepoFile> listed) {
    Stream<RepoFile> rows = listed.stream().filter(file -> ROWS.matcher(file.name()).matches());
    return patterns.isEmpty()
        ? rows.toList()
        : rows.filter(file -> patterns.match(safe(file))).toList();
  }

  static RepoFile safe(RepoFile file) {
    RepoPath.require(file.path());
    return file;
  }

  /** What comes with the weights or rows. */
  private boolean isLight(RepoFile file) {
    if (!file.isAtRoot()) {
      return name.kind() == HubName.Kind.MODEL && BELOW_ROOT.matcher(file.path()).matches();
    }
    if (PICKLE.matcher(file.name()).matches()) {
      return false;
    }
    boolean ofModel =
        SETTINGS.matcher(file.name()).matches() || TOKENIZER.matcher(file.name()).matches();
    return WORDS.matcher(file.name()).matches() || (ofModel && name.kind() == HubName.Kind.MODEL);
  }

  private EngramException nothing(List<RepoFile> listed) {
    if (!patterns.isEmpty()) {
      return EngramException.usage(
          "%s: no file that Engram takes matches %s.%nIt has %s."
              .formatted(name, patterns, WeightChoice.some(listed)));
    }
    List<RepoFile> pickles =
        listed.stream().filter(file -> PICKLE.matcher(file.name()).matches()).toList();
    if (name.kind() == HubName.Kind.MODEL && !pickles.isEmpty()) {
      return EngramException.usage(
          ("%s has its weights as pickles alone (%s): they can run code when opened, and are not fetched.%n"
                  + "Convert them where that does no harm, with transformers: AutoModelForCausalLM"
                  + ".from_pretrained(\"%s\").save_pretrained(\"folder\"),%n"
                  + "which writes safetensors; or look for a revision (@REVISION) that has them.")
              .formatted(name, Untrusted.text(pickles.get(0).path()), name.id()));
    }
    return EngramException.usage(
        name.kind() == HubName.Kind.MODEL
            ? "%s has no safetensors in its root and no GGUF file; it has %s.%nTake others with --file PATTERN."
                .formatted(name, WeightChoice.some(listed))
            : "%s has no JSON, CSV, TSV or Parquet file; it has %s."
                .formatted(name, WeightChoice.some(listed)));
  }
}
