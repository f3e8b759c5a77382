package io.engram.unlearn.eval.memorization;

import io.engram.core.EngramException;
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
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * EL_10 and MA of what is to be forgotten, each the mean over samples; what the stopping rules
 * {@code el_ma} and {@code per_sample} go by.
 *
 * <p><b>Source:</b> App. C.4; the numbers are of {@link MemorizationScores}.
 *
 * @param sources of samples, each as {@code forget.data} takes it
 */
public record MemorizationSuite(List<String> sources) implements Suite {
  /** How recipes call it. */
  public static final String NAME = "memorization";

  /** Copies the list. */
  public MemorizationSuite {
    sources = List.copyOf(sources);
  }

  /**
   * {@code memorization:tofu:forget01}, {@code memorization:FILE}, several joined by {@code +}; of
   * a run without a part, its own forget data; else TOFU's forget10.
   */
  public static final class Kind implements SuiteKind {
    private static final String JOIN = "+";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      String data = part.isEmpty() ? Tofu.PREFIX + "forget10" : part;
      return new MemorizationSuite(Arrays.asList(data.split("\\+")));
    }

    @Override
    public String partFor(List<String> forgetData) {
      return String.join(JOIN, forgetData);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    List<Sample> all = SampleSource.load(sources);
    if (all.isEmpty()) {
      throw EngramException.usage(
          "eval.suites: %s has no samples in %s; at least one is needed.".formatted(NAME, sources));
    }
    List<Sample> samples = limit > 0 && limit < all.size() ? all.subList(0, limit) : all;
    List<MemorizationRow> rows = rows(model, model.samples().tokenize(samples), progress);
    return new Evaluation(measurements(stage, rows), Map.of(NAME, rows), notes(rows));
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
      rows.add(
          new MemorizationRow(
              samples.get(i).id(),
              hits.length,
              MemorizationAccuracy.of(hits),
              Double.isNaN(el[i]) ? null : el[i]));
    }
    return rows;
  }

  private static List<Measurement> measurements(String stage, List<MemorizationRow> rows) {
    double[] el =
        rows.stream()
            .map(MemorizationRow::el10)
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .toArray();
    List<Measurement> measurements = new ArrayList<>();
    if (el.length > 0) {
      measurements.add(measurement(stage, "el10", el));
    }
    double[] ma = rows.stream().mapToDouble(MemorizationRow::ma).toArray();
    measurements.add(measurement(stage, "ma", ma));
    return measurements;
  }

  private static Measurement measurement(String stage, String measure, double[] values) {
    MeanWithError mean = MeanWithError.of(values);
    Double error = Double.isNaN(mean.standardError()) ? null : mean.standardError();
    String metric = NAME + ".forget." + measure;
    return new Measurement(stage, NAME, metric, mean.mean(), "ratio", mean.n(), false, error);
  }

  private List<String> notes(List<MemorizationRow> rows) {
    List<String> notes = new ArrayList<>();
    notes.add("memorization measured on " + sources);
    long tooShort = rows.stream().filter(row -> row.el10() == null).count();
    if (tooShort > 0) {
      notes.add(
          "memorization: %d of %d samples have no EL, for they have fewer than %d tokens to go on to"
              .formatted(tooShort, rows.size(), MemorizationScores.GRAM));
    }
    return notes;
  }
}
