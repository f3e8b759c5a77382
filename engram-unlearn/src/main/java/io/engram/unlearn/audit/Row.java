package io.engram.unlearn.audit;

import io.engram.core.sample.Sample;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an attack found of one sample.
 *
 * @param id the sample's id
 * @param setting which of the attack's settings; empty if it has only one
 * @param tokens n where a value of 1/n tells nothing: tokens of the answer, whose extraction
 *     strength is 1/n if only the last is completed, or answers drawn, one of which can leak by
 *     luck; 0 if neither is measured
 * @param measures by name; the larger a value, the better the sample is known; none is NaN
 */
public record Row(String id, String setting, int tokens, SortedMap<String, Double> measures) {
  /** The measures of {@link Knowledge}. */
  public static Row of(String id, String setting, Knowledge known) {
    SortedMap<String, Double> measures = new TreeMap<>();
    for (Measure measure : Measure.values()) {
      measures.put(measure.key(), measure.of(known));
    }
    return new Row(id, setting, known.tokens(), measures);
  }

  /** The same for several samples. */
  public static List<Row> of(List<Sample> samples, String setting, List<Knowledge> known) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      rows.add(of(samples.get(i).id(), setting, known.get(i)));
    }
    return rows;
  }
}
