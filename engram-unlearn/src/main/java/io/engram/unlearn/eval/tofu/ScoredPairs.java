package io.engram.unlearn.eval.tofu;

import io.engram.core.ProgressListener;
import io.engram.core.metric.AnswerProbability;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.DistributionScorer;
import io.engram.model.score.DistributionScorer.TokenDistributions;
import io.engram.model.score.Scorer;
import io.engram.model.score.Scorer.TokenScores;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model's scores of pairs of question and answer, each scored once. */
final class ScoredPairs {
  /**
   * A pair's labelled tokens, the end token last.
   *
   * @param cut whether its beginning didn't fit into the window
   * @param text of the labelled tokens but the last
   * @param expected mean and variance of each token's log-probability; null if not asked for
   */
  record ScoredPair(
      TokenizedSample tokens,
      boolean cut,
      TokenScores scores,
      String text,
      @Nullable TokenDistributions expected) {}

  /** Which tokens of question and answer are scored. */
  enum Labels {
    /** All that reach into the answer. */
    WHOLE {
      @Override
      TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample) {
        return tokenizer.tokenize(sample);
      }
    },
    /**
     * All after as many as the prompt has by itself, as in open-unlearning: in the plain template
     * the answer's first token isn't scored, since the blank before it is a token of the prompt
     * there.
     *
     * <p><b>Source:</b> open-unlearning d3d7cf9, {@code preprocess_chat_instance}.
     */
    PUBLIC {
      @Override
      TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample) {
        return tokenizer.tokenizeByPromptLength(sample);
      }
    };

    abstract TokenizedSample tokenize(SampleTokenizer tokenizer, Sample sample);
  }

  private final Labels labels;
  private final Map<AnswerPair, ScoredPair> scored = new HashMap<>();

  /** Scores all pairs of these sets; with mean and variance for answers that attacks compare. */
  static ScoredPairs ofAll(
      LanguageModel model, Labels labels, List<TofuSet> sets, ProgressListener progress) {
    Set<AnswerPair> detailed = new LinkedHashSet<>();
    Set<AnswerPair> plain = new LinkedHashSet<>();
    for (TofuSet set : sets) {
      for (TofuRow row : set.rows()) {
        plain.addAll(set.pairs(row, row.question()));
        if (set.isAttacked()) {
          detailed.add(TofuSet.answer(row));
        }
      }
    }
    plain.removeAll(detailed);
    return new ScoredPairs(
        model, labels, detailed, plain, "Log-probabilities of answers", progress);
  }

  /** Scores these pairs, without mean and variance. */
  static ScoredPairs of(
      LanguageModel model,
      Labels labels,
      Set<AnswerPair> pairs,
      String what,
      ProgressListener progress) {
    return new ScoredPairs(model, labels, Set.of(), pairs, what, progress);
  }

  private ScoredPairs(
      LanguageModel model,
      Labels labels,
      Set<AnswerPair> detailed,
      Set<AnswerPair> plain,
      String what,
      ProgressListener progress) {
    this.labels = labels;
    progress.start(what, detailed.size() + plain.size(), "answers");
    scoreDistributions(model, detailed, progress);
    scorePlain(model, plain, progress);
    progress.finish();
  }

  /** Whether all of these were scored. */
  boolean hasAll(Set<AnswerPair> pairs) {
    return scored.keySet().containsAll(pairs);
  }

  private void scoreDistributions(
      LanguageModel model, Set<AnswerPair> pairs, ProgressListener progress) {
    Map<AnswerPair, TokenizedSample> tokens = tokens(model, pairs);
    List<TokenDistributions> found =
        new DistributionScorer(model).score(fitting(model, tokens), progress);
    int next = 0;
    for (Map.Entry<AnswerPair, TokenizedSample> entry : tokens.entrySet()) {
      TokenDistributions own = found.get(next++);
      put(model, entry, new TokenScores(own.logProbs(), own.isArgmax()), own);
    }
  }

  private void scorePlain(LanguageModel model, Set<AnswerPair> pairs, ProgressListener progress) {
    Map<AnswerPair, TokenizedSample> tokens = tokens(model, pairs);
    List<TokenScores> found = new Scorer(model).score(fitting(model, tokens), progress);
    int next = 0;
    for (Map.Entry<AnswerPair, TokenizedSample> entry : tokens.entrySet()) {
      put(model, entry, found.get(next++), null);
    }
  }

  /** Cuts a pair to the window; a longer one keeps its end, so that the answer is scored. */
  private static List<TokenizedSample> fitting(
      LanguageModel model, Map<AnswerPair, TokenizedSample> tokens) {
    int window = model.config().maxPositions();
    return tokens.values().stream().map(pair -> pair.within(window)).toList();
  }

  private Map<AnswerPair, TokenizedSample> tokens(
      LanguageModel model, Collection<AnswerPair> pairs) {
    SampleTokenizer tokenizer = model.samples().unbounded();
    Map<AnswerPair, TokenizedSample> tokens = new LinkedHashMap<>();
    for (AnswerPair pair : pairs) {
      String id = "\"" + pair.question() + "\"";
      Sample sample = Sample.of(id, pair.question(), pair.answer());
      tokens.put(pair, labels.tokenize(tokenizer, sample));
    }
    return tokens;
  }

  private void put(
      LanguageModel model,
      Map.Entry<AnswerPair, TokenizedSample> entry,
      TokenScores scores,
      @Nullable TokenDistributions expected) {
    TokenizedSample whole = entry.getValue();
    TokenizedSample tokens = whole.within(model.config().maxPositions());
    boolean cut = tokens.ids().length < whole.ids().length;
    String text = model.tokenizer().decode(withoutEnd(tokens).labelIds());
    scored.put(entry.getKey(), new ScoredPair(tokens, cut, scores, text, expected));
  }

  /** The answer without the token that ends it. */
  static TokenizedSample withoutEnd(TokenizedSample tokens) {
    int[] ids = Arrays.copyOf(tokens.ids(), tokens.ids().length - 1);
    return new TokenizedSample(tokens.id(), ids, tokens.labelStart());
  }

  /** The scores of a pair. */
  ScoredPair of(AnswerPair pair) {
    return Objects.requireNonNull(scored.get(pair), pair::toString);
  }

  /** ℓ̄ of a pair, nats per token, including the end token. */
  double meanLog(AnswerPair pair) {
    return AnswerProbability.meanLog(of(pair).scores().logProbs());
  }

  /** ℓ̄ of several pairs. */
  double[] meanLogs(List<AnswerPair> pairs) {
    return pairs.stream().mapToDouble(this::meanLog).toArray();
  }
}
