package io.engram.unlearn.eval.memorization;

import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.sample.Tofu;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How well a model knows what is to be forgotten: exact memorization, extraction strength and mean
 * log-probability of the answers, each as the mean over samples. {@code engram forget} and the
 * stopping rules {@code controls} and {@code retrained} judge by the same measures; it takes one
 * pass.
 *
 * <p><b>Source:</b> {@link Knowledge}.
 */
public final class KnowledgeSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "knowledge";

  private static final List<SuiteMetric> METRICS =
      List.of(
          SuiteMetric.ratio("forget.exact_memorization", false),
          SuiteMetric.ratio("forget.extraction_strength", false),
          new SuiteMetric("forget.log_prob", "nats a token", false, null));

  /**
   * {@code knowledge:tofu:forget01}, {@code knowledge:FILE}, several joined by {@code +}; without a
   * part, the run's forget set, or TOFU's forget10 outside of a run.
   */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "exact memorization, extraction strength, log-probability: forget set",
          List.of(),
          List.of(),
          () -> METRICS,
          (part, settings) -> open(part));

  /**
   * A line of {@code eval/STAGE/knowledge.jsonl}.
   *
   * @param logProb mean log-probability of a token, nats
   */
  record Row(
      String id, int tokens, double logProb, double exactMemorization, double extractionStrength) {}

  private final boolean unnamed;
  private final String what;
  private final Supplier<List<Sample>> samples;

  private KnowledgeSuite(String what, boolean unnamed, Supplier<List<Sample>> samples) {
    this.what = what;
    this.unnamed = unnamed;
    this.samples = samples;
  }

  private static Suite open(String part) {
    List<String> sources =
        part.isEmpty() ? List.of(Tofu.PREFIX + "forget10") : List.of(part.split("\\+"));
    sources.forEach(source -> SampleSource.load(source, null, 1));
    return new KnowledgeSuite(
        String.join(", ", sources), part.isEmpty(), () -> SampleSource.load(sources));
  }

  @Override
  public boolean followsRun() {
    return unnamed;
  }

  @Override
  public Suite ofRun(List<Sample> forget) {
    return unnamed ? new KnowledgeSuite("what the run forgets", false, () -> forget) : this;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation measure(Stage stage) {
    LanguageModel model = stage.model();
    int window = model.config().maxPositions();
    List<TokenizedSample> tokens =
        model.samples().unbounded().tokenize(stage.first(samples.get())).stream()
            .map(sample -> sample.within(window))
            .toList();
    stage.progress().start("how well what is to be forgotten is known", tokens.size(), "samples");
    List<Knowledge> known = Knowledge.measure(model, tokens, stage.progress());
    stage.progress().finish();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      Knowledge own = known.get(i);
      rows.add(
          new Row(
              tokens.get(i).id(), own.tokens(), own.logProb(), own.memorization(), own.strength()));
    }
    Measurements measurements = new Measurements(NAME, stage.name(), METRICS);
    for (Measure measure : List.of(Measure.MEMORIZATION, Measure.STRENGTH, Measure.LOG_PROB)) {
      double[] values = known.stream().mapToDouble(measure::of).toArray();
      measurements.add("forget." + measure.key(), MeanWithError.of(values));
    }
    return new Evaluation(
        measurements.all(),
        Map.of(NAME, rows),
        List.of("knowledge measured on " + what + ", n = " + rows.size()));
  }
}
