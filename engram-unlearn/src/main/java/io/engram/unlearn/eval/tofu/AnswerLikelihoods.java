package io.engram.unlearn.eval.tofu;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.score.ContinuationScorer.Score;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How likely a model finds answers to questions: {@code ℓ̄ = S/n}, S the log-probability of an
 * answer's n tokens. The answers to one question share its pass.
 *
 * <p><b>Source:</b> WAGLE, {@code compute_prob}, where no end token follows the answer either.
 * <b>Differs:</b> there the tag {@code ### Answer:} is counted among the answer's tokens.
 */
final class AnswerLikelihoods {
  /**
   * What was found of a pair.
   *
   * @param cut whether the window didn't hold its beginning
   */
  private record Found(double meanLog, boolean cut) {}

  private final Map<AnswerPair, Found> found = new HashMap<>();

  /** Scores all pairs of these sets, each once. */
  AnswerLikelihoods(LanguageModel model, List<TofuSet> sets, ProgressListener progress) {
    Set<AnswerPair> pairs = new LinkedHashSet<>();
    for (TofuSet set : sets) {
      for (TofuRow row : set.rows()) {
        pairs.addAll(pairs(set, row));
      }
    }
    int window = model.config().maxPositions();
    SampleTokenizer tokenizer = model.samples().unbounded();
    List<TokenizedSample> whole = pairs.stream().map(pair -> tokens(tokenizer, pair)).toList();
    List<Request> requests = whole.stream().map(sample -> request(sample.within(window))).toList();
    progress.start("Log-probabilities of answers", requests.size(), "answers");
    List<Score> scores = new ContinuationScorer(model).score(requests, progress);
    progress.finish();
    int next = 0;
    for (AnswerPair pair : pairs) {
      double meanLog = scores.get(next).logProb() / requests.get(next).continuation().length;
      found.put(pair, new Found(meanLog, whole.get(next).ids().length > window + 1));
      next++;
    }
  }

  /** Right and wrong answers are compared to the question in other words. */
  private static List<AnswerPair> pairs(TofuSet set, TofuRow row) {
    return set.pairs(row, set.paraphrasedQuestion(row));
  }

  /** Without the token that ends the answer. */
  private static TokenizedSample tokens(SampleTokenizer tokenizer, AnswerPair pair) {
    String id = "\"" + pair.question() + "\"";
    TokenizedSample ended = tokenizer.tokenize(Sample.of(id, pair.question(), pair.answer()));
    int[] ids = Arrays.copyOf(ended.ids(), ended.ids().length - 1);
    return new TokenizedSample(id, ids, ended.labelStart());
  }

  private static Request request(TokenizedSample sample) {
    return new Request(sample.promptIds(), sample.labelIds());
  }

  /** ℓ̄ of a pair, nats a token. */
  double meanLog(AnswerPair pair) {
    return of(pair).meanLog();
  }

  /** Whether something of a row didn't fit the window. */
  boolean isCut(TofuSet set, TofuRow row) {
    return pairs(set, row).stream().anyMatch(pair -> of(pair).cut());
  }

  private Found of(AnswerPair pair) {
    return Objects.requireNonNull(found.get(pair), pair::toString);
  }
}
