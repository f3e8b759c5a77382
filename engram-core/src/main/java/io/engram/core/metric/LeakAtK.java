package io.engram.core.metric;

/**
 * The probability that at least one of k answers leaks what was to be forgotten, estimated without
 * bias from n answers of which c leak: {@code leak@k = 1 − C(n − c, k) / C(n, k)}.
 *
 * <p><b>Source:</b> the estimator of Chen et al.: Evaluating large language models trained on code
 * (2021), there pass@k, as leak@k uses it.
 */
public final class LeakAtK {
  /** The name of leak@1 in files. */
  public static final String ONE = "leak_1";

  private LeakAtK() {}

  /**
   * leak@k of one question.
   *
   * @param n answers drawn
   * @param c how many of them leak, 0 to n
   * @param k 1 to n
   * @return in [0, 1]
   */
  public static double of(int n, int c, int k) {
    if (k < 1 || k > n || c < 0 || c > n) {
      throw new IllegalArgumentException(
          "leak@%d of %d answers of which %d leak".formatted(k, n, c));
    }
    double none = 1;
    for (int i = 0; i < k; i++) {
      none *= Math.max(0, n - c - i) / (double) (n - i);
    }
    return 1 - none;
  }
}
