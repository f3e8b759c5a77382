package io.engram.model.score;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Computes what {@link Scorer} does for each labelled token, and how surprised the model expected
 * to be: mean and variance of log p(v | x_&lt;t) with v drawn from the model. Sums over the
 * vocabulary are in float64; {@link Scorer} is faster if its results suffice.
 */
public final class DistributionScorer {
  /**
   * How many rows of [V] are in float64 at a time: three such blocks of a vocabulary of 150,000
   * take 460 MB.
   */
  private static final int CHUNK_ROWS = 128;

  private static final int FEWEST_ROWS = 16;

  private final Decoder decoder;
  private final OutOfMemoryRetry retry;

  /** Scores with this model; borrows it. */
  public DistributionScorer(LanguageModel model) {
    decoder = model.decoder();
    retry = new OutOfMemoryRetry(model.options().batchTokens());
  }

  /**
   * A sample's labelled tokens.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   * @param isArgmax whether the token is the model's first choice, {@code [n]}
   * @param means {@code μ_t = Σ_v p_v log p_v}, nats, {@code [n]}
   * @param variances {@code Σ_v p_v (log p_v − μ_t)²}, nats², {@code [n]}
   */
  public record TokenDistributions(
      double[] logProbs, boolean[] isArgmax, double[] means, double[] variances) {
    private TokenDistributions(int n) {
      this(new double[n], new boolean[n], new double[n], new double[n]);
    }

    private TokenDistributions part(int from, int to) {
      return new TokenDistributions(
          Arrays.copyOfRange(logProbs, from, to),
          Arrays.copyOfRange(isArgmax, from, to),
          Arrays.copyOfRange(means, from, to),
          Arrays.copyOfRange(variances, from, to));
    }
  }

  /** The results for every sample, in the order given. */
  public List<TokenDistributions> score(List<TokenizedSample> samples, ProgressListener progress) {
    TokenDistributions[] results = new TokenDistributions[samples.size()];
    List<int[]> pieces = LabelledBatch.pieces(samples, retry.tokens(), decoder.device());
    ProgressListener shared = ProgressListener.shared(progress);
    Workers.run(
        pieces.size(),
        decoder.device(),
        piece -> {
          int[] group = pieces.get(piece);
          List<TokenizedSample> own = Arrays.stream(group).mapToObj(samples::get).toList();
          List<TokenDistributions> scores = retry.run(own, tokens -> score(own, tokens));
          for (int i = 0; i < group.length; i++) {
            results[group[i]] = scores.get(i);
          }
          shared.advance(group.length);
        });
    return Arrays.asList(results);
  }

  private List<TokenDistributions> score(List<TokenizedSample> samples, int batchTokens) {
    TokenDistributions[] results = new TokenDistributions[samples.size()];
    for (int[] group : LabelledBatch.groups(samples, batchTokens)) {
      LabelledBatch batch = LabelledBatch.of(Arrays.stream(group).mapToObj(samples::get).toList());
      TokenDistributions all = score(batch);
      for (int i = 0; i < group.length; i++) {
        results[group[i]] = all.part(batch.offsets()[i], batch.offsets()[i + 1]);
      }
    }
    return Arrays.asList(results);
  }

  private TokenDistributions score(LabelledBatch batch) {
    TokenDistributions all = new TokenDistributions(batch.rows().length);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor hidden = decoder.hiddenWithoutGradient(batch.batch(), batch.rows());
      Tensor targets = Tensors.ofInts(batch.targets(), decoder.device());
      int most = Math.max(FEWEST_ROWS, CHUNK_ROWS / Workers.beside());
      for (int from = 0; from < batch.rows().length; from += most) {
        int count = Math.min(most, batch.rows().length - from);
        try (PointerScope ofChunk = new PointerScope()) {
          Tensor h = hidden.narrow(0, from, count);
          write(decoder.lmHead().chunk(h, targets.narrow(0, from, count)), all, from);
        }
      }
    }
    return all;
  }

  private static void write(LmHead.Chunk chunk, TokenDistributions all, int from) {
    double[] logProbs = Tensors.toDoubles(chunk.logProbs());
    System.arraycopy(logProbs, 0, all.logProbs(), from, logProbs.length);
    double[] hits = Tensors.toDoubles(chunk.isArgmax());
    for (int i = 0; i < hits.length; i++) {
      all.isArgmax()[from + i] = hits[i] != 0;
    }
    Tensor p = chunk.others().to(ScalarType.Double).div_(chunk.total().to(ScalarType.Double));
    p.scatter_(1, chunk.targets(), chunk.logProbs().exp().view(-1, 1));
    // If p underflows to 0, its logarithm stays finite, so that the product is 0.
    Tensor logs = p.clamp_min(new Scalar(Double.MIN_NORMAL)).log_();
    Tensor means = sum(p.mul(logs)).view(-1, 1);
    Tensor variances = sum(logs.sub_(means).square_().mul_(p));
    System.arraycopy(Tensors.toDoubles(means), 0, all.means(), from, hits.length);
    System.arraycopy(Tensors.toDoubles(variances), 0, all.variances(), from, hits.length);
  }

  private static Tensor sum(Tensor rows) {
    return torch.sum(rows, new long[] {1}, false, new ScalarTypeOptional());
  }
}
