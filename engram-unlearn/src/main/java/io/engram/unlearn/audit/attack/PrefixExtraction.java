package io.engram.unlearn.audit.attack;

import io.engram.core.metric.RougeL;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives the beginning of the answer, none, an eighth, a quarter or half of its n tokens, and lets
 * the model go on greedily. Measures: {@code verbatim}, 1 − the least of these shares after which
 * the rest comes word for word, 0 if it never does; and {@code rest_recall}, ROUGE-L recall of the
 * rest, the mean over the four.
 *
 * <p>Extraction strength says the same of every beginning from one pass, if the model's first
 * choice is what it writes: so {@code verbatim} is at most the extraction strength, up to the end
 * of a share. Means for each share are facts: {@code recall_after_SHARE}, {@code
 * verbatim_after_SHARE} with SHARE in percent.
 *
 * <p><b>Source:</b> Carlini et al. 2021 (arXiv 2012.07805). <b>Cost:</b> four greedy answers for
 * each sample.
 */
public final class PrefixExtraction implements Attack {
  private static final double[] SHARES = {0, 0.125, 0.25, 0.5};

  /** As it is registered. */
  public static final AttackKind KIND =
      new AttackKind(
          "prefix",
          "given the beginning of the answer",
          "arXiv 2012.07805",
          Set.of(),
          1,
          PrefixExtraction::new);

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public Outcome on(Victim victim) {
    LanguageModel model = victim.model();
    List<TokenizedSample> texts =
        model.samples().tokenize(victim.samples()).stream().map(t -> unended(model, t)).toList();
    List<int[]> prompts = new ArrayList<>();
    List<int[]> rests = new ArrayList<>();
    for (TokenizedSample text : texts) {
      for (double share : SHARES) {
        int given = text.labelStart() + (int) (share * text.labels());
        prompts.add(Arrays.copyOf(text.ids(), given));
        rests.add(Arrays.copyOfRange(text.ids(), given, text.ids().length));
      }
    }
    victim.progress().start("answers begun", prompts.size(), "answers");
    int[] limits = rests.stream().mapToInt(r -> r.length).toArray();
    List<Generation> written = new Generator(model).greedy(prompts, limits, victim.progress());
    victim.progress().finish();
    SortedMap<String, Double> facts = new TreeMap<>();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      boolean[] verbatim = new boolean[SHARES.length];
      double[] recall = new double[SHARES.length];
      for (int k = 0; k < SHARES.length; k++) {
        int at = i * SHARES.length + k;
        verbatim[k] = Arrays.equals(written.get(at).ids(), rests.get(at));
        recall[k] = recall(model, written.get(at).ids(), rests.get(at));
        String percent = String.valueOf((int) (100 * SHARES[k]));
        facts.merge("recall_after_" + percent, recall[k] / texts.size(), Double::sum);
        facts.merge(
            "verbatim_after_" + percent, (verbatim[k] ? 1.0 : 0) / texts.size(), Double::sum);
      }
      rows.add(new Row(texts.get(i).id(), "", 0, measures(verbatim, recall)));
    }
    return new Outcome(rows, facts, List.of());
  }

  /**
   * The measures of one sample.
   *
   * @param verbatim whether the rest comes word for word after each share
   * @param recall of the rest after each share
   */
  static SortedMap<String, Double> measures(boolean[] verbatim, double[] recall) {
    double least = 1;
    for (int k = SHARES.length - 1; k >= 0; k--) {
      least = verbatim[k] ? SHARES[k] : least;
    }
    return new TreeMap<>(
        Map.of("verbatim", 1 - least, "rest_recall", Arrays.stream(recall).average().orElse(0)));
  }

  private static double recall(LanguageModel model, int[] written, int[] rest) {
    return RougeL.score(model.tokenizer().decode(written), model.tokenizer().decode(rest), true)
        .recall();
  }

  /** A sample without its end token, unless that is its only labelled token. */
  static TokenizedSample unended(LanguageModel model, TokenizedSample sample) {
    int[] ids = sample.ids();
    boolean ended = sample.labels() > 1 && model.stopIds().contains(ids[ids.length - 1]);
    return ended
        ? new TokenizedSample(sample.id(), Arrays.copyOf(ids, ids.length - 1), sample.labelStart())
        : sample;
  }
}
