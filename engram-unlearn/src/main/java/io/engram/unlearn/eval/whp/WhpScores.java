package io.engram.unlearn.eval.whp;

import io.engram.core.stats.MeanWithError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** From rows to numbers. */
final class WhpScores {
  private WhpScores() {}

  /**
   * Mean ROUGE-L recall. Completions of one excerpt under several instructions go together, so the
   * error is that of the excerpts' means: {@code s(x̄_e) / √E}.
   *
   * @param rows as many of each excerpt
   * @return n counts completions; the error is NaN of a single excerpt
   */
  static MeanWithError rougeRecall(List<WhpRow> rows) {
    Map<String, Double> byExcerpt =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    WhpRow::excerpt,
                    LinkedHashMap::new,
                    Collectors.averagingDouble(WhpRow::rougeRecall)));
    MeanWithError ofExcerpts =
        MeanWithError.of(byExcerpt.values().stream().mapToDouble(Double::doubleValue).toArray());
    return new MeanWithError(ofExcerpts.mean(), ofExcerpts.standardError(), rows.size());
  }
}
