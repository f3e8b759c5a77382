package io.engram.model.score;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;

/**
 * A packed batch with a separate noise draw for each sequence; a sample may occur several times.
 *
 * @param labelled the batch
 * @param samples by number in the batch
 * @param draws each sequence's stream of ε
 */
record DrawnBatch(LabelledBatch labelled, List<TokenizedSample> samples, List<RandomStream> draws) {
  static DrawnBatch of(List<TokenizedSample> samples, List<RandomStream> draws) {
    return new DrawnBatch(LabelledBatch.of(samples), samples, draws);
  }

  /** Which sequence each packed row belongs to, {@code [N]}. */
  int[] packedRows() {
    int[] owners = new int[labelled.batch().rows()];
    for (int s = 0; s < samples.size(); s++) {
      int from = labelled.batch().starts()[s];
      Arrays.fill(owners, from, from + inputs(s).length, s);
    }
    return owners;
  }

  /** Which sequence each labelled row belongs to, {@code [M]}. */
  int[] labelledRows() {
    int[] owners = new int[labelled.rows().length];
    for (int s = 0; s < samples.size(); s++) {
      Arrays.fill(owners, labelled.offsets()[s], labelled.offsets()[s + 1], s);
    }
    return owners;
  }

  /** The tokens that sequence s reads: all but its last. */
  int[] inputs(int s) {
    int[] ids = samples.get(s).ids();
    return Arrays.copyOf(ids, ids.length - 1);
  }

  /** The sequences of each bucket, in the order of their rows. */
  List<int[]> members() {
    int[] order = labelled.batch().order();
    int[] at = {0};
    return labelled.batch().buckets().stream()
        .map(bucket -> Arrays.copyOfRange(order, at[0], at[0] += bucket.count()))
        .toList();
  }
}
