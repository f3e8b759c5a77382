package io.engram.report.run;

/** What the page calls an order of samples. */
public final class OrderText {
  /** The order by how many updates each sample is expected to need. */
  public static final String PREDICTED_UPDATES = "predicted_updates";

  /** Uniform, each draw of all samples, as MRD order's draws are. */
  public static final String UNIFORM_WITH_REPLACEMENT = "uniform_with_replacement";

  private OrderText() {}

  /**
   * {@code uniform order}, {@code uniform order with replacement}, {@code MRD order}, {@code
   * predicted-updates order}.
   */
  public static String of(String order) {
    if (order.equals(UNIFORM_WITH_REPLACEMENT)) {
      return "uniform order with replacement";
    }
    return (order.equals("mrd") ? "MRD" : order.replace('_', '-')) + " order";
  }
}
