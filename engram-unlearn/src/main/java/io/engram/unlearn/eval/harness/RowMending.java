package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What has to be done to the rows of some data sets before a template can use them. */
enum RowMending {
  /** {@link HellaSwag}. */
  HELLASWAG(each(HellaSwag::mend)),
  /** {@link Winogrande}. */
  WINOGRANDE(each(Winogrande::mend)),
  /** {@link TruthfulQa}. */
  TRUTHFULQA(each(TruthfulQa::mend)),
  /** {@link WikiText}. */
  WIKITEXT(WikiText::pages);

  private final UnaryOperator<List<DataRow>> mending;

  RowMending(UnaryOperator<List<DataRow>> mending) {
    this.mending = mending;
  }

  private static UnaryOperator<List<DataRow>> each(UnaryOperator<DataRow> one) {
    return rows -> rows.stream().map(one).toList();
  }

  /** The rows as the task with this mending needs them; null: as they are. */
  static List<DataRow> mended(List<DataRow> rows, @Nullable String name) {
    return name == null ? rows : valueOf(name.toUpperCase(Locale.ROOT)).mending.apply(rows);
  }
}
