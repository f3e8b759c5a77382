package io.engram.unlearn.difficulty;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import io.engram.unlearn.mrd.ModelScorer;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a score: samples under the current model, and whatever else the caller provides.
 * Passes that several scores need are made only once, so the model must not change while this
 * object is in use.
 */
public final class Scoring {
  private final LanguageModel model;
  private final List<Sample> samples;
  private final long seed;
  private final Map<Scope, ModelScorer> scorers = new EnumMap<>(Scope.class);
  private int epoch;
  private int mostDraws = Integer.MAX_VALUE;
  private boolean refuses = true;
  private boolean shares;
  private KeptDraws kept = KeptDraws.NONE;
  private ProgressListener progress = ProgressListener.NONE;
  private List<TokenizedSample> retain = List.of();
  private @Nullable OptimizerSettings optimizer;
  private @Nullable TrainingScope trained;
  private @Nullable Supplier<LanguageModel> retrained;
  private RehearsedUpdates.@Nullable Run rehearsed;
  private @Nullable List<TokenizedSample> tokens;
  private @Nullable List<Scorer.TokenScores> scores;

  private Scoring(LanguageModel model, List<Sample> samples, long seed) {
    this.model = model;
    this.samples = List.copyOf(samples);
    this.seed = seed;
  }

  /**
   * These samples under this model, which is borrowed.
   *
   * @param seed names the streams of noise, with the epoch
   */
  public static Scoring of(LanguageModel model, List<Sample> samples, long seed) {
    return new Scoring(model, samples, seed);
  }

  /** The epoch, from 0, before which to measure. */
  public Scoring before(int beforeEpoch) {
    this.epoch = beforeEpoch;
    return this;
  }

  /** The most draws that a score may make if their number is left open. */
  public Scoring drawing(int most) {
    this.mostDraws = most;
    return this;
  }

  /** Where to keep draws, and to look for those from before an interruption. */
  public Scoring keeping(KeptDraws draws) {
    this.kept = draws;
    return this;
  }

  /** Where to report progress. */
  public Scoring telling(ProgressListener listener) {
    this.progress = listener;
    return this;
  }

  /** The updates to come, for {@link PredictedUpdates}. */
  public Scoring updating(OptimizerSettings by, TrainingScope what) {
    this.optimizer = by;
    this.trained = what;
    return this;
  }

  /** The samples to keep. */
  public Scoring retaining(List<TokenizedSample> kept) {
    this.retain = Collections.unmodifiableList(kept);
    return this;
  }

  /** How to open a model trained without the samples; whoever opens it must close it. */
  public Scoring against(@Nullable Supplier<LanguageModel> retrainedModel) {
    this.retrained = retrainedModel;
    return this;
  }

  /** The run to come, of these samples, for {@link RehearsedUpdates}. */
  public Scoring rehearsing(RehearsedUpdates.Run run) {
    this.rehearsed = run;
    return this;
  }

  /**
   * Use for many scores of the same samples: unusable values become NaN with a note instead of an
   * error, and pairs of passes with noise are kept in memory for scores that share them.
   */
  public Scoring comparing() {
    this.refuses = false;
    this.shares = true;
    return this;
  }

  LanguageModel model() {
    return model;
  }

  long seed() {
    return seed;
  }

  int epoch() {
    return epoch;
  }

  int mostDraws() {
    return mostDraws;
  }

  boolean refuses() {
    return refuses;
  }

  KeptDraws kept() {
    return kept;
  }

  ProgressListener progress() {
    return progress;
  }

  /** The samples with their answers labelled. */
  List<TokenizedSample> tokens() {
    List<TokenizedSample> known = tokens;
    if (known == null) {
      known = model.samples().tokenize(samples);
      tokens = known;
    }
    return known;
  }

  /** ℓ_t of the answers, and which tokens are the model's first choice; one pass. */
  List<Scorer.TokenScores> scores() {
    List<Scorer.TokenScores> known = scores;
    if (known == null) {
      known = new Scorer(model).score(tokens(), progress);
      scores = known;
    }
    return known;
  }

  /** Scores the samples under noise and computes their gradients. */
  ModelScorer scorer(Scope scope) {
    return scorers.computeIfAbsent(
        scope,
        s -> {
          ModelScorer scorer = new ModelScorer(model, samples, s, seed, epoch);
          return shares ? scorer.remembering() : scorer;
        });
  }

  /**
   * The samples to keep.
   *
   * @throws EngramException if the caller provides none
   */
  List<TokenizedSample> retained(DifficultyScore score) {
    if (retain.isEmpty()) {
      throw missing(score, "samples to keep", "--retain DATA, or retain.data");
    }
    return retain;
  }

  /**
   * Opens the model that never saw the samples; the score closes it.
   *
   * @throws EngramException if the caller provides none
   */
  LanguageModel openRetrained(DifficultyScore score) {
    if (retrained == null) {
      throw missing(score, "a model trained without the samples", "--retrained MODEL");
    }
    return retrained.get();
  }

  /**
   * The optimizer of the updates to come.
   *
   * @throws EngramException if the caller provides none, or its learning rate is still to be found
   */
  OptimizerSettings optimizer(DifficultyScore score) {
    if (optimizer == null) {
      throw missing(score, "the optimizer of the updates to come", "the section optimizer");
    }
    if (optimizer.learningRate() == 0) {
      throw EngramException.usage(
          "optimizer.learning_rate = auto: the score %s needs a number.".formatted(score.name()));
    }
    return optimizer;
  }

  /** What the updates to come will train. */
  TrainingScope trained(DifficultyScore score) {
    if (trained == null) {
      throw missing(score, "what the updates to come change", "the section scope");
    }
    return trained;
  }

  /** The run to rehearse. */
  RehearsedUpdates.Run rehearsed(DifficultyScore score) {
    if (rehearsed == null) {
      throw missing(score, "a run to rehearse", "a recipe");
    }
    return rehearsed;
  }

  private static EngramException missing(DifficultyScore score, String what, String how) {
    return EngramException.usage(
        "The score %s needs %s: give %s.".formatted(score.name(), what, how));
  }
}
