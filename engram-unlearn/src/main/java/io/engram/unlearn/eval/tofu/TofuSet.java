package io.engram.unlearn.eval.tofu;

import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import java.util.List;

/**
 * One of the four sets of Table 1.
 *
 * @param name in metric ids and file names: {@code forget}
 * @param split the TOFU split it is read from
 * @param paraphrased whether it's judged on paraphrased questions by meaning and its texts get a
 *     Min-K % score; else it's judged by containment
 * @param rows its rows
 */
record TofuSet(String name, String split, boolean paraphrased, List<TofuRow> rows) {
  static TofuSet read(String name, String split, boolean paraphrased, int limit) {
    List<TofuRow> rows = Tofu.rows(split);
    boolean cut = limit > 0 && limit < rows.size();
    return new TofuSet(name, split, paraphrased, cut ? rows.subList(0, limit) : rows);
  }
}
