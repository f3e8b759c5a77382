package io.engram.core;

import org.jspecify.annotations.Nullable;

/**
 * Something a user can act on. The message says what was wrong, where it was set and what would be
 * right, in one to three lines; the command line prints it without a stack trace and exits with
 * {@link #exitCode()}.
 */
public final class EngramException extends RuntimeException {
  /** What kind of fault it is, and the exit code that goes with it. */
  public enum Kind {
    /** A mistake in a recipe, option or sample file. */
    USAGE(2),
    /** A missing or damaged file. */
    FILE(3),
    /** Out of memory or disk. */
    RESOURCES(4);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  private static final long serialVersionUID = 1L;

  /** What a terminal still shows at once; a file may hold names and values of any length. */
  private static final int LONGEST = 8000;

  private static final int END_KEPT = 1000;

  private final Kind kind;

  private EngramException(Kind kind, String message, @Nullable Throwable cause) {
    super(shown(message), cause);
    this.kind = kind;
  }

  /** The user asked for something that can't be: a bad key, value, option or sample. */
  public static EngramException usage(String message) {
    return new EngramException(Kind.USAGE, message, null);
  }

  /** A file is missing, unreadable or damaged. */
  public static EngramException file(String message) {
    return new EngramException(Kind.FILE, message, null);
  }

  /** A file is missing, unreadable or damaged; the cause is kept for {@code --stacktrace}. */
  public static EngramException file(String message, Throwable cause) {
    return new EngramException(Kind.FILE, message, cause);
  }

  /** Memory or disk ran out, or would. */
  public static EngramException resources(String message, @Nullable Throwable cause) {
    return new EngramException(Kind.RESOURCES, message, cause);
  }

  /** What kind of fault it is. */
  public Kind kind() {
    return kind;
  }

  /** 2 for usage, 3 for files, 4 for memory and disk. */
  public int exitCode() {
    return kind.exitCode;
  }

  /**
   * Without the middle of what is far too long, and with the pictures of control characters in
   * their place: a name in a file could otherwise steer the terminal.
   */
  private static String shown(String message) {
    String cut =
        message.length() <= LONGEST
            ? message
            : message.substring(0, LONGEST - END_KEPT)
                + " … ("
                + (message.length() - LONGEST)
                + " characters more) … "
                + message.substring(message.length() - END_KEPT);
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < cut.length(); i++) {
      char c = cut.charAt(i);
      boolean lineEnd = c == '\n' || cut.startsWith("\r\n", i);
      boolean control = Character.isISOControl(c) && !lineEnd && c != '\t';
      shown.append(control ? picture(c) : c);
    }
    return shown.toString();
  }

  private static char picture(char control) {
    if (control < ' ') {
      return (char) ('\u2400' + control);
    }
    return control == '\u007f' ? '\u2421' : '\ufffd';
  }
}
