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

  private final Kind kind;

  private EngramException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
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
}
