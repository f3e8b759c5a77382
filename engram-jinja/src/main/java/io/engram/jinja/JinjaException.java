package io.engram.jinja;

/** An error in a template, or one that the template raises. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;

  JinjaException(String message) {
    this(message, 0);
  }

  JinjaException(String message, int line) {
    super(message);
    this.line = line;
  }

  /** The line of the template, from 1; 0 if unknown. */
  public int line() {
    return line;
  }

  /** The same exception with a line, unless it has one already. */
  JinjaException at(int where) {
    if (line > 0) {
      return this;
    }
    JinjaException placed = new JinjaException(String.valueOf(getMessage()), where);
    placed.setStackTrace(getStackTrace());
    return placed;
  }
}
