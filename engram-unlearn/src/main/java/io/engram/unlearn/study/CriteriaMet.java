package io.engram.unlearn.study;

import io.engram.unlearn.mrd.UpdatesPredictor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Which criteria a sample, or a group of them, has met, and after how many updates. */
final class CriteriaMet {
  private final List<Criterion> criteria;
  private final Map<String, Double> updates = new LinkedHashMap<>();
  private Criterion.Standing last;
  private double change = Double.NaN;

  /** Before the first update; what is met already needs none. */
  CriteriaMet(List<Criterion> criteria, Criterion.Standing before) {
    this.criteria = criteria;
    this.last = before;
    criteria.stream().filter(c -> c.met(before)).forEach(c -> updates.put(c.name(), 0.0));
    if (firstIsMet()) {
      change = 0;
    }
  }

  /**
   * What it took.
   *
   * @param updates by criterion, with the part of the last update that was needed; missing where it
   *     wasn't met
   * @param change mean |θ − θ_0| when the first criterion was met, or at the end
   * @param forecast what was predicted
   */
  record Outcome(Map<String, Double> updates, double change, UpdatesPredictor.Forecast forecast) {}

  private boolean firstIsMet() {
    return updates.containsKey(criteria.get(0).name());
  }

  boolean all() {
    return updates.size() == criteria.size();
  }

  /**
   * How it stands after one more update.
   *
   * @param update its number, from 1
   * @param moved mean |θ − θ_0| as it is now
   */
  void look(int update, Criterion.Standing now, DoubleSupplier moved) {
    for (Criterion criterion : criteria) {
      if (!updates.containsKey(criterion.name()) && criterion.met(now)) {
        updates.put(criterion.name(), update - 1 + criterion.crossing(last, now));
      }
    }
    if (Double.isNaN(change) && firstIsMet()) {
      change = moved.getAsDouble();
    }
    last = now;
  }

  /**
   * What it took.
   *
   * @param moved mean |θ − θ_0| as it is now
   */
  Outcome outcome(UpdatesPredictor.Forecast forecast, DoubleSupplier moved) {
    return new Outcome(updates, Double.isNaN(change) ? moved.getAsDouble() : change, forecast);
  }
}
