package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.text.NumberText;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Chooses which files of a repository to fetch. From a model: weights as safetensors or GGUF, JSON,
 * tokenizer, chat template, readme and licence. From a dataset: JSON, CSV, TSV and Parquet, also
 * {@code .gz}. Never a pickle or another file that can run code when opened.
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
  private final Patterns patterns;

  FileChoice(HubName name, Patterns patterns) {
    this.name = name;
    this.patterns = patterns;
  }

  /**
   * Chooses.
   *
   * @param listed all files of the commit
   * @param read returns the content of a JSON file
   * @throws EngramException if there is nothing to fetch, the user has to choose, or a path isn't
   *     safe
   */
  List<RepoFile> of(List<RepoFile> listed, Function<RepoFile, JsonNode> read) {
    Set<RepoFile> heavy =
        Set.copyOf(
            name.kind() == HubName.Kind.DATASET
                ? rows(listed)
                : new Weights(name, patterns, read).of(listed));
    if (heavy.isEmpty()) {
      throw nothing(listed);
    }
    List<RepoFile> chosen = new ArrayList<>();
    for (RepoFile file : listed) {
      if (heavy.contains(file) || isLight(file)) {
        Untrusted.path(file.path());
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
    Untrusted.path(file.path());
    return file;
  }

  /** The files that accompany weights or rows. */
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
              .formatted(name, patterns, Weights.some(listed)));
    }
    List<RepoFile> pickles =
        listed.stream().filter(file -> PICKLE.matcher(file.name()).matches()).toList();
    if (name.kind() == HubName.Kind.MODEL && !pickles.isEmpty()) {
      return EngramException.usage(
          ("%s has its weights only as pickles (%s): they can run code when opened, and are not"
                  + " fetched.%nConvert them where that does no harm, with transformers:"
                  + " AutoModelForCausalLM.from_pretrained(\"%s\").save_pretrained(\"folder\"),%nwhich"
                  + " writes safetensors; or look for a revision (@REVISION) that has them.")
              .formatted(name, Untrusted.text(pickles.get(0).path()), name.id()));
    }
    return EngramException.usage(
        name.kind() == HubName.Kind.MODEL
            ? "%s has no safetensors in its root and no GGUF file; it has %s.%nTake others with --file PATTERN."
                .formatted(name, Weights.some(listed))
            : "%s has no JSON, CSV, TSV or Parquet file; it has %s."
                .formatted(name, Weights.some(listed)));
  }

  /**
   * The patterns of {@code --file}: {@code *} and {@code ?} as in a shell. A pattern without a
   * slash matches a file's name, one with a slash its whole path.
   */
  static final class Patterns {
    private final List<String> patterns;
    private final List<PathMatcher> matchers;

    /**
     * @throws EngramException of kind USAGE if one isn't a pattern
     */
    Patterns(List<String> patterns) {
      this.patterns = List.copyOf(patterns);
      this.matchers = patterns.stream().map(Patterns::matcher).toList();
    }

    private static PathMatcher matcher(String pattern) {
      try {
        return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      } catch (PatternSyntaxException e) {
        throw EngramException.usage(
            "--file " + pattern + " isn't a pattern; write one like '*Q4_K_M.gguf'.");
      }
    }

    boolean isEmpty() {
      return patterns.isEmpty();
    }

    /** Whether any pattern matches; the file's path must be safe. */
    boolean match(RepoFile file) {
      for (int i = 0; i < matchers.size(); i++) {
        String compared = patterns.get(i).contains("/") ? file.path() : file.name();
        if (matchers.get(i).matches(Path.of(compared))) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return "--file " + String.join(" --file ", patterns);
    }
  }

  /**
   * Which weights of a model to fetch: what {@code --file} names, else safetensors, else the only
   * GGUF file. Of the safetensors in the root: {@code model.safetensors}, else the shards that the
   * index names, else all but a second copy under the name {@code consolidated}; an adapter's
   * always.
   */
  private static final class Weights {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String ADAPTER = "adapter_model.safetensors";
    private static final String COPY = "consolidated";
    private static final int SHOWN = 8;

    private final HubName name;
    private final Patterns patterns;
    private final Function<RepoFile, JsonNode> read;

    Weights(HubName name, Patterns patterns, Function<RepoFile, JsonNode> read) {
      this.name = name;
      this.patterns = patterns;
      this.read = read;
    }

    /** Chooses; empty if there is none. */
    Collection<RepoFile> of(List<RepoFile> listed) {
      List<RepoFile> gguf = listed.stream().filter(file -> ends(file, ".gguf")).toList();
      List<RepoFile> tensors = listed.stream().filter(file -> ends(file, ".safetensors")).toList();
      if (!patterns.isEmpty()) {
        return listed.stream()
            .filter(file -> gguf.contains(file) || tensors.contains(file))
            .filter(file -> patterns.match(safe(file)))
            .toList();
      }
      List<RepoFile> root = tensors.stream().filter(RepoFile::isAtRoot).toList();
      return root.isEmpty() ? onlyGguf(gguf) : needed(root, listed);
    }

    private static boolean ends(RepoFile file, String suffix) {
      return file.name().endsWith(suffix);
    }

    private Collection<RepoFile> needed(List<RepoFile> root, List<RepoFile> listed) {
      Map<String, RepoFile> byName =
          root.stream().collect(Collectors.toMap(RepoFile::name, file -> file));
      if (byName.containsKey(SINGLE)) {
        return where(root, file -> file.equals(SINGLE) || file.equals(ADAPTER));
      }
      for (RepoFile file : listed) {
        if (file.path().equals(INDEX)) {
          Set<String> shards = shards(file, byName);
          return where(root, name -> shards.contains(name) || name.equals(ADAPTER));
        }
      }
      List<RepoFile> own = where(root, name -> !name.startsWith(COPY));
      return own.isEmpty() ? root : own;
    }

    private static List<RepoFile> where(List<RepoFile> files, Predicate<String> isNamed) {
      return files.stream().filter(file -> isNamed.test(file.name())).toList();
    }

    private Set<String> shards(RepoFile index, Map<String, RepoFile> byName) {
      Set<String> shards = new TreeSet<>();
      read.apply(index).path("weight_map").forEach(shard -> shards.add(shard.asString("")));
      for (String shard : shards) {
        if (!byName.containsKey(shard)) {
          throw EngramException.file(
              "%s: its %s names %s, which the repository doesn't have."
                  .formatted(name, INDEX, Untrusted.quote(shard)));
        }
      }
      return shards;
    }

    /** Several GGUF files are the same model in several precisions, so the user has to choose. */
    private Collection<RepoFile> onlyGguf(List<RepoFile> gguf) {
      Map<String, Long> models = new LinkedHashMap<>();
      gguf.forEach(file -> models.merge(whole(file.path()), file.size(), Long::sum));
      if (models.size() > 1) {
        throw EngramException.usage(
            "%s has %d GGUF models; choose with --file PATTERN ('*.gguf' for all of them):%n%s"
                .formatted(
                    name,
                    models.size(),
                    models.entrySet().stream()
                        .limit(SHOWN)
                        .map(e -> Untrusted.text(e.getKey()) + " " + NumberText.bytes(e.getValue()))
                        .collect(
                            Collectors.joining(", ", "", models.size() > SHOWN ? ", …" : ""))));
      }
      return gguf;
    }

    /** Without the number of a part. */
    private static String whole(String path) {
      return path.replaceAll("-\\d{5}-of-\\d{5}(?=\\.gguf$)", "");
    }

    /** A few names, for messages. */
    static String some(List<RepoFile> files) {
      return files.isEmpty()
          ? "no files"
          : files.stream()
              .limit(SHOWN)
              .map(file -> Untrusted.text(file.path()))
              .collect(Collectors.joining(", ", "", files.size() > SHOWN ? ", …" : ""));
    }
  }
}
