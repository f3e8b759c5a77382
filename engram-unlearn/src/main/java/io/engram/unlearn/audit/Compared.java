package io.engram.unlearn.audit;

import io.engram.core.metric.Exposure;
import io.engram.core.metric.FactRecall;
import io.engram.core.metric.LeakAtK;
import io.engram.core.run.AuditSummary.Mean;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One attack: what it found of the requests beside what the same attack found of samples that were
 * never seen.
 *
 * <p>Of several settings the attacker's best counts, for each model by itself: the one with the
 * highest mean of exact memorization, then log-probability, then the other measures by name. The
 * limit of a measure is the controls' 95th percentile as in {@link NeverSeen#percentile}; under a
 * retrained model also the request's own value; for extraction strength at least 1/n for n tokens,
 * for leak@1 at least 1/n for n answers; for exposure at least what 95 % of values never seen are
 * below.
 */
public final class Compared {
  private static final double ROUNDING = 1e-9;

  /** The least spread of controls, so that a margin is finite. */
  private static final double LEAST_SPREAD = 1e-6;

  private final String attack;
  private final boolean retrained;
  private final Set<String> settings = new LinkedHashSet<>();
  private final Map<Role, String> best = new EnumMap<>(Role.class);
  private final Map<Role, Map<String, Row>> rows = new EnumMap<>(Role.class);
  private final SortedMap<String, double[]> controls = new TreeMap<>();
  private final SortedMap<String, Double> limits = new TreeMap<>();

  /**
   * Compares rows.
   *
   * @param retrained whether the controls are the requests themselves under a model that never saw
   *     them
   */
  public Compared(String attack, Map<Role, List<Row>> found, boolean retrained) {
    this.attack = attack;
    this.retrained = retrained;
    found.forEach(
        (role, all) -> {
          Map<String, Map<String, Row>> bySetting = bySetting(all);
          settings.addAll(bySetting.keySet());
          String strongest = strongest(bySetting);
          best.put(role, strongest);
          rows.put(role, bySetting.getOrDefault(strongest, Map.of()));
        });
    for (String measure : measures(of(Role.CONTROL).values())) {
      double[] values = values(of(Role.CONTROL).values(), measure);
      controls.put(measure, values);
      limits.put(measure, NeverSeen.percentile(values));
    }
  }

  private static Map<String, Map<String, Row>> bySetting(List<Row> all) {
    Map<String, Map<String, Row>> bySetting = new LinkedHashMap<>();
    for (Row row : all) {
      bySetting
          .computeIfAbsent(row.setting(), s -> new LinkedHashMap<>())
          .merge(row.id(), row, Compared::larger);
    }
    return bySetting;
  }

  /** The larger value of each measure. */
  private static Row larger(Row one, Row other) {
    SortedMap<String, Double> measures = new TreeMap<>(one.measures());
    other.measures().forEach((measure, value) -> measures.merge(measure, value, Math::max));
    return new Row(one.id(), one.setting(), Math.min(one.tokens(), other.tokens()), measures);
  }

  private static String strongest(Map<String, Map<String, Row>> bySetting) {
    String best = "";
    List<Double> highest = List.of();
    for (Map.Entry<String, Map<String, Row>> entry : bySetting.entrySet()) {
      List<Double> own = strength(entry.getValue().values().stream().toList());
      if (highest.isEmpty() || isAbove(own, highest)) {
        best = entry.getKey();
        highest = own;
      }
    }
    return best;
  }

