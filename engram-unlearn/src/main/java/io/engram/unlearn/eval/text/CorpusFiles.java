package io.engram.unlearn.eval.text;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.settings.Yaml;
import io.engram.unlearn.eval.DataFolders;
import io.engram.unlearn.eval.generative.KnownKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A corpus with all its texts and questions, read and checked before anything is measured.
 *
 * @param corpus as in its file
 * @param forget texts that were forgotten
 * @param retain texts that were kept; empty: none
 * @param holdout texts that no model was trained on; empty: none
 * @param verbatim beginnings of texts, and what follows; empty: made of the forget texts
 * @param forgetQuestions about the forget texts; null: none
 * @param retainQuestions about the retain texts; null: none
 */
record CorpusFiles(
    Corpus corpus,
    List<Passage> forget,
    List<Passage> retain,
    List<Passage> holdout,
    List<Question> verbatim,
    @Nullable Quiz forgetQuestions,
    @Nullable Quiz retainQuestions) {
  /** The corpora that come with Engram or are known to it, the default first. */
  static final List<String> NAMES = List.of("moby_dick", "muse_news", "muse_books");

  /** Runs of words by which texts are compared. */
  private static final int RUN = 13;

  /** A text. */
  record Passage(String id, String text) {}

  /** A question, or a text's beginning, and the right answer. */
  record Question(String id, String question, String answer) {}

  /** Questions, and the examples shown before each of them. */
  record Quiz(List<Question> questions, List<Question> shots) {}

  /**
   * Reads a corpus.
   *
   * @param name one of {@link #NAMES}, or a YAML file; empty: the first
   * @param datasets {@code eval.datasets}
   * @throws EngramException with everything that is wrong with its file, if any of its files is
   *     missing or can't be read, or if the holdout repeats the forget set
   */
  static CorpusFiles read(String name, @Nullable String datasets) {
    String chosen = name.isEmpty() ? NAMES.get(0) : name;
    if (chosen.endsWith(".yaml") || chosen.endsWith(".yml")) {
      Path file = Path.of(chosen);
      Corpus corpus = parse(JsonFiles.readText(file), chosen);
      Path beside = file.toAbsolutePath().getParent();
      return of(corpus, new Folders(corpus, beside, datasets));
    }
    if (!NAMES.contains(chosen)) {
      throw EngramException.usage(
          "eval.suites: text:%s is neither one of the corpora %s nor a YAML file of one's own"
              .formatted(chosen, NAMES));
    }
    try (InputStream stream = CorpusFiles.class.getResourceAsStream(chosen + ".yaml")) {
      if (stream == null) {
        throw new IllegalStateException(chosen);
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      Corpus corpus = parse(text, chosen);
      return of(corpus, new Folders(corpus, null, datasets));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Corpus parse(String yaml, String name) {
    JsonNode tree = Yaml.value(yaml, name);
    List<String> faults = KnownKeys.faults(tree, Corpus.class);
    Corpus corpus = null;
    if (faults.isEmpty()) {
      try {
        corpus = JsonFiles.mapper().treeToValue(tree, Corpus.class);
        faults = corpus.faults();
      } catch (JacksonException e) {
        faults = List.of(String.valueOf(e.getOriginalMessage()));
      }
    }
    if (corpus == null || !faults.isEmpty()) {
      throw EngramException.usage(name + ":\n  " + String.join("\n  ", faults));
    }
    return corpus;
  }

  private static CorpusFiles of(Corpus corpus, Folders folders) {
    Corpus.Knowledge knowledge = corpus.knowledge();
    List<Passage> forget = texts(corpus.forget(), folders, "forget");
    List<Passage> holdout = texts(corpus.holdout(), folders, "holdout");
    requireUnseen(forget, holdout);
    String verbatim = corpus.verbatim().files();
    return new CorpusFiles(
        corpus,
        forget,
        texts(corpus.retain(), folders, "retain"),
        holdout,
        verbatim == null ? List.of() : questions(verbatim, folders, "verbatim"),
        knowledge == null ? null : quiz(knowledge.forget(), folders, "knowledge.forget"),
        knowledge == null ? null : quiz(knowledge.retain(), folders, "knowledge.retain"));
  }

  private static List<Passage> texts(Corpus.@Nullable Texts texts, Folders folders, String key) {
    if (texts == null) {
      return List.of();
    }
    List<Sample> samples = SampleSource.load(folders.files(texts.files(), key));
    List<Integer> rows = texts.rows();
    if (!rows.isEmpty() && rows.get(1) > samples.size()) {
      throw EngramException.usage(
          "%s.rows is %s, but %s has %d rows".formatted(key, rows, texts.files(), samples.size()));
    }
    List<Passage> passages = new ArrayList<>();
    for (Sample sample : rows.isEmpty() ? samples : samples.subList(rows.get(0), rows.get(1))) {
      if (!(sample.content() instanceof Sample.PlainText plain)) {
        throw EngramException.usage(
            "%s: row %s of %s has no text; rows with a field text, or a list of texts are right"
                .formatted(key, sample.id(), texts.files()));
      }
      passages.add(new Passage(sample.id(), plain.text()));
    }
    return passages;
  }

  private static @Nullable Quiz quiz(Corpus.@Nullable Questions of, Folders folders, String key) {
    if (of == null) {
      return null;
    }
    String shots = of.shots();
    return new Quiz(
        questions(of.files(), folders, key),
        shots == null ? List.of() : questions(shots, folders, key + ".shots"));
  }

  private static List<Question> questions(String glob, Folders folders, String key) {
    List<Question> questions = new ArrayList<>();
    for (Sample sample : SampleSource.load(folders.files(glob, key))) {
      if (!(sample.content() instanceof Sample.QuestionAnswer asked)) {
        throw EngramException.usage(
            "%s: row %s of %s has no question and answer".formatted(key, sample.id(), glob));
      }
      questions.add(new Question(sample.id(), asked.question(), asked.answer()));
    }
    return questions;
  }

  /**
   * Refuses a holdout that repeats the forget set: then it is no longer unseen, and the membership
   * attack compares texts with themselves.
   */
  private static void requireUnseen(List<Passage> forget, List<Passage> holdout) {
    Set<List<String>> seen = new HashSet<>();
    forget.forEach(passage -> seen.addAll(runs(passage.text())));
    List<String> repeated = new ArrayList<>();
    for (Passage passage : holdout) {
      List<List<String>> runs = runs(passage.text());
      long common = runs.stream().filter(seen::contains).count();
      if (2 * common >= runs.size() && common > 0) {
        repeated.add(passage.id());
      }
    }
    if (!repeated.isEmpty()) {
      throw EngramException.usage(
          "holdout overlaps forget: %d of %d texts (%s) have half or more of their runs of %d words in forget texts. Texts that no model was trained on are right."
              .formatted(
                  repeated.size(),
                  holdout.size(),
                  String.join(", ", repeated.subList(0, Math.min(5, repeated.size())))
                      + (repeated.size() > 5 ? ", …" : ""),
                  RUN));
    }
  }

  /** Each run of 13 words; a shorter text as a whole. */
  private static List<List<String>> runs(String text) {
    List<String> words = List.of(text.toLowerCase(Locale.ROOT).strip().split("\\s+"));
    List<List<String>> runs = new ArrayList<>();
    for (int i = 0; i + RUN <= words.size(); i++) {
      runs.add(words.subList(i, i + RUN));
    }
    return runs.isEmpty() ? List.of(words) : runs;
  }

  /** The folders in which a corpus may be. */
  private static final class Folders {
    private final Corpus corpus;
    private final List<Path> bases;

    Folders(Corpus corpus, @Nullable Path beside, @Nullable String datasets) {
      this.corpus = corpus;
      Corpus.Data data = corpus.data();
      List<Path> found = new ArrayList<>();
      if (data != null) {
        for (String folder : data.folders()) {
          Path path =
              beside == null
                  ? EngramHome.find(folder).orElse(Path.of(folder))
                  : beside.resolve(folder);
          if (Files.isDirectory(path)) {
            found.add(path);
          }
        }
        found.addAll(DataFolders.of(datasets).holding(data.folders(), data.hub()));
      }
      if (beside != null) {
        found.add(beside);
      }
      this.bases = found;
    }

    /** The files of a glob, in the first folder that has any. */
    List<String> files(String glob, String key) {
      for (Path base : bases) {
        List<Path> files = DataFolders.matching(base, glob);
        if (!files.isEmpty()) {
          return files.stream().map(Path::toString).toList();
        }
      }
      throw missing(glob, key);
    }

    private EngramException missing(String glob, String key) {
      Corpus.Data data = corpus.data();
      String where = bases.isEmpty() ? "its folder isn't here" : bases + " has no file " + glob;
      return EngramException.file(
          "text: %s of the corpus %s can't be read: %s.%s"
              .formatted(
                  key,
                  corpus.corpus(),
                  where,
                  data == null || data.hub().isEmpty() ? "" : fetch(data)));
    }

    private static String fetch(Corpus.Data data) {
      List<String> said = new ArrayList<>();
      if (!data.download().isEmpty()) {
        said.add(data.download());
      }
      if (!data.licence().isEmpty()) {
        said.add("licence: " + data.licence());
      }
      return "%nFetch it: engram fetch dataset:%s%s%s.%s"
          .formatted(
              data.hub(),
              String.join("", data.fetch().stream().map(f -> " --file '" + f + "'").toList()),
              said.isEmpty() ? "" : " (" + String.join(", ", said) + ")",
              data.folders().isEmpty()
                  ? ""
                  : "%nOr name the folder that holds a folder %s: eval.datasets=DIR."
                      .formatted(data.folders().get(0)));
    }
  }
}
