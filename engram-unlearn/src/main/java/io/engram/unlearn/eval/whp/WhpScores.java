package io.engram.unlearn.eval.whp;

import io.engram.core.metric.Bleu;
import io.engram.core.stats.Jackknife;
import io.engram.core.stats.MeanWithError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** From rows to numbers. Completions of one excerpt under several instructions go together. */
final class WhpScores {
  private WhpScores() {}

  /**
   * A mean over completions, with the error of the excerpts' means: {@code s(x̄_e) / √E}.
   *
   * @param rows as many of each excerpt
   * @return n counts completions; the error is NaN of a single excerpt
   */
  static MeanWithError mean(List<WhpRow> rows, ToDoubleFunction<WhpRow> value) {
    double[] ofExcerpts =
        byExcerpt(rows).values().stream()
            .mapToDouble(own -> own.stream().collect(Collectors.averagingDouble(value)))
            .toArray();
    MeanWithError mean = MeanWithError.of(ofExcerpts);
    return new MeanWithError(mean.mean(), mean.standardError(), rows.size());
  }

  /**
   * BLEU of all completions as one corpus, with the jackknife's error over excerpts.
   *
   * @return in [0, 100]; n counts completions; the error is NaN of a single excerpt
   */
  static MeanWithError corpusBleu(List<WhpRow> rows) {
    List<Bleu.Counts> excerpts =
        byExcerpt(rows).values().stream()
            .map(own -> Bleu.Counts.sum(own.stream().map(WhpScores::counts).toList()))
            .toList();
    double error = Jackknife.standardError(excerpts, WhpScores::bleu);
    return new MeanWithError(bleu(excerpts), error, rows.size());
  }

  private static Bleu.Counts counts(WhpRow row) {
    return Bleu.counts(row.output(), row.answer());
  }

  private static double bleu(List<Bleu.Counts> counts) {
    return Bleu.of(Bleu.Counts.sum(counts));
  }

  private static Map<String, List<WhpRow>> byExcerpt(List<WhpRow> rows) {
    return rows.stream()
        .collect(Collectors.groupingBy(WhpRow::excerpt, LinkedHashMap::new, Collectors.toList()));
  }
}
