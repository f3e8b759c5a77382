package io.engram.jinja;

/**
 * A piece of a template.
 *
 * @param text as written; of a string, what it stands for
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** For messages. */
  String describe() {
    return switch (kind) {
      case END -> "the end of the template";
      case BLOCK_END -> "the end of the block, %}";
      case VARIABLE_END -> "the end of the expression, }}";
      default -> "'" + text + "'";
    };
  }
}
