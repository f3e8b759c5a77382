package io.engram.cli.output;

import io.engram.core.sample.Sample;

/** A sample's text on one line of a table. */
public final class Excerpt {
  private Excerpt() {}

  /**
   * Replaces white space by single spaces and cuts the text at {@code width} characters with an
   * ellipsis.
   */
  public static String of(String text, int width) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.codePointCount(0, line.length()) <= width
        ? line
        : line.substring(0, line.offsetByCodePoints(0, width - 1)) + "…";
  }

  /** Question and answer, the text, or the number of token ids. */
  public static String of(Sample sample, int width) {
    if (sample.content() instanceof Sample.Asked asked) {
      return of(asked.question() + " → " + asked.answer(), width);
    }
    if (sample.content() instanceof Sample.PlainText text) {
      return of(text.text(), width);
    }
    Sample.TokenIds ids = (Sample.TokenIds) sample.content();
    return ids.prompt().size() + " + " + ids.answer().size() + " token ids";
  }
}
