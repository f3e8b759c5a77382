package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.DataRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.score.ContinuationScorer.Score;
import io.engram.unlearn.eval.generative.Answers;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import io.engram.unlearn.eval.generative.PythonText;
import io.engram.unlearn.eval.harness.HarnessTable.Row;
import io.engram.unlearn.eval.harness.RunDocuments.TaskDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts the documents of a task to a model, and scores their choices by its log-probabilities.
 *
 * <p><b>Source</b> of the scores: lm-evaluation-harness, {@code ConfigurableTask.process_results}.
 */
final class TaskRunner {
  private final LanguageModel model;
  private final ContinuationScorer scorer;
  private final int window;
  private final ProgressListener progress;

  /**
   * For a model.
   *
   * @param window maximum tokens of its input
   */
  TaskRunner(LanguageModel model, int window, ProgressListener progress) {
    this.model = model;
    this.window = window;
    this.progress = progress;
    this.scorer = new ContinuationScorer(model.decoder(), window, model.options().batchTokens());
  }

  /** A row for each document. */
  List<Row> choices(TaskSpec task, String part, List<TaskDocument> documents) {
    RequestTokens tokens = new RequestTokens(model);
    List<Request> requests = new ArrayList<>();
    for (TaskDocument document : documents) {
      for (int i = 0; i < document.choices().size(); i++) {
        requests.add(
            tokens.of(
                document.contexts().get(i), document.continuations().get(i), document.where()));
      }
    }
    List<Score> scores = scored(task, part, requests, "choices");
    List<Row> rows = new ArrayList<>();
    int at = 0;
    for (TaskDocument document : documents) {
      int count = document.choices().size();
      rows.add(row(task, part, document, scores.subList(at, at + count)));
      at += count;
    }
    return rows;
  }

  private List<Score> scored(TaskSpec task, String part, List<Request> requests, String unit) {
    progress.start(part.isEmpty() ? task.task() : task.task() + ", " + part, requests.size(), unit);
    List<Score> scores = scorer.score(requests, progress);
    progress.finish();
    return scores;
  }

  private static Row row(TaskSpec task, String part, TaskDocument document, List<Score> scores) {
    double[] logProbs = scores.stream().mapToDouble(Score::logProb).toArray();
    int[] lengths = document.choices().stream().mapToInt(PythonText::length).toArray();
    boolean[] isTrue = document.isTrue();
    int picked = picked(logProbs);
    Integer byLength =
        task.metrics().contains("acc_norm")
            ? Integer.valueOf(pickedByLength(logProbs, lengths))
            : null;
    double acc =
        task.kind() == TaskSpec.Kind.MASS ? trueMass(logProbs, isTrue) : hit(picked, isTrue);
    return new Row(
        document.id(),
        part.isEmpty() ? null : part,
        scores.stream().map(Score::logProb).toList(),
        picked,
        byLength,
        document.target(),
        acc,
        accNorm(byLength, isTrue),
        scores.stream().mapToInt(Score::cut).max().orElse(0));
  }

  private static double hit(int picked, boolean[] isTrue) {
    return picked >= 0 && isTrue[picked] ? 1 : 0;
  }

  private static @Nullable Double accNorm(@Nullable Integer picked, boolean[] isTrue) {
    return picked == null ? null : Double.valueOf(hit(picked, isTrue));
  }

