package io.engram.unlearn.study;

import io.engram.unlearn.difficulty.UpdatesPredictor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/** Which criteria a sample, or a group of them, has met, and after how many updates. */
final class CriteriaMet {
  private final List<Criterion> criteria;
  private final Map<String, Double> updates = new LinkedHashMap<>();
  private final Map<String, Double> changes = new LinkedHashMap<>();
  private Criterion.Standing last;

  /** Before the first update; what is met already needs none. */
  CriteriaMet(List<Criterion> criteria, Criterion.Standing before) {
    this.criteria = criteria;
    this.last = before;
    criteria.stream()
        .filter(c -> c.met(before))
        .forEach(
            c -> {
              updates.put(c.name(), 0.0);
              changes.put(c.name(), 0.0);
            });
  }

  /**
   * What it took.
   *
   * @param updates by criterion, with the part of the last update that was needed; missing where it
   *     wasn't met
   * @param changes mean |θ − θ_0| after the update that met a criterion, by criterion
   * @param change the first criterion's, or where it wasn't met that at the end
   * @param forecast what was predicted
   */
  record Outcome(
      Map<String, Double> updates,
      Map<String, Double> changes,
      double change,
      UpdatesPredictor.Forecast forecast) {}

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
    List<String> met = new ArrayList<>();
    for (Criterion criterion : criteria) {
      if (!updates.containsKey(criterion.name()) && criterion.met(now)) {
        updates.put(criterion.name(), update - 1 + criterion.crossing(last, now));
        met.add(criterion.name());
      }
    }
    if (!met.isEmpty()) {
      double change = moved.getAsDouble();
      met.forEach(name -> changes.put(name, change));
    }
    last = now;
  }

  /**
   * What it took.
   *
   * @param moved mean |θ − θ_0| as it is now
   */
  Outcome outcome(UpdatesPredictor.Forecast forecast, DoubleSupplier moved) {
    Double first = changes.get(criteria.get(0).name());
    return new Outcome(updates, changes, first == null ? moved.getAsDouble() : first, forecast);
  }
}
