package io.engram.report.page;

import io.engram.core.metric.FactRecall;
import io.engram.core.run.LeadingMeasures;
import io.engram.core.run.SampleRow;
import io.engram.core.run.VerdictRow;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The verdict on each request, what the model answered, and how well it knew it.
 *
 * @param columns the measures
 * @param rows a request each, those that need attention first
 */
public record RequestTable(List<Column> columns, List<Row> rows) {
  /** Rows that are shown at once. */
  private static final int SHOWN = 20;

  private static final List<String> ORDER =
      List.of(
          VerdictRow.KNOWN,
          VerdictRow.HIDDEN,
          VerdictRow.UNDECIDED,
          VerdictRow.OVER_FORGOTTEN,
          VerdictRow.FORGOTTEN,
          VerdictRow.NOT_KNOWN_BEFORE);

  /**
   * A measure of how well a request is known.
   *
   * @param title in words
   * @param term the field's
   * @param limit above it a sample is known
   */
  public record Column(String title, String term, String limit) {}

  /**
   * A request.
   *
   * @param verdict in words
   * @param kind the verdict's key, for its colour
   * @param note what qualifies the verdict; empty: nothing
   * @param before what the model answered
   * @param now what it answers now
   * @param attack the attack that finds it best known; empty: none does
   */
  public record Row(
      String id,
      String question,
      String verdict,
      String kind,
      String note,
      SampleTable.Answer before,
      SampleTable.Answer now,
      List<Change> changes,
      String attack) {}

  /**
   * A measure before and after.
   *
   * @param above whether it is above the limit now
   * @param term in the field's unit; empty where it is the same
   */
  public record Change(String before, String now, boolean above, String term) {}

  /**
   * Of verdicts.
   *
   * @param samples the requests' texts by id
   * @param tooFew whether there were too few controls to decide anything
   */
  static RequestTable of(
      List<VerdictRow> verdicts, Map<String, SampleRow> samples, boolean tooFew) {
    List<Measure> measures = Measure.of(verdicts);
    return new RequestTable(
        measures.stream().map(m -> m.column(verdicts.get(0).limits())).toList(),
        verdicts.stream()
            .sorted(Comparator.comparing(v -> ORDER.indexOf(v.verdict())))
            .map(v -> row(v, samples.get(v.id()), measures, tooFew))
            .toList());
  }

  /** Whether an attack finds any of them known. */
  public boolean attacked() {
    return rows.stream().anyMatch(row -> !row.attack().isEmpty());
  }

  /** The rows that are shown at once. */
  public List<Row> first() {
    return rows.subList(0, Math.min(SHOWN, rows.size()));
  }

  /** The others. */
  public List<Row> others() {
    return rows.subList(first().size(), rows.size());
  }

  private static Row row(
      VerdictRow verdict, @Nullable SampleRow sample, List<Measure> measures, boolean tooFew) {
    String truth = sample == null ? "" : Objects.requireNonNullElse(sample.answer(), "");
    String prompt = sample == null ? "" : Objects.requireNonNullElse(sample.prompt(), "");
    return new Row(
        verdict.id(),
        prompt.isEmpty() ? excerpt(truth) : prompt,
        words(verdict.verdict()),
        verdict.verdict(),
        note(verdict, tooFew),
        said(verdict.before().answer(), truth),
        said(verdict.after().answer(), truth),
        measures.stream().map(measure -> measure.change(verdict)).toList(),
        Objects.requireNonNullElse(verdict.attack(), ""));
  }

  private static String excerpt(String text) {
    int most = 160;
    return text.length() <= most ? text : text.substring(0, most).strip() + " …";
  }

  private static SampleTable.Answer said(@Nullable String answer, String truth) {
    return answer == null
        ? new SampleTable.Answer("", true, List.of())
        : new SampleTable.Answer("", false, SharedWords.mark(answer.strip(), truth));
  }

