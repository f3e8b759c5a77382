package io.engram.model.score;

import io.engram.core.ProgressListener;
import io.engram.model.BatchRunner;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.SampleBatch;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Token log-probabilities ℓ_t = log p(x_t | x_&lt;t; θ), in nats, of the labelled tokens. */
public final class Scorer {
  private final Decoder decoder;
  private final OutOfMemoryRetry retry;
  private final @Nullable BatchRunner runner;

  /** Scores with this model; borrows it. */
  public Scorer(LanguageModel model) {
    this(model.decoder(), model.options().batchTokens(), model.runner());
  }

  /** Scores with these weights, at most {@code batchTokens} tokens per pass. */
  public Scorer(Decoder decoder, int batchTokens) {
    this(decoder, batchTokens, null);
  }

  private Scorer(Decoder decoder, int batchTokens, @Nullable BatchRunner runner) {
    this.runner = runner;
    this.decoder = decoder;
    this.retry = new OutOfMemoryRetry(batchTokens);
  }

  /**
   * The scores of a sample's labelled tokens.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   * @param isArgmax whether the token is the model's first choice, {@code [n]}
   */
  public record TokenScores(double[] logProbs, boolean[] isArgmax) implements Serializable {}

  /** {@link #score} of batches elsewhere. */
  private record Elsewhere() implements BatchWork<SampleBatch, TokenScores[]> {
    @Override
    public List<TokenScores[]> compute(LanguageModel model, List<SampleBatch> batches) {
      Scorer scorer = new Scorer(model.decoder(), model.options().batchTokens());
      return batches.stream()
          .map(
              batch ->
                  scorer.score(batch.samples(), ProgressListener.NONE).toArray(new TokenScores[0]))
          .toList();
    }
  }

  /** ℓ_t of every sample, in the order given. */
  public List<double[]> logProbs(List<TokenizedSample> samples, ProgressListener progress) {
    return score(samples, progress).stream().map(TokenScores::logProbs).toList();
  }

  /** ℓ_t and argmax hits of every sample, in the order given. */
  public List<TokenScores> score(List<TokenizedSample> samples, ProgressListener progress) {
    TokenScores[] results = new TokenScores[samples.size()];
    List<int[]> pieces = LabelledBatch.pieces(samples, retry.tokens(), decoder.device());
    BatchRunner there = runner;
    if (there != null) {
      List<SampleBatch> batches = SampleBatch.of(samples, pieces);
      int beside = Workers.besides(pieces.size(), decoder.device());
      SampleBatch.place(batches, there.run(new Elsewhere(), batches, beside, progress), results);
      return new ArrayList<>(Arrays.asList(results));
    }
    ProgressListener shared = ProgressListener.shared(progress);
    Workers.run(
        pieces.size(),
        decoder.device(),
        piece -> {
          int[] group = pieces.get(piece);
          List<TokenizedSample> own = Arrays.stream(group).mapToObj(samples::get).toList();
          List<TokenScores> scores = retry.run(own, tokens -> score(own, tokens));
          for (int i = 0; i < group.length; i++) {
            results[group[i]] = scores.get(i);
          }
          shared.advance(group.length);
        });
    return new ArrayList<>(Arrays.asList(results));
  }

  private List<TokenScores> score(List<TokenizedSample> samples, int batchTokens) {
    TokenScores[] results = new TokenScores[samples.size()];
    for (int[] group : LabelledBatch.groups(samples, batchTokens)) {
      scoreGroup(samples, group, results);
    }
    return Arrays.asList(results);
  }

  private void scoreGroup(List<TokenizedSample> samples, int[] group, TokenScores[] results) {
    LabelledBatch batch =
        LabelledBatch.of(Arrays.stream(group).mapToObj(samples::get).toList(), decoder);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      Tensor hidden = decoder.hiddenWithoutGradient(batch.batch(), batch.rows());
      LmHead.Scores scores =
          decoder.lmHead().score(hidden, Tensors.ofInts(batch.targets(), decoder.device()));
      for (int i = 0; i < group.length; i++) {
        int from = batch.offsets()[i];
        int to = batch.offsets()[i + 1];
        results[group[i]] =
            new TokenScores(
                Arrays.copyOfRange(scores.logProbs(), from, to),
                Arrays.copyOfRange(scores.isArgmax(), from, to));
      }
    }
  }
}
