package io.engram.report.figure;

import io.engram.core.text.NumberText;
import java.util.Locale;

/**
 * A cell of a table.
 *
 * @param text as shown
 * @param sortKey what sorting compares: a number's full digits, or the text
 * @param error shown after the text; empty: none
 */
public record Cell(
    String text, String sortKey, Provenance provenance, String error, Provenance errorProvenance) {
  /** Without an error of its own. */
  public Cell(String text, String sortKey, Provenance provenance) {
    this(text, sortKey, provenance, "", Provenance.GIVEN);
  }

  /** A measured score and its error. */
  public static Cell score(Score score) {
    return new Cell(
        NumberText.fixed(score.value(), Score.DIGITS),
        key(score.value()),
        Provenance.MEASURED,
        score.errorText(),
        score.errorProvenance());
  }

  /** Words. */
  public static Cell text(String text) {
    return new Cell(text, text, Provenance.GIVEN);
  }

  /** A count. */
  public static Cell count(long value) {
    return new Cell(NumberText.count(value), Long.toString(value), Provenance.MEASURED);
  }

  /** A measured number. */
  public static Cell measured(double value, int digits) {
    return new Cell(NumberText.fixed(value, digits), key(value), Provenance.MEASURED);
  }

  /** A number from random draws, or a bound. */
  public static Cell estimated(String text, double value) {
    return new Cell(text, key(value), Provenance.ESTIMATED);
  }

  /** The paper's number. */
  public static Cell paper(double value, int digits) {
    return new Cell(NumberText.fixed(value, digits), key(value), Provenance.PAPER);
  }

  /** Not measured. */
  public static Cell none() {
    return new Cell("–", "", Provenance.GIVEN);
  }

  private static String key(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }

  /**
   * Where a number comes from. The page distinguishes the three by colour and form, so that a
   * measured value is never mistaken for the paper's.
   */
  public enum Provenance {
    /** Not a number, or one from the recipe. */
    GIVEN,
    /** Counted or measured in the runs shown. */
    MEASURED,
    /** Computed from random draws, or a bound derived from measured numbers. */
    ESTIMATED,
    /** Printed in the paper, for other and larger models. */
    PAPER;

    /** The name of its style on the page. */
    public String cssClass() {
      return "from-" + name().toLowerCase(Locale.ROOT);
    }
  }
}
