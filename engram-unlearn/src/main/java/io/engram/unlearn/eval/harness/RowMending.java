package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What has to be done to the rows of some data sets before a template can use them. */
enum RowMending {
  /** {@link HellaSwag}. */
  HELLASWAG,
  /** {@link Winogrande}. */
  WINOGRANDE,
  /** {@link TruthfulQa}. */
  TRUTHFULQA,
  /** {@link WikiText}. */
  WIKITEXT;

  /** The rows as the task with this mending needs them; null: as they are. */
  static List<DataRow> mended(List<DataRow> rows, @Nullable String name) {
    return name == null ? rows : valueOf(name.toUpperCase(Locale.ROOT)).of(rows);
  }

  private List<DataRow> of(List<DataRow> rows) {
    return switch (this) {
      case HELLASWAG -> rows.stream().map(HellaSwag::mend).toList();
      case WINOGRANDE -> rows.stream().map(Winogrande::mend).toList();
      case TRUTHFULQA -> rows.stream().map(TruthfulQa::mend).toList();
      case WIKITEXT -> WikiText.pages(rows);
    };
  }
}
