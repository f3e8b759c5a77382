package io.engram.report.run;

/** What the page calls an order of samples. */
public final class OrderText {
  /** The order by how many updates each sample is expected to need. */
  public static final String PREDICTED_UPDATES = "predicted_updates";

  private OrderText() {}

  /** {@code uniform order}, {@code MRD order}, {@code predicted-updates order}. */
  public static String of(String order) {
    return (order.equals("mrd") ? "MRD" : order.replace('_', '-')) + " order";
  }
}