  /** A row for each question that the model answers in its own words. */
  List<AnswerRow> answers(TaskSpec task, String part, List<Asked> asked) {
    GenerativeSpec generate = Objects.requireNonNull(task.generate());
    String name = part.isEmpty() ? task.task() : task.task() + ", " + part;
    List<Answers.Written> written =
        Answers.to(model, window, asked, generate.maxNewTokens(), generate.stops(), name, progress);
    List<AnswerRow> rows = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      rows.add(generate.row(part.isEmpty() ? null : part, asked.get(i), written.get(i)));
    }
    return rows;
  }

  /**
   * A row for each page. The model reads WikiText's as people write them; words and bytes are those
   * of the page as it is.
   */
  List<Perplexity.Row> pages(TaskSpec task, List<DataRow> pages) {
    RequestTokens tokens = new RequestTokens(model);
    List<Request> requests = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    boolean tokenised = RowMending.named(task.data().mend()) == RowMending.WIKITEXT;
    for (DataRow row : pages) {
      String page = page(row);
      int[] ids = tokens.ids(tokenised ? WikiText.detokenized(page) : page);
      requests.addAll(RequestTokens.windows(ids, model.prefixId(), window));
      ends.add(requests.size());
      sizes.add(ids.length);
    }
    List<Score> scores = scored(task, "", requests, "windows");
    List<Perplexity.Row> rows = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < pages.size(); i++) {
      String page = page(pages.get(i));
      int to = ends.get(i);
      double sum = scores.subList(from, to).stream().mapToDouble(Score::logProb).sum();
      int bytes = page.getBytes(StandardCharsets.UTF_8).length;
      rows.add(
          new Perplexity.Row(
              Integer.toString(i), sum, WikiText.words(page), bytes, sizes.get(i), to - from));
      from = to;
    }
    return rows;
  }

  /**
   * A row's text: its column {@code page}, or else {@code text}.
   *
   * @throws EngramException if neither is a text
   */
  static String page(DataRow row) {
    for (String column : List.of("page", "text")) {
      JsonNode value = Columns.at(row.fields(), column);
      if (value.isString()) {
        return value.asString();
      }
    }
    throw EngramException.usage(
        "%s has no text; the kind rolling reads the column page, or else text, the row has %s"
            .formatted(row.where(), row.fields().propertyNames()));
  }

  /** {@code argmax_i ℓ_i}: the first of equal ones, never a NaN; −1 if all are NaN. */
  static int picked(double[] logProbs) {
    int best = -1;
    for (int i = 0; i < logProbs.length; i++) {
      if (!Double.isNaN(logProbs[i]) && (best < 0 || logProbs[i] > logProbs[best])) {
        best = i;
      }
    }
    return best;
  }

  /**
   * {@code argmax_i ℓ_i / n_i}.
   *
   * @param lengths n_i, code points of each choice by itself
   */
  static int pickedByLength(double[] logProbs, int[] lengths) {
    return picked(
        IntStream.range(0, lengths.length).mapToDouble(i -> logProbs[i] / lengths[i]).toArray());
  }

  /**
   * {@code Σ_{i true} e^ℓ_i / Σ_i e^ℓ_i}: the true choices' share of the probability of all.
   *
   * <p><b>Differs:</b> the largest ℓ is factored out first, so that choices of hundreds of nats
   * aren't 0/0.
   */
  static double trueMass(double[] logProbs, boolean[] isTrue) {
    int best = picked(logProbs);
    if (best < 0) {
      return Double.NaN;
    }
    double all = 0;
    double right = 0;
    for (int i = 0; i < logProbs.length; i++) {
      double mass = Math.exp(logProbs[i] - logProbs[best]);
      all += mass;
      right += isTrue[i] ? mass : 0;
    }
    return right / all;
  }

  /**
   * Turns texts into requests. Blanks at the end of a context move to the continuation; both are
   * tokenised as one text, and as many tokens as the context alone has are cut off.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code TemplateLM._encode_pair}.
   */
  static final class RequestTokens {
    private final LanguageModel model;
    private final Map<String, int[]> contexts = new HashMap<>();

    RequestTokens(LanguageModel model) {
      this.model = model;
    }

    /**
     * The request for a pair of texts; contexts are cached.
     *
     * @throws EngramException if one of them has no tokens
     */
    Request of(String context, String continuation, String where) {
      String bare = PythonText.stripEnd(context);
      if (bare.isEmpty()) {
        throw EngramException.usage(where + ": the prompt is empty");
      }
      int[] before = contexts.computeIfAbsent(bare, this::ids);
      int[] whole = ids(context + continuation);
      if (whole.length <= before.length) {
        throw EngramException.usage(
            "%s: the choice \"%s\" has no tokens".formatted(where, continuation));
      }
      return new Request(before, Arrays.copyOfRange(whole, before.length, whole.length));
    }

    /**
     * Splits a text longer than the model's window so that each of its tokens is predicted once:
     * the first window begins with the begin token; each further one has at least one token of
     * context, the last as many as fill the window.
     *
     * <p><b>Source:</b> lm-evaluation-harness, {@code get_rolling_token_windows} with one token of
     * context, and {@code make_disjoint_window}.
     *
     * @param prefix the begin token
     * @param window maximum tokens of the model's input
     * @return empty for an empty text
     */
    static List<Request> windows(int[] ids, int prefix, int window) {
      List<Request> windows = new ArrayList<>();
      int first = Math.min(window, ids.length);
      if (first > 0) {
        windows.add(new Request(new int[] {prefix}, Arrays.copyOf(ids, first)));
      }
      for (int done = first; done < ids.length; ) {
        int end = Math.min(ids.length, done + window);
        // The model's input ends before the last token and fills the window.
        int begin = end - 1 - window;
        windows.add(
            new Request(Arrays.copyOfRange(ids, begin, done), Arrays.copyOfRange(ids, done, end)));
        done = end;
      }
      return windows;
    }

    /** A text's tokens, including the special ones that the tokenizer adds. */
    int[] ids(String text) {
      return Answers.ids(model, text);
    }
  }
}
