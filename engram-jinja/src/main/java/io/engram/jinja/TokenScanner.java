package io.engram.jinja;

import io.engram.jinja.Token.Kind;
import java.util.List;

/** One token of an expression. */
final class TokenScanner {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final int start;
  private final int line;
  private int end;

  TokenScanner(String source, int start, int line) {
    this.source = source;
    this.start = start;
    this.line = line;
    this.end = start;
  }

  /** Where the token read ends. */
  int end() {
    return end;
  }

  Token next() {
    int c = source.codePointAt(start);
    if (c == '\'' || c == '"') {
      return string((char) c);
    }
    if (c >= '0' && c <= '9') {
      return number();
    }
    if (c == '_' || Character.isUnicodeIdentifierStart(c)) {
      while (end < source.length() && Character.isUnicodeIdentifierPart(source.codePointAt(end))) {
        end += Character.charCount(source.codePointAt(end));
      }
      return new Token(Kind.NAME, source.substring(start, end), line);
    }
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, start)) {
        end = start + operator.length();
        return new Token(Kind.OPERATOR, operator, line);
      }
    }
    throw new JinjaException("unexpected character '" + Character.toString(c) + "'", line);
  }

  private Token number() {
    digits();
    boolean attribute = start > 0 && source.charAt(start - 1) == '.';
    boolean point = !attribute && at(end) == '.' && isDigit(at(end + 1));
    if (point) {
      end++;
      digits();
    }
    boolean exponent = !attribute && (at(end) == 'e' || at(end) == 'E');
    int sign = at(end + 1) == '+' || at(end + 1) == '-' ? 1 : 0;
    if (exponent && isDigit(at(end + 1 + sign))) {
      end += 1 + sign;
      digits();
      point = true;
    }
    String text = source.substring(start, end).replace("_", "");
    return new Token(point ? Kind.FLOAT : Kind.INTEGER, text, line);
  }

  private void digits() {
    while (isDigit(at(end)) || (at(end) == '_' && isDigit(at(end + 1)))) {
      end++;
    }
  }

  private char at(int place) {
    return place < source.length() ? source.charAt(place) : '\0';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private Token string(char quote) {
    StringBuilder text = new StringBuilder();
    end++;
    while (at(end) != quote || end >= source.length()) {
      if (end >= source.length()) {
        throw new JinjaException("a string has no closing " + quote, line);
      }
      if (at(end) == '\\' && end + 1 < source.length()) {
        escape(text);
      } else {
        text.append(at(end++));
      }
    }
    end++;
    return new Token(Kind.STRING, text.toString(), line);
  }

  /** A backslash and what it stands for, as in Python; unknown ones stay as they are. */
  private void escape(StringBuilder text) {
    char c = at(end + 1);
    end += 2;
    switch (c) {
      case '\n' -> {}
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'a' -> text.append('\u0007');
      case 'v' -> text.append('\u000B');
      case '\\', '\'', '"' -> text.append(c);
      case 'x' -> hexadecimal(text, 2);
      case 'u' -> hexadecimal(text, 4);
      case 'U' -> hexadecimal(text, 8);
      default -> {
        if (c >= '0' && c <= '7') {
          octal(text);
        } else {
          text.append('\\').append(c);
        }
      }
    }
  }

  private void hexadecimal(StringBuilder text, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(at(end + i), 16);
      if (digit < 0 || value > Character.MAX_CODE_POINT / 16) {
        throw new JinjaException("a string has a damaged \\x, \\u or \\U", line);
      }
      value = value * 16 + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw new JinjaException("a string has a \\U beyond U+10FFFF", line);
    }
    end += digits;
    text.appendCodePoint(value);
  }

  private void octal(StringBuilder text) {
    end--;
    int value = 0;
    for (int i = 0; i < 3 && at(end) >= '0' && at(end) <= '7'; i++) {
      value = value * 8 + at(end++) - '0';
    }
    text.append((char) value);
  }
}
