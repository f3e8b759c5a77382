package io.engram.unlearn.audit.attack;

import io.engram.core.metric.LayerErasure;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.LayerScorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the answer in the hidden states, layer by layer: a model that only refuses, or that was
 * only changed in its last layers, still has it. Read are the tokens of the answer's {@link
 * Entities}, each given the right ones before it.
 *
 * <p>{@link #LENS}: the hidden states after each layer through the original's last norm and LM
 * head. Measure {@code lens_log_prob}, the largest mean log-probability of any layer. {@link
 * #DEPTH}: the hidden states after a layer put into the original where these tokens are predicted,
 * and its pass continued. Measure {@code depth_log_prob}, the mean log-probability over the layers
 * that count in {@link LayerErasure}.
 *
 * <p>With a retrained model both also give {@code lens_kept} and {@code depth_kept}, 1 − {@link
 * LayerErasure} with d the log-probability that is lost: for DEPTH this is 1 − UDS. It is 0 for the
 * retrained model itself, so it is never the only measure that decides. Facts: {@code layer_NN},
 * the curve of this model, {@code layer_NN_before} and {@code layer_NN_never_saw}; and {@code
 * erased}, the mean score.
 *
 * <p><b>Source:</b> arXiv 2605.24614. <b>Cost:</b> a pass for each sample and model for the lens;
 * for DEPTH as many half passes as there are layers. Up to three models are open at once.
 */
public final class Inside implements Attack {
  private static final String NO_VERDICT =
      "decides no verdict: hidden states can be compared only between models that were trained from"
          + " the same weights, and nothing shows whether a retrained model was";

  /** As it is registered. */
  public static final AttackKind LENS =
      new AttackKind(
              "logit_lens",
              "hidden states of every layer read by the original's LM head",
              "arXiv 2605.24614",
              Set.of(),
              1,
              () -> new Inside(false))
          .informing(NO_VERDICT);

  /** As it is registered. */
  public static final AttackKind DEPTH =
      new AttackKind(
              "depth",
              "hidden states of every layer put into the original (unlearning depth score)",
              "arXiv 2605.24614",
              Set.of(Need.RETRAINED),
              1,
              () -> new Inside(true))
          .informing(NO_VERDICT);

  private final boolean patches;

  /** Log-probabilities by layer of the original and of the retrained model. */
  private final Map<Sample, double[]> before = new HashMap<>();

  private final Map<Sample, double[]> neverSaw = new HashMap<>();

  private Inside(boolean patches) {
    this.patches = patches;
  }

  @Override
  public Outcome on(Victim victim) {
    if (isOriginal(victim)) {
      return with(victim, victim.model());
    }
    try (LanguageModel original = victim.data().models().before().get()) {
      return with(victim, original);
    }
  }

  private static boolean isOriginal(Victim victim) {
    return victim.role() == Role.BEFORE
        || (victim.role() == Role.CONTROL && victim.data().models().retrained() == null);
  }

  private Outcome with(Victim victim, LanguageModel original) {
    List<LayerScorer.Asked> asked = asked(victim);
    LayerScorer scorer = new LayerScorer(original);
    victim.progress().start("layers", asked.size(), "samples");
    remember(victim, original, scorer, asked);
    List<double[]> own =
        isOriginal(victim)
            ? curves(before, victim.samples())
            : victim.role() == Role.CONTROL
                ? curves(neverSaw, victim.samples())
                : read(scorer, victim.model(), asked, victim);
    victim.progress().finish();
    List<Row> rows = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (int i = 0; i < own.size(); i++) {
      Sample sample = victim.samples().get(i);
      SortedMap<String, Double> measures =
          measures(own.get(i), before.get(sample), neverSaw.get(sample));
      if (!measures.isEmpty()) {
        rows.add(new Row(sample.id(), "", 0, measures));
      }
      Double kept = measures.get(name("kept"));
      if (kept != null) {
        scores.add(1 - kept);
      }
    }
    SortedMap<String, Double> facts = new TreeMap<>();
    addCurve(facts, own, "");
    addCurve(facts, curves(before, victim.samples()), "_before");
    addCurve(facts, curves(neverSaw, victim.samples()), "_never_saw");
    if (!scores.isEmpty()) {
      facts.put("erased", scores.stream().mapToDouble(s -> s).average().orElse(Double.NaN));
    }
    return new Outcome(rows, facts, List.of());
  }

  private List<double[]> read(
      LayerScorer scorer, LanguageModel model, List<LayerScorer.Asked> asked, Victim victim) {
    return patches
        ? scorer.patched(model, asked, victim.progress())
        : scorer.lens(model, asked, victim.progress());
  }

  /** Reads the original and the retrained model on samples on which they haven't been read. */
  private void remember(
      Victim victim, LanguageModel original, LayerScorer scorer, List<LayerScorer.Asked> asked) {
    List<Sample> samples = victim.samples();
    if (!samples.stream().allMatch(before::containsKey)) {
      List<double[]> curves = scorer.lens(original, asked, victim.progress());
      put(before, samples, patches ? curves.stream().map(Inside::lastOnly).toList() : curves);
    }
    var opener = victim.data().models().retrained();
    if (opener == null || samples.stream().allMatch(neverSaw::containsKey)) {
      return;
    }
    if (victim.role() == Role.CONTROL) {
      put(neverSaw, samples, read(scorer, victim.model(), asked, victim));
      return;
    }
    try (LanguageModel model = opener.get()) {
      put(neverSaw, samples, read(scorer, model, asked, victim));
    }
  }

  /** The original put into itself predicts what it predicts, whatever the layer. */
  private static double[] lastOnly(double[] curve) {
    double[] same = new double[curve.length];
    Arrays.fill(same, curve[curve.length - 1]);
    return same;
  }

  private static void put(Map<Sample, double[]> to, List<Sample> samples, List<double[]> curves) {
    for (int i = 0; i < curves.size(); i++) {
      to.put(samples.get(i), curves.get(i));
    }
  }

  private static List<LayerScorer.Asked> asked(Victim victim) {
    Entities entities = new Entities(victim.samples());
    List<TokenizedSample> tokens = victim.model().samples().tokenize(victim.samples());
    List<LayerScorer.Asked> asked = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      boolean[] chosen = entities.tokens(victim.model(), victim.samples().get(i), tokens.get(i));
      asked.add(new LayerScorer.Asked(tokens.get(i), chosen));
    }
    return asked;
  }

  private String name(String what) {
    return (patches ? "depth_" : "lens_") + what;
  }

  /** The measures of a sample, from log-probabilities by layer. */
  private SortedMap<String, Double> measures(
      double[] own, double @Nullable [] original, double @Nullable [] retrained) {
    SortedMap<String, Double> measures = new TreeMap<>();
    if (!patches) {
      measures.put(name("log_prob"), Arrays.stream(own).max().orElse(Double.NaN));
    }
    if (original == null || retrained == null) {
      return measures;
    }
    double[] lacks = lost(original, retrained);
    double erased = LayerErasure.of(lacks, lost(original, own));
    if (!Double.isNaN(erased)) {
      measures.put(name("kept"), 1 - erased);
      if (patches) {
        measures.put(
            name("log_prob"),
            IntStream.range(0, own.length)
                .filter(l -> lacks[l] > LayerErasure.THRESHOLD)
                .mapToDouble(l -> own[l])
                .average()
                .orElse(Double.NaN));
      }
    }
    return measures;
  }

  private static double[] lost(double[] original, double[] other) {
    return IntStream.range(0, original.length).mapToDouble(l -> original[l] - other[l]).toArray();
  }

  private static List<double[]> curves(Map<Sample, double[]> all, List<Sample> samples) {
    return samples.stream().map(all::get).filter(Objects::nonNull).toList();
  }

  private static void addCurve(
      SortedMap<String, Double> facts, List<double[]> curves, String which) {
    int layers = curves.isEmpty() ? 0 : curves.get(0).length;
    for (int l = 0; l < layers; l++) {
      int layer = l;
      facts.put(
          "layer_%02d%s".formatted(l + 1, which),
          curves.stream().mapToDouble(c -> c[layer]).average().orElse(Double.NaN));
    }
  }
}
