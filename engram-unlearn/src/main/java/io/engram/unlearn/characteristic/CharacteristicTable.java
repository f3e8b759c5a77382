package io.engram.unlearn.characteristic;

import java.util.List;
import java.util.stream.IntStream;

/**
 * MRD by the samples' characteristics: for each, how many samples are high and low, their mean MRD,
 * how far the levels differ, and the rank correlation, which needs no levels.
 *
 * <p><b>Source:</b> §4.2, Table 7, App. D.2. <b>Differs:</b> all samples are used, not 40 drawn
 * from them; errors and intervals are added. Table 7 gives the larger MRD to samples of high
 * initial generation probability (0.7689 against 0.3481), the text of §4.2 to those of low: this
 * table doesn't expect either.
 *
 * @param rows one a characteristic, in the order given
 */
public record CharacteristicTable(List<CharacteristicRow> rows) {
  /** Copies the rows. */
  public CharacteristicTable {
    rows = List.copyOf(rows);
  }

  /**
   * The table of these samples.
   *
   * @param mrd one a sample, {@code [n]}; a sample whose MRD isn't finite is left out
   * @param seed of the bootstrap: its draws come from the stream "characteristic"
   * @throws IllegalArgumentException if a characteristic has another number of values
   */
  public static CharacteristicTable of(
      double[] mrd, List<Characteristic> characteristics, long seed) {
    return new CharacteristicTable(
        IntStream.range(0, characteristics.size())
            .mapToObj(i -> new MrdSplit(mrd, characteristics.get(i)).row(seed, i))
            .toList());
  }
}
