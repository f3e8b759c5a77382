package io.engram.unlearn.eval.memorization;

import io.engram.core.ProgressListener;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.core.recipe.EvalSection;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.sample.Tofu;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * EL_10 and MA of what is to be forgotten, each the mean over samples; what the stopping rules
 * {@code el_ma} and {@code per_sample} go by.
 *
 * <p><b>Source:</b> App. C.4; the numbers are of {@link MemorizationScores}.
 */
public final class MemorizationSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "memorization";

  /**
   * {@code memorization:tofu:forget01}, {@code memorization:FILE}, several joined by {@code +};
   * without a part the forget set of the run, outside a run TOFU's forget10.
   */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      if (part.isEmpty()) {
        return new MemorizationSuite(List.of(Tofu.PREFIX + "forget10"), true);
      }
      List<String> sources = List.of(part.split("\\+"));
      // What can't be read is told before other suites have measured for hours.
      sources.forEach(source -> SampleSource.load(source, null, 1));
      return new MemorizationSuite(sources, false);
    }
  }

  private final String what;
  private final boolean unnamed;
  private final Supplier<List<Sample>> samples;

  /** On all samples of these sources, each as {@code forget.data} takes it. */
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
  public Suite ofRun(List<Sample> forget) {
    return unnamed ? new MemorizationSuite("what the run forgets", false, () -> forget) : this;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    List<Sample> all = samples.get();
    List<Sample> measured = limit > 0 && limit < all.size() ? all.subList(0, limit) : all;
    int window = model.config().maxPositions();
    List<TokenizedSample> whole = model.samples().unbounded().tokenize(measured);
    List<MemorizationRow> rows =
        rows(model, whole.stream().map(sample -> sample.within(window)).toList(), progress);
    List<String> notes = new ArrayList<>(notes(rows));
    notes.addAll(
        new RowCounts()
            .count("forget", whole, sample -> sample.ids().length > window + 1)
            .note(
                "memorization: samples longer than the model's window of %d tokens, measured without their beginning"
                    .formatted(window)));
    return new Evaluation(measurements(stage, rows), Map.of(NAME, rows), notes);
  }

  private static List<MemorizationRow> rows(
      LanguageModel model, List<TokenizedSample> samples, ProgressListener progress) {
    MemorizationScores scores = new MemorizationScores(model);
    progress.start("MA", samples.size(), "samples");
    List<Scorer.TokenScores> places = scores.places(samples, progress);
    progress.finish();
    progress.start("EL, from every place", samples.size(), "samples");
    double[] el = scores.extraction(samples, progress);
    progress.finish();
    List<MemorizationRow> rows = new ArrayList<>();
    for (int i = 0; i < el.length; i++) {
      boolean[] hits = places.get(i).isArgmax();
      boolean broken = Arrays.stream(places.get(i).logProbs()).anyMatch(Double::isNaN);
      rows.add(
          new MemorizationRow(
              samples.get(i).id(),
              hits.length,
              broken ? null : (@Nullable Double) MemorizationAccuracy.of(hits),
              broken || Double.isNaN(el[i]) ? null : (@Nullable Double) el[i]));
    }
    return rows;
  }

  private static List<Measurement> measurements(String stage, List<MemorizationRow> rows) {
    List<Measurement> measurements = new ArrayList<>();
    double[] el = found(rows, MemorizationRow::el10);
    if (el.length > 0) {
      measurements.add(measurement(stage, "el10", el));
    }
    double[] ma = found(rows, MemorizationRow::ma);
    if (ma.length > 0) {
      measurements.add(measurement(stage, "ma", ma));
    }
    return measurements;
  }

  private static double[] found(
      List<MemorizationRow> rows, Function<MemorizationRow, @Nullable Double> value) {
    return rows.stream()
        .map(value)
        .filter(Objects::nonNull)
        .mapToDouble(Objects::requireNonNull)
        .toArray();
  }

  private static Measurement measurement(String stage, String measure, double[] values) {
    MeanWithError mean = MeanWithError.of(values);
    Double error = Double.isNaN(mean.standardError()) ? null : mean.standardError();
    String metric = NAME + ".forget." + measure;
    return new Measurement(stage, NAME, metric, mean.mean(), "ratio", mean.n(), false, error);
  }

  private List<String> notes(List<MemorizationRow> rows) {
    List<String> notes = new ArrayList<>();
    notes.add("memorization measured on " + what + ", n = " + rows.size());
    long broken = rows.stream().filter(row -> row.ma() == null).count();
    if (broken > 0) {
      notes.add(
          "memorization: %d of %d samples are left out, whose log-probabilities are no numbers"
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