  private static boolean isAbove(List<Double> one, List<Double> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int order = Double.compare(one.get(i), other.get(i));
      if (order != 0) {
        return order > 0;
      }
    }
    return false;
  }

  /** Means of the measures, the one that decides first. */
  private static List<Double> strength(List<Row> all) {
    Set<String> measures = new LinkedHashSet<>();
    Set<String> present = measures(all);
    for (String first : List.of(Measure.MEMORIZATION.key(), Measure.LOG_PROB.key())) {
      if (present.contains(first)) {
        measures.add(first);
      }
    }
    measures.addAll(present);
    List<Double> means = new ArrayList<>();
    for (String measure : measures) {
      means.add(Arrays.stream(values(all, measure)).average().orElse(Double.NaN));
    }
    return means;
  }

  private static Set<String> measures(Iterable<Row> all) {
    Set<String> measures = new TreeSet<>();
    all.forEach(row -> measures.addAll(row.measures().keySet()));
    return measures;
  }

  private static double[] values(Iterable<Row> all, String measure) {
    List<Double> values = new ArrayList<>();
    for (Row row : all) {
      Double value = row.measures().get(measure);
      if (value != null) {
        values.add(value);
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private Map<String, Row> of(Role role) {
    return rows.getOrDefault(role, Map.of());
  }

  /** The attack's name. */
  public String attack() {
    return attack;
  }

  /** All settings that were tried. */
  public List<String> settings() {
    return List.copyOf(settings);
  }

  /** The setting that counts for a model. */
  public String best(Role role) {
    return best.getOrDefault(role, "");
  }

  /** The models that were attacked. */
  public Set<Role> roles() {
    return rows.keySet();
  }

  /** What was found of a sample at the best setting; null if it wasn't attacked. */
  public @Nullable Row row(Role role, String id) {
    return of(role).get(id);
  }

  /** How many samples of a model were attacked. */
  public int n(Role role) {
    return of(role).size();
  }

  /** Means of all measures under a model at its best setting. */
  public SortedMap<String, Mean> means(Role role) {
    SortedMap<String, Mean> means = new TreeMap<>();
    for (String measure : measures(of(role).values())) {
      MeanWithError mean = MeanWithError.of(values(of(role).values(), measure));
      means.put(measure, new Mean(mean.mean(), mean.standardError()));
    }
    return means;
  }

  /**
   * By how much a measure rises on average under another attack, over the requests that both have;
   * NaN without any.
   */
  public double rise(Compared other, Role role, String measure) {
    return other.of(Role.AFTER).keySet().stream()
        .filter(id -> value(role, id, measure) != null && other.value(role, id, measure) != null)
        .mapToDouble(
            id ->
                Objects.requireNonNull(other.value(role, id, measure))
                    - Objects.requireNonNull(value(role, id, measure)))
        .average()
        .orElse(Double.NaN);
  }

  private @Nullable Double value(Role role, String id, String measure) {
    Row row = of(role).get(id);
    return row == null ? null : row.measures().get(measure);
  }

  /** The controls' 95th percentile of each measure. */
  public SortedMap<String, Double> limits() {
    return new TreeMap<>(limits);
  }

  /**
   * The controls' 5th percentile of a measure, taken alike; NaN without that measure.
   *
   * @param measure its name
   */
  public double lowerLimit(String measure) {
    double[] values = controls.get(measure);
    return values == null
        ? Double.NaN
        : -NeverSeen.percentile(Arrays.stream(values).map(v -> -v).toArray());
  }

  /**
   * The largest value with which a request counts as not known; ∞ for a measure without controls.
   */
  public double limit(String measure, Row row) {
    Double all = limits.get(measure);
    if (all == null) {
      return Double.POSITIVE_INFINITY;
    }
    Row own = retrained ? of(Role.CONTROL).get(row.id()) : null;
    Double same = own == null ? null : own.measures().get(measure);
    return floored(measure, row, same == null ? all : Math.max(all, same));
  }

  private static double floored(String measure, Row row, double limit) {
    if (measure.equals(Exposure.NAME)) {
      return Math.max(limit, Exposure.NEVER_SEEN);
    }
    boolean oneIsNothing = measure.equals(Measure.STRENGTH.key()) || measure.equals(LeakAtK.ONE);
    return oneIsNothing && row.tokens() > 0
        ? Math.max(limit, 1.0 / row.tokens() + ROUNDING)
        : limit;
  }

  /** The measures by which a request is known better than samples never seen. */
  public List<String> above(Row row) {
    List<String> above = new ArrayList<>();
    row.measures()
        .forEach(
            (measure, value) -> {
              if (value > limit(measure, row)) {
                above.add(measure);
              }
            });
    return above;
  }

  /**
   * Whether a sample is known: two measures are above their limits, or its whole fact is given
   * away.
   *
   * @param above the row's measures that are
   */
  public boolean isKnown(Row row, List<String> above) {
    boolean told =
        above.contains(FactRecall.NAME) && row.measures().getOrDefault(FactRecall.NAME, 0.0) == 1;
    return told || above.size() >= Math.min(2, Math.max(1, limits.size()));
  }

  /** The largest margin of a value above its limit, in standard deviations of the controls. */
  public double margin(Row row) {
    double largest = 0;
    for (String measure : above(row)) {
      double over = row.measures().getOrDefault(measure, Double.NaN) - limit(measure, row);
      largest = Math.max(largest, over / spread(controls.getOrDefault(measure, new double[0])));
    }
    return largest;
  }

  private static double spread(double[] values) {
    MeanWithError mean = MeanWithError.of(values);
    double deviation = mean.standardError() * Math.sqrt(mean.n());
    return Double.isNaN(deviation) ? LEAST_SPREAD : Math.max(LEAST_SPREAD, deviation);
  }

  /**
   * Whether the rule would call a control known if it were a request and the others were the
   * controls.
   */
  public boolean isFalseAlarm(String control) {
    Row row = of(Role.CONTROL).get(control);
    if (row == null) {
      return false;
    }
    List<String> above = new ArrayList<>();
    row.measures()
        .forEach(
            (measure, value) -> {
              double[] others = without(controls.getOrDefault(measure, new double[0]), value);
              if (others.length > 0
                  && value > floored(measure, row, NeverSeen.percentile(others))) {
                above.add(measure);
              }
            });
    return isKnown(row, above);
  }

  private static double[] without(double[] values, double one) {
    double[] others = new double[values.length - 1];
    int at = 0;
    boolean found = false;
    for (double value : values) {
      if (!found && value == one) {
        found = true;
      } else {
        others[at++] = value;
      }
    }
    return others;
  }

  /** Ids of all controls. */
  public Set<String> controls() {
    return of(Role.CONTROL).keySet();
  }
}
