package io.engram.report.compare;

import java.util.List;

/**
 * What pairs of runs say of two orders.
 *
 * @param method of all runs
 * @param baseline the order compared with: {@code uniform order}
 * @param order the order that is asked to be better: {@code MRD order}
 * @param seeds of the pairs
 * @param measures after the last update, in the order they were recorded
 */
public record OrderDifference(
    String method,
    String baseline,
    String order,
    List<String> seeds,
    List<MeasureDifference> measures) {}
