package io.engram.model.score;

import io.engram.model.decoder.LmHead;
import io.engram.model.decoder.TokenTree;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Which rows of a tree predict the tokens of which continuations, and the log-probabilities of
 * these tokens. If a row predicts tokens of several continuations, its logits are made once.
 */
final class WantedRows {
  /** How many rows of logits exist at a time. */
  private static final int CHUNK_ROWS = 256;

  private static final int FEWEST_ROWS = 32;

  /** Row, request and token of each prediction, in the order of rows. */
  private final int[] rows;

  private final int[] requests;
  private final int[] targets;

  private final int[] lastRows;
  private final double[] logProbs;
  private final boolean[] greedy;
  private int finished;

  private WantedRows(int[] rows, int[] requests, int[] targets, int[] lastRows, int count) {
    this.rows = rows;
    this.requests = requests;
    this.targets = targets;
    this.lastRows = lastRows;
    this.logProbs = new double[count];
    this.greedy = new boolean[count];
    Arrays.fill(greedy, true);
  }

  /** For the continuations of these requests, which are the tree's sequences. */
  static WantedRows of(TokenTree tree, List<ContinuationScorer.Request> requests) {
    int total = Arrays.stream(tree.wanted()).mapToInt(rows -> rows.length).sum();
    int[] rows = new int[total];
    int[] owners = new int[total];
    int[] targets = new int[total];
    int[] last = new int[requests.size()];
    int at = 0;
    for (int i = 0; i < requests.size(); i++) {
      int[] own = tree.wanted()[i];
      for (int t = 0; t < own.length; t++) {
        rows[at] = own[t];
        owners[at] = i;
        targets[at++] = requests.get(i).continuation()[t];
      }
      last[i] = own[own.length - 1];
    }
    int[] order =
        IntStream.range(0, total)
            .boxed()
            .sorted(Comparator.comparingInt(p -> rows[p]))
            .mapToInt(Integer::intValue)
            .toArray();
    Arrays.sort(last);
    return new WantedRows(
        chosen(rows, order), chosen(owners, order), chosen(targets, order), last, requests.size());
  }

  private static int[] chosen(int[] values, int[] order) {
    return Arrays.stream(order).map(p -> values[p]).toArray();
  }

  /** How many more requests are finished once the rows before this one have been read. */
  int finished(int next) {
    int before = finished;
    while (finished < lastRows.length && lastRows[finished] < next) {
      finished++;
    }
    return finished - before;
  }

  double logProb(int request) {
    return logProbs[request];
  }

  boolean greedy(int request) {
    return greedy[request];
  }

  /** The predictions by rows {@code from .. to}. */
  Batch batch(int from, int to) {
    int first = lowerBound(from);
    return new Batch(first, lowerBound(to));
  }

  private int lowerBound(int row) {
    int low = 0;
    int high = rows.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (rows[middle] < row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** A subset of predictions, by their numbers. */
  final class Batch {
    private final int first;
    private final int end;

    private Batch(int first, int end) {
      this.first = first;
      this.end = end;
    }

    /** The predicting rows, each once, ascending. */
    int[] rows() {
      return Arrays.stream(rows, first, end).distinct().toArray();
    }

    /**
     * Adds the predictions' scores: all, or none if it fails.
     *
     * @param hidden of {@link #rows()}, after the last norm, {@code [M, C]}
     */
    void score(LmHead head, Tensor hidden) {
      double[] got = new double[end - first];
      boolean[] best = new boolean[end - first];
      int prediction = first;
      int count = (int) hidden.size(0);
      int most = Math.max(FEWEST_ROWS, CHUNK_ROWS / Workers.beside());
      for (int from = 0; from < count; from += most) {
        int chunk = Math.min(most, count - from);
        int begin = prediction;
        int row = -1;
        int[] flatRows = new int[end - begin];
        while (prediction < end) {
          boolean same = prediction > begin && rows[prediction] == rows[prediction - 1];
          if (!same && ++row == chunk) {
            break;
          }
          flatRows[prediction++ - begin] = row;
        }
        int[] own = Arrays.copyOf(flatRows, prediction - begin);
        score(head, hidden.narrow(0, from, chunk), own, begin, got, best);
      }
      for (int p = first; p < end; p++) {
        logProbs[requests[p]] += got[p - first];
        greedy[requests[p]] &= best[p - first];
      }
    }

    /** {@code ℓ = (z_y − max z) − log Σ exp(z − max z)}, in float64 from the sum on. */
    private void score(
        LmHead head, Tensor hidden, int[] chunkRows, int begin, double[] got, boolean[] best) {
      try (PointerScope scope = new PointerScope()) {
        Tensor z = head.logits(hidden);
        long vocabulary = z.size(1);
        long[] flat = new long[chunkRows.length];
        for (int i = 0; i < flat.length; i++) {
          flat[i] = chunkRows[i] * vocabulary + targets[begin + i];
        }
        Tensor max = z.amax(new long[] {1}, true);
        Tensor above = z.sub_(max);
        Tensor at =
            above.contiguous().view(-1).index_select(0, Tensors.ofLongs(flat, Device.of(z)));
        double[] reached = Tensors.toDoubles(at);
        Tensor sums = above.exp_().sum(new long[] {1}, false, new ScalarTypeOptional());
        double[] total = Tensors.toDoubles(sums);
        for (int i = 0; i < flat.length; i++) {
          got[begin + i - first] = reached[i] - Math.log(total[chunkRows[i]]);
          best[begin + i - first] = reached[i] == 0;
        }
      }
    }
  }
}