  private static String words(String verdict) {
    return switch (verdict) {
      case VerdictRow.KNOWN -> "still known";
      case VerdictRow.HIDDEN -> "hidden";
      case VerdictRow.OVER_FORGOTTEN -> "forgotten too far";
      case VerdictRow.FORGOTTEN -> "forgotten";
      case VerdictRow.NOT_KNOWN_BEFORE -> "never known";
      default -> "undecided";
    };
  }

  private static String note(VerdictRow verdict, boolean tooFew) {
    List<String> notes = new ArrayList<>();
    if (verdict.verdict().equals(VerdictRow.OVER_FORGOTTEN)) {
      notes.add("less likely than what it never saw, so the deletion shows");
    }
    if (verdict.isOnlyTold()) {
      notes.add("its own answer gives the fact away");
    }
    if (verdict.verdict().equals(VerdictRow.UNDECIDED)) {
      notes.add(tooFew ? "too few to compare with" : "one measure is above its limit");
    }
    if (verdict.knownBefore().equals(VerdictRow.UNDECIDED)
        && verdict.verdict().equals(VerdictRow.FORGOTTEN)) {
      notes.add("whether it was known was undecided");
    }
    if (verdict.knownBefore().equals(VerdictRow.KNOWN)
        && Boolean.TRUE.equals(verdict.answeredForOthers())) {
      notes.add("was answered the same about someone else");
    }
    return String.join("; ", notes);
  }

  /** The measures of a verdict, the one that tells best first: see {@link LeadingMeasures}. */
  private enum Measure {
    COMPLETED("extraction_strength", "Share it completes once begun", "extraction strength") {
      @Override
      double of(VerdictRow.Values values) {
        return values.extractionStrength();
      }
    },
    PROBABILITY(
        "log_prob",
        "Probability of a word piece of the true answer",
        "exp of the mean log-probability a token") {
      @Override
      double of(VerdictRow.Values values) {
        return Math.exp(values.logProb());
      }

      @Override
      String inNats(VerdictRow.Values before, VerdictRow.Values now) {
        return NumberText.fixed(before.logProb(), 2)
            + " → "
            + NumberText.fixed(now.logProb(), 2)
            + " nats";
      }

      @Override
      String limit(VerdictRow.Values limits) {
        return super.limit(limits)
            + " (%s\u00a0nats)".formatted(NumberText.fixed(limits.logProb(), 2));
      }
    },
    FIRST_GUESS(
        "exact_memorization", "Word pieces that are its first guess", "exact memorization") {
      @Override
      double of(VerdictRow.Values values) {
        return values.exactMemorization();
      }
    },
    IN_ANSWER(
        FactRecall.NAME,
        "Words of the fact in its own answer",
        "those of the true answer that the question doesn't have") {
      @Override
      double of(VerdictRow.Values values) {
        return Objects.requireNonNullElse(values.factRecall(), Double.NaN);
      }
    };

    private final String key;
    private final String title;
    private final String term;

    Measure(String key, String title, String term) {
      this.key = key;
      this.title = title;
      this.term = term;
    }

    /** Share, 0 to 1; NaN if it was not measured. */
    abstract double of(VerdictRow.Values values);

    /** The change in the field's unit; empty: the same as the percentages. */
    String inNats(VerdictRow.Values before, VerdictRow.Values now) {
      return "";
    }

    /** Those that any request has. */
    static List<Measure> of(List<VerdictRow> verdicts) {
      return Stream.of(values())
          .filter(m -> verdicts.stream().anyMatch(v -> !Double.isNaN(m.of(v.after()))))
          .toList();
    }

    /** The limit in words. */
    String limit(VerdictRow.Values limits) {
      return share(of(limits));
    }

    Column column(VerdictRow.Values limits) {
      return new Column(title, term, limit(limits));
    }

    Change change(VerdictRow verdict) {
      return new Change(
          share(of(verdict.before())),
          share(of(verdict.after())),
          verdict.above().contains(key),
          inNats(verdict.before(), verdict.after()));
    }

    private static String share(double share) {
      if (Double.isNaN(share)) {
        return "–";
      }
      double percent = 100 * share;
      return (percent > 0 && percent < 0.5 ? "<1" : NumberText.fixed(percent, 0)) + "\u00a0%";
    }
  }
}
