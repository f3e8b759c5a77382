package io.engram.jinja;

import java.util.List;

/**
 * A piece of a template.
 *
 * @param text as written; for a string, its value
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

  /** Reads tokens in sequence. */
  static final class Stream {
    private final List<Token> tokens;
    private int at;

    Stream(List<Token> tokens) {
      this.tokens = tokens;
    }

    Token peek() {
      return tokens.get(at);
    }

    /** The token after the next. */
    Token second() {
      return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
      Token token = tokens.get(at);
      at += at < tokens.size() - 1 ? 1 : 0;
      return token;
    }

    boolean accept(String operator) {
      boolean there = peek().is(operator);
      if (there) {
        next();
      }
      return there;
    }

    boolean acceptName(String name) {
      boolean there = peek().isName(name);
      if (there) {
        next();
      }
      return there;
    }

    void expect(String operator) {
      if (!accept(operator)) {
        throw unexpected("'" + operator + "'");
      }
    }

    Token expect(Kind kind, String what) {
      if (peek().kind() != kind) {
        throw unexpected(what);
      }
      return next();
    }

    /** The error for an unexpected token. */
    JinjaException unexpected(String wanted) {
      return new JinjaException(
          "expected " + wanted + ", found " + peek().describe(), peek().line());
    }
  }
}
