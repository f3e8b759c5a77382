package io.engram.unlearn.audit.attack;

import io.engram.core.EngramException;
import io.engram.core.metric.AnswerProbability;
import io.engram.core.metric.MinK;
import io.engram.core.metric.ZLib;
import io.engram.core.sample.Sample;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.GradientNorms;
import io.engram.model.gradient.GradientNorms.SampleNorm;
import io.engram.model.score.DistributionScorer;
import io.engram.model.score.DistributionScorer.TokenDistributions;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Verdicts;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.MembershipInference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tells what the model was trained on from what it wasn't, by six scores of an answer, here all
 * larger the more familiar it is: {@code mia_loss}, −loss a token; {@code mia_zlib}, the same by
 * the bytes of the compressed text; {@code mia_min_k} and {@code mia_min_k_plus_plus}, {@link MinK}
 * of 40 % of the tokens; {@code mia_loss_gradient}, minus the norm of the loss's gradient over all
 * weights; with a retrained model {@code mia_reference}, by how much the loss is below that
 * model's. End tokens are left out.
 *
 * <p>{@code mia_reference} decides nothing: its mean is a fact. Samples never seen are then asked
 * of the retrained model, where it is 0 by definition, and chance puts half of all forgotten
 * requests above 0.
 *
 * <p>Facts for each: {@code SCORE_auc}, the probability that a request is more familiar than a
 * control, and {@code SCORE_auc_standard_error} (DeLong). An AUC above ½ tells that requests are
 * known; one below ½ − 2 standard errors that something was deleted ({@link Verdicts}).
 *
 * <p><b>Source:</b> Yeom et al. 2018, Carlini et al. 2021, Shi et al. 2024, Zhang et al. 2024;
 * {@code loss_gradient}, there grad_norm, and {@code reference} as in open-unlearning.
 * <b>Differs:</b> open-unlearning takes the mean of the norms of all parameters. <b>Cost:</b> a
 * pass and a backward pass for each request and control.
 */
public final class Membership implements Attack {
  private static final double MIN_K_SHARE = 0.4;

  private static final String PREFIX = "mia_";
  private static final String REFERENCE = PREFIX + "reference";

  /** As it is registered. */
  public static final AttackKind KIND =
      new AttackKind(
          "membership",
          "six scores that tell what a model was trained on",
          "arXiv 2310.16789, 2404.02936",
          Set.of(Need.CONTROLS),
          2,
          Membership::new);

  /** Loss of each sample under the retrained model; ids of requests and controls can be equal. */
  private final Map<Sample, Double> retrainedLoss = new HashMap<>();

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public Outcome on(Victim victim) {
    List<String> notes = new ArrayList<>();
    List<Row> rows = rows(victim, victim.samples(), notes);
    SortedMap<String, Double> facts = new TreeMap<>();
    boolean isControls =
        victim.role() == Role.CONTROL && victim.data().models().retrained() == null;
    if (!isControls) {
      List<Row> controls = rows(victim, victim.data().controls(), notes);
      for (String score : rows.get(0).measures().keySet()) {
        MeanWithError auc = MembershipInference.auc(values(rows, score), values(controls, score));
        facts.put(score + Verdicts.AUC, auc.mean());
        facts.put(score + Verdicts.AUC + Verdicts.ERROR, auc.standardError());
      }
    }
    double[] reference = values(rows, REFERENCE);
    if (reference.length > 0) {
      facts.put(REFERENCE, Arrays.stream(reference).average().orElse(Double.NaN));
      rows.forEach(row -> row.measures().remove(REFERENCE));
    }
    return new Outcome(rows, facts, notes.stream().distinct().toList());
  }

  private static double[] values(List<Row> rows, String score) {
    return rows.stream()
        .mapToDouble(row -> row.measures().getOrDefault(score, Double.NaN))
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  private List<Row> rows(Victim victim, List<Sample> samples, List<String> notes) {
    LanguageModel model = victim.model();
    List<TokenizedSample> tokens = tokens(model, samples);
    victim.progress().start("membership scores", samples.size(), "samples");
    List<TokenDistributions> scores =
        new DistributionScorer(model).score(tokens, victim.progress());
    victim.progress().finish();
    double[] norms = norms(model, tokens, notes);
    boolean reference = victim.data().models().retrained() != null;
    if (reference) {
      addRetrained(victim, samples);
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String text = model.tokenizer().decode(tokens.get(i).labelIds());
      SortedMap<String, Double> measures = measures(scores.get(i), text);
      if (norms.length > 0) {
        measures.put(PREFIX + "loss_gradient", -norms[i]);
      }
      Double retrained = retrainedLoss.get(samples.get(i));
      if (reference && retrained != null) {
        measures.put(REFERENCE, retrained + measures.getOrDefault(PREFIX + "loss", 0.0));
      }
      if (measures.values().stream().anyMatch(value -> value.isNaN())) {
        throw EngramException.usage("finds log-probabilities that are not numbers");
      }
      rows.add(new Row(samples.get(i).id(), "", 0, measures));
    }
    return rows;
  }

  /**
   * The scores of an answer that need one pass.
   *
   * @param text of the answer
   */
  static SortedMap<String, Double> measures(TokenDistributions scores, String text) {
    double loss = -AnswerProbability.meanLog(scores.logProbs());
    SortedMap<String, Double> measures = new TreeMap<>();
    measures.put(PREFIX + "loss", -loss);
    measures.put(PREFIX + "zlib", -ZLib.score(loss, text));
    measures.put(PREFIX + "min_k", -MinK.answerScore(scores.logProbs(), MIN_K_SHARE));
    measures.put(
        PREFIX + "min_k_plus_plus",
        -MinK.plusPlus(scores.logProbs(), scores.means(), scores.variances(), MIN_K_SHARE));
    return measures;
  }

  /** Norms of the gradients of the mean losses; none if there is too little memory. */
  private static double[] norms(
      LanguageModel model, List<TokenizedSample> tokens, List<String> notes) {
    try {
      return new GradientNorms(model)
          .of(tokens, (sample, logProbs) -> meanLoss(logProbs.length)).stream()
              .mapToDouble(SampleNorm::squaredNorm)
              .map(Math::sqrt)
              .toArray();
    } catch (EngramException e) {
      if (e.kind() != EngramException.Kind.RESOURCES) {
        throw e;
      }
      notes.add("mia_loss_gradient is left out: there is too little memory for gradients");
      return new double[0];
    }
  }

  private static double[] meanLoss(int tokens) {
    double[] coefficients = new double[tokens];
    Arrays.fill(coefficients, -1.0 / tokens);
    return coefficients;
  }

  private void addRetrained(Victim victim, List<Sample> samples) {
    var opener = victim.data().models().retrained();
    if (opener == null || samples.stream().allMatch(retrainedLoss::containsKey)) {
      return;
    }
    try (LanguageModel model = opener.get()) {
      List<TokenDistributions> scores =
          new DistributionScorer(model).score(tokens(model, samples), victim.progress());
      for (int i = 0; i < samples.size(); i++) {
        double loss = -AnswerProbability.meanLog(scores.get(i).logProbs());
        retrainedLoss.put(samples.get(i), loss);
      }
    }
  }

  private static List<TokenizedSample> tokens(LanguageModel model, List<Sample> samples) {
    return model.samples().tokenize(samples).stream()
        .map(t -> PrefixExtraction.unended(model, t))
        .toList();
  }
}
