package io.engram.jinja;

import io.engram.jinja.Token.Kind;
import java.util.List;

/** Tokens read one after another. */
final class TokenStream {
  private final List<Token> tokens;
  private int at;

  TokenStream(List<Token> tokens) {
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

  /** The fault that something else stands here. */
  JinjaException unexpected(String wanted) {
    return new JinjaException("expected " + wanted + ", found " + peek().describe(), peek().line());
  }
}
