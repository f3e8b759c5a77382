package io.engram.report.run;

/** What the page calls an order of samples. */
public final class OrderText {
  private OrderText() {}

  /** {@code uniform order}, {@code MRD order}. */
  public static String of(String order) {
    return (order.equals("mrd") ? "MRD" : order) + " order";
  }
}
