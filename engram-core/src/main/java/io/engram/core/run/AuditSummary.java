package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code audit/summary.json}: what attacks found out about a model that was made to forget.
 *
 * @param comparedWith what the requests are compared with: {@code given}, {@code made} or {@code
 *     retrained} controls
 * @param controls how many controls there are
 * @param requests how many requests there are
 * @param attacks in the order in which they were made; the first, {@code none}, is no attack
 * @param notChecked what was left out, and why
 * @param verdicts how many requests there are of each verdict
 * @param falseAlarms how many samples never seen the same rule calls known or hidden, each judged
 *     by the others; null with fewer than two controls
 * @param seconds time of all attacks
 */
public record AuditSummary(
    String comparedWith,
    int controls,
    int requests,
    List<Attacked> attacks,
    List<NotChecked> notChecked,
    SortedMap<String, Integer> verdicts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable FalseAlarms falseAlarms,
    double seconds) {
  /** The file's name in a run folder. */
  public static final String FILE = "audit/summary.json";

  /** The model that was made to forget, on the requests. */
  public static final String AFTER = "after";

  /** The original model, on the requests. */
  public static final String BEFORE = "before";

  /** A model that never saw the samples that it is asked about. */
  public static final String CONTROL = "control";

  /** Copies the lists. */
  public AuditSummary {
    attacks = List.copyOf(attacks);
    notChecked = List.copyOf(notChecked);
  }

  /**
   * One attack.
   *
   * @param summary what it does, in a few words
   * @param settings the settings that were tried; empty if it has only one
   * @param best the setting that counts, by model ({@link #AFTER}, {@link #BEFORE}, {@link
   *     #CONTROL}): the attacker's best
   * @param n samples by model
   * @param measures by model and measure, at the best setting
   * @param limits by measure: the 95th percentile of the controls under this attack
   * @param known requests that are known under it, of those known before
   * @param falseAlarms controls that the same rule calls known, each judged by the others
   * @param facts other numbers, by name
   * @param notes what a reader must know to read the numbers
   * @param seconds time it took
   */
  public record Attacked(
      String name,
      String summary,
      List<String> settings,
      SortedMap<String, String> best,
      SortedMap<String, Integer> n,
      SortedMap<String, SortedMap<String, Mean>> measures,
      SortedMap<String, Double> limits,
      int known,
      int falseAlarms,
      SortedMap<String, Double> facts,
      List<String> notes,
      double seconds) {
    /** Copies the lists. */
    public Attacked {
      settings = List.copyOf(settings);
      notes = List.copyOf(notes);
    }

    /** A mean under a model, or null if the attack doesn't have it. */
    public @Nullable Mean mean(String model, String measure) {
      Map<String, Mean> own = measures.get(model);
      return own == null ? null : own.get(measure);
    }
  }

  /**
   * A mean over samples.
   *
   * @param standardError NaN for fewer than two samples
   */
  public record Mean(double mean, double standardError) {}

  /**
   * An attack that was not made, or not to its end.
   *
   * @param attack its name
   * @param why in words for the person who asked
   * @param failed whether it was begun
   */
  public record NotChecked(String attack, String why, boolean failed) {}

  /**
   * How many samples never seen would be called known or hidden.
   *
   * @param n how many samples
   * @param called how many of them are called known or hidden
   */
  public record FalseAlarms(int n, int called) {}
}
