package io.engram.jinja;

import io.engram.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Splits a template into tokens and trims white space as Jinja2 does: one newline at the end of the
 * template, a newline right after a block or comment ({@code trim_blocks}), and blanks before a
 * block that comes first on its line ({@code lstrip_blocks}). {@code -} beside a delimiter trims
 * all white space there, {@code +} keeps it.
 */
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineAt;
  private boolean lineStarts = true;

  Lexer(String template) {
    String unix = template.replace("\r\n", "\n").replace('\r', '\n');
    this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
  }

  /** All tokens, an END last. */
  List<Token> tokens() {
    while (at < source.length()) {
      int begin = begin();
      if (begin < 0) {
        data(source.substring(at));
        at = source.length();
      } else {
        special(begin);
      }
    }
    add(Kind.END, "");
    return tokens;
  }

  private int begin() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void special(int begin) {
    char kind = source.charAt(begin + 1);
    int after = begin + 2;
    char sign = after < source.length() ? source.charAt(after) : ' ';
    after += sign == '-' || sign == '+' ? 1 : 0;
    data(cut(source.substring(at, begin), sign, kind != '{'));
    at = after;
    if (kind == '#') {
      comment();
    } else if (kind != '%' || !raw()) {
      add(kind == '%' ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, kind == '%' ? "{%" : "{{");
      inside(kind == '%');
    }
  }

  /** The text before a delimiter, trimmed as its sign and its place on the line demand. */
  private String cut(String text, char sign, boolean block) {
    if (sign == '-') {
      return Strings.stripEnd(text, null);
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean first = lineStart > 0 || lineStarts;
    return sign != '+' && block && first && Strings.isBlank(text.substring(lineStart))
        ? text.substring(0, lineStart)
        : text;
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw new JinjaException("a comment {# has no end #}", lineNumber(at));
    }
    char sign = end > at ? source.charAt(end - 1) : ' ';
    at = end + 2;
    afterBlock(sign);
  }

  /** Skips blanks, one newline or nothing after the end of a block or comment. */
  private void afterBlock(char sign) {
    if (sign == '-') {
      skipBlanks();
    } else if (sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    lineStarts = source.charAt(at - 1) == '\n';
  }

  /** Reads a raw block, whose content stays as it is; false if there isn't one here. */
  private boolean raw() {
    int start = at;
    skipBlanks();
    if (!takeWord("raw") || !(take("-%}") || take("%}"))) {
      at = start;
      return false;
    }
    if (source.charAt(at - 3) == '-') {
      skipBlanks();
    }
    int from = at;
    for (int i = source.indexOf("{%", at); i >= 0; i = source.indexOf("{%", i + 1)) {
      at = i + 2;
      char sign = at < source.length() ? source.charAt(at) : ' ';
      at += sign == '-' || sign == '+' ? 1 : 0;
      skipBlanks();
      if (takeWord("endraw") && (take("-%}") || take("+%}") || take("%}"))) {
        char last = source.charAt(at - 3);
        lineStarts = source.charAt(from - 1) == '\n';
        data(cut(source.substring(from, i), sign, true));
        afterBlock(last);
        return true;
      }
    }
    throw new JinjaException("{% raw %} has no {% endraw %}", lineNumber(start));
  }

  private boolean takeWord(String word) {
    if (!take(word)) {
      return false;
    }
    skipBlanks();
    return true;
  }

  private boolean take(String text) {
    boolean there = source.startsWith(text, at);
    at += there ? text.length() : 0;
    return there;
  }

  private void skipBlanks() {
    while (at < source.length() && Strings.isBlank(source.codePointAt(at))) {
      at += Character.charCount(source.codePointAt(at));
    }
  }

  /** Reads the tokens of a block or an expression, with its end. */
  private void inside(boolean block) {
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      skipBlanks();
      if (at >= source.length()) {
        throw new JinjaException("a " + (block ? "{%" : "{{") + " has no end", lineNumber(at));
      }
      if (open.isEmpty() && end(block)) {
        return;
      }
      Scanner scanner = new Scanner(source, at, lineNumber(at));
      Token token = scanner.next();
      balance(open, token);
      tokens.add(token);
      at = scanner.end();
    }
  }

  private boolean end(boolean block) {
    String delimiter = block ? "%}" : "}}";
    char sign = source.charAt(at);
    boolean signed = sign == '-' || (block && sign == '+');
    if (!source.startsWith(delimiter, signed ? at + 1 : at)) {
      return false;
    }
    add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, delimiter);
    at += signed ? 3 : 2;
    if (block) {
      afterBlock(sign);
    } else {
      if (signed) {
        skipBlanks();
      }
      lineStarts = source.charAt(at - 1) == '\n';
    }
    return true;
  }

  private static void balance(Deque<Character> open, Token token) {
    if (token.kind() != Kind.OPERATOR) {
      return;
    }
    char c = token.text().charAt(0);
    if ("([{".indexOf(c) >= 0) {
      open.push("([{".indexOf(c) == 0 ? ')' : c == '[' ? ']' : '}');
    } else if (")]}".indexOf(c) >= 0 && (open.isEmpty() || open.pop() != c)) {
      throw new JinjaException("'" + c + "' has no beginning", token.line());
    }
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Kind.DATA, text);
    }
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, lineNumber(Math.min(at, source.length()))));
  }

  private int lineNumber(int place) {
    for (; lineAt < place; lineAt++) {
      line += source.charAt(lineAt) == '\n' ? 1 : 0;
    }
    return line;
  }

  /** Reads one token of an expression. */
  private static final class Scanner {
    private static final List<String> OPERATORS =
        List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")",
            "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");

    private final String source;
    private final int start;
    private final int line;
    private int end;

    Scanner(String source, int start, int line) {
      this.source = source;
      this.start = start;
      this.line = line;
      this.end = start;
    }

    /** The position after the token. */
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
        while (end < source.length()
            && Character.isUnicodeIdentifierPart(source.codePointAt(end))) {
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

    /** Reads an escape sequence as Python does; unknown ones stay as they are. */
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
}
