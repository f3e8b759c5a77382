package io.engram.unlearn.eval.memorization;

import io.engram.core.ProgressListener;
import io.engram.core.metric.ExtractionLikelihood;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.model.LanguageModel;
import io.engram.model.generate.SuffixGenerator;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * EL_10 and MA of samples under a model. For plain text they cover all positions but the first, as
 * in the source; for a question with its answer, the positions of the answer, with the question
 * always given.
 *
 * <p><b>Source:</b> App. C.4; Jang et al. 2023. <b>Differs:</b> the source has no questions, and
 * cuts or pads texts to 200 tokens, which Engram leaves unchanged; an end token isn't part of the
 * text.
 */
public final class MemorizationScores {
  /** n of EL_n: the number of tokens in an n-gram. */
  public static final int GRAM = 10;

  private final LanguageModel model;
  private final Set<Integer> stopIds;

  /** Under this model in its state at each call; borrows it. */
  public MemorizationScores(LanguageModel model) {
    this.model = model;
    this.stopIds = model.stopIds();
  }

  /** The sample without its end token, unless that is its only labelled token. */
  TokenizedSample text(TokenizedSample sample) {
    int[] ids = sample.ids();
    boolean ended = sample.labels() > 1 && stopIds.contains(ids[ids.length - 1]);
    return ended
        ? new TokenizedSample(sample.id(), Arrays.copyOf(ids, ids.length - 1), sample.labelStart())
        : sample;
  }

  /** Which positions of each sample the model predicts correctly, in one pass over the samples. */
  public List<Scorer.TokenScores> places(List<TokenizedSample> samples, ProgressListener progress) {
    return new Scorer(model).score(samples.stream().map(this::text).toList(), progress);
  }

  /** MA of each sample, in [0, 1]. */
  public double[] accuracy(List<TokenizedSample> samples, ProgressListener progress) {
    return places(samples, progress).stream()
        .mapToDouble(scores -> MemorizationAccuracy.of(scores.isArgmax()))
        .toArray();
  }

  /**
   * EL_10 of each sample, in [0, 1]; NaN if fewer than ten tokens are left to generate.
   *
   * @param progress advances by one per sample
   */
  public double[] extraction(List<TokenizedSample> samples, ProgressListener progress) {
    List<SuffixGenerator.Places> places = samples.stream().map(s -> places(text(s))).toList();
    List<List<int[]>> generated = new SuffixGenerator(model).greedy(places, progress);
    double[] scores = new double[places.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = ExtractionLikelihood.of(GRAM, targets(places.get(i)), generated.get(i));
    }
    return scores;
  }

  /** The positions from which at least ten tokens are left. */
  private static SuffixGenerator.Places places(TokenizedSample text) {
    int from = text.labelStart();
    int to = Math.max(from, text.ids().length - GRAM + 1);
    return new SuffixGenerator.Places(text.ids(), from, to);
  }

  private static List<int[]> targets(SuffixGenerator.Places places) {
    int[] ids = places.ids();
    List<int[]> targets = new ArrayList<>();
    for (int from = places.from(); from < places.to(); from++) {
      targets.add(Arrays.copyOfRange(ids, from, ids.length));
    }
    return targets;
  }
}
