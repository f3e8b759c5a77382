package io.engram.jinja;

/** A fault of a template, or one that it raises itself. */
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

  /** The line of the template, from 1; 0: not known. */
  public int line() {
    return line;
  }

  /** The same with a line, if it has none yet. */
  JinjaException at(int where) {
    if (line > 0) {
      return this;
    }
    JinjaException placed = new JinjaException(String.valueOf(getMessage()), where);
    placed.setStackTrace(getStackTrace());
    return placed;
  }
}
