package io.engram.unlearn.eval.memorization;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.ProgressListener;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.sample.Tofu;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * EL_10 and MA of the samples to forget, each as the mean over samples. The stopping rules {@code
 * el_ma} and {@code per_sample} use the same measures.
 *
 * <p><b>Source:</b> App. C.4; computed by {@link MemorizationScores}.
 */
public final class MemorizationSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "memorization";

  private static final List<SuiteMetric> METRICS =
      List.of(ratio("forget.el10", false), ratio("forget.ma", false));

  /**
   * {@code memorization:tofu:forget01}, {@code memorization:FILE}, several joined by {@code +};
   * without a part, the run's forget set, or TOFU's forget10 outside of a run.
   */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "extraction likelihood and memorization accuracy of what is to be forgotten",
          List.of(),
          List.of(),
          () -> METRICS,
          (part, settings) -> open(part));

  /**
   * A line of {@code eval/STAGE/memorization.jsonl}: how much of one sample the model has
   * memorised.
   *
   * @param id the sample's
   * @param places how many tokens the model had to predict: the answer's, or all of a text but the
   *     first
   * @param ma memorization accuracy, [0, 1]; null where a log-probability is not a number
   * @param el10 extraction likelihood EL_10, [0, 1]; null in that case too, and with fewer than ten
   *     tokens
   */
  record Row(String id, int places, @Nullable Double ma, @Nullable Double el10) {}

  private static Suite open(String part) {
    if (part.isEmpty()) {
      return new MemorizationSuite(List.of(Tofu.PREFIX + "forget10"), true);
    }
    List<String> sources = List.of(part.split("\\+"));
    // Reports unreadable samples before other suites have measured for hours.
    sources.forEach(source -> SampleSource.load(source, null, 1));
    return new MemorizationSuite(sources, false);
  }

  private final String what;
  private final boolean unnamed;
  private final Supplier<List<Sample>> samples;

  /** On all samples of these sources, which are as in {@code forget.data}. */
  public MemorizationSuite(List<String> sources) {
    this(sources, false);
  }

  private MemorizationSuite(List<String> sources, boolean unnamed) {
    this(String.join(", ", sources), unnamed, () -> SampleSource.load(sources));
  }

  private MemorizationSuite(String what, boolean unnamed, Supplier<List<Sample>> samples) {
    this.what = what;
    this.unnamed = unnamed;
    this.samples = samples;
  }

  @Override
  public boolean followsRun() {
    return unnamed;
  }

  @Override
  public Suite ofRun(List<Sample> forget) {
    return unnamed ? new MemorizationSuite("what the run forgets", false, () -> forget) : this;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation measure(Stage stage) {
    LanguageModel model = stage.model();
    int window = model.config().maxPositions();
    List<TokenizedSample> whole = model.samples().unbounded().tokenize(stage.first(samples.get()));
    List<Row> rows =
        rows(model, whole.stream().map(sample -> sample.within(window)).toList(), stage.progress());
    List<String> notes = new ArrayList<>(notes(rows));
    notes.addAll(
        new RowCounts()
            .count("forget", whole, sample -> sample.ids().length > window + 1)
            .note(
                "memorization: samples longer than the model's window of %d tokens, measured without their beginning"
                    .formatted(window)));
    return new Evaluation(measurements(stage.name(), rows).all(), Map.of(NAME, rows), notes);
  }

  private static List<Row> rows(
      LanguageModel model, List<TokenizedSample> samples, ProgressListener progress) {
    MemorizationScores scores = new MemorizationScores(model);
    progress.start("MA", samples.size(), "samples");
    List<Scorer.TokenScores> places = scores.places(samples, progress);
    progress.finish();
    progress.start("EL, from every place", samples.size(), "samples");
    double[] el = scores.extraction(samples, progress);
    progress.finish();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < el.length; i++) {
      boolean[] hits = places.get(i).isArgmax();
      boolean broken = Arrays.stream(places.get(i).logProbs()).anyMatch(Double::isNaN);
      rows.add(
          new Row(
              samples.get(i).id(),
              hits.length,
              broken ? null : (@Nullable Double) MemorizationAccuracy.of(hits),
              broken || Double.isNaN(el[i]) ? null : (@Nullable Double) el[i]));
    }
    return rows;
  }

  /** A mean without samples is omitted; the notes say why each sample has no value. */
  private static Measurements measurements(String stage, List<Row> rows) {
    Measurements measurements = new Measurements(NAME, stage, METRICS);
    addMean(measurements, "forget.el10", rows, Row::el10);
    addMean(measurements, "forget.ma", rows, Row::ma);
    return measurements;
  }

  private static void addMean(
      Measurements to, String metric, List<Row> rows, Function<Row, @Nullable Double> value) {
    double[] found =
        rows.stream()
            .map(value)
            .filter(Objects::nonNull)
            .mapToDouble(Objects::requireNonNull)
            .toArray();
    to.add(metric, MeanWithError.of(found));
  }

  private List<String> notes(List<Row> rows) {
    List<String> notes = new ArrayList<>();
    notes.add("memorization measured on " + what + ", n = " + rows.size());
    long broken = rows.stream().filter(row -> row.ma() == null).count();
    if (broken > 0) {
      notes.add(
          "memorization: %d of %d samples are left out, whose log-probabilities are not numbers"
              .formatted(broken, rows.size()));
    }
    long tooShort = rows.stream().filter(row -> row.places() < MemorizationScores.GRAM).count();
    if (tooShort > 0) {
      notes.add(
          "memorization: %d of %d samples have no EL, for they have fewer than %d tokens to go on to"
              .formatted(tooShort, rows.size(), MemorizationScores.GRAM));
    }
    return notes;
  }
}
