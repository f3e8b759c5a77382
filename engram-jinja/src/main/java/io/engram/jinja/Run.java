package io.engram.jinja;

/**
 * What one rendering may use: steps and characters together, and depth. Each evaluation costs one,
 * each text made its length, each list made several times its length, so that neither time nor
 * memory grows without bound: the budget is about a second and 200 MB at most.
 */
final class Run {
  /** A conversation of 100,000 characters takes about a million. */
  private static final long BUDGET = 20_000_000;

  private static final int DEPTH = 400;

  /** What an item of a list takes, in characters. */
  private static final int ITEM = 12;

  private long left = BUDGET;
  private int depth;

  /**
   * Pays for work about to be done.
   *
   * @throws JinjaException if too little is left
   */
  void spend(long cost) {
    if (cost < 0 || cost > left) {
      throw new JinjaException(
          "the template takes more steps or memory than any chat needs; does it loop for ever?");
    }
    left -= cost;
  }

  /** Pays for a list or map of so many items. */
  void spendItems(long count) {
    spend(count > BUDGET ? Long.MAX_VALUE : ITEM * (count + 1));
  }

  /** Pays for finding one text in another: up to the product of the lengths. */
  void spendSearch(String within, String sought) {
    spend(within.length() + (long) within.length() * sought.length() / 16);
  }

  /** One evaluation within another begins. */
  void enter() {
    spend(1);
    if (++depth > DEPTH) {
      throw new JinjaException("the template is nested too deeply, or calls itself for ever");
    }
  }

  /** It ends. */
  void leave() {
    depth--;
  }
}
