package io.engram.core.hub;

/** Makes a server's words fit to be shown: one line, short, no control characters. */
final class Untrusted {
  private static final int LONGEST = 160;

  private Untrusted() {}

  static String text(String said) {
    String visible =
        said.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ").replaceAll(" +", " ").strip();
    return visible.length() <= LONGEST ? visible : visible.substring(0, LONGEST) + "…";
  }

  static String quote(String said) {
    return '"' + text(said) + '"';
  }
}
