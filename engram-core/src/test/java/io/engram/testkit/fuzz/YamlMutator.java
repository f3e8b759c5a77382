package io.engram.testkit.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Damages YAML: values and keys of other types and sizes, tags, anchors that refer to one another,
 * deep nesting, broken indentation, other bytes.
 */
public final class YamlMutator implements Fuzz.Variants {
  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s\\[\\]{},:#\"]+|[\\[\\]{},:#]|\\n *");

  private static final List<String> VALUES =
      List.of(
          "0",
          "1",
          "-1",
          "3",
          "0.5",
          "1e-320",
          "1e999",
          "1e999999999",
          "-.inf",
          ".nan",
          "2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "0x7fffffffffffffff",
          "0x8000000000000000",
          "0x",
          "0o9",
          "0b12",
          "1_000_000",
          "_1",
          "12:30:45",
          "2026-11-28",
          "1".repeat(400),
          "true",
          "off",
          "null",
          "~",
          "",
          "[]",
          "{}",
          "[[]]",
          "[a, 1, {b: c}]",
          "{a: 1}",
          "auto",
          "'",
          "\"",
          "|",
          ">-",
          "? ",
          "- ",
          "---\n",
          "...\n",
          "%YAML 9.9\n---\n",
          "<<: *a",
          "*a",
          "*nowhere",
          "&a",
          "&a [*a]",
          "&a {b: *a}",
          "!",
          "!!binary x",
          "!!int x",
          "!!set {a}",
          "!!java.net.URL [http://127.0.0.1:9/]",
          "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
          "!<tag:yaml.org,2002:java.lang.Runtime> x",
          "!e!x y",
          "..",
          "../x",
          "/etc/passwd",
          "hf:a/../../b",
          "a\u0000b",
          "\u001b[2J",
          "\ud800",
          "\u2028",
          "\t",
          "\n",
          "\n\t",
          "\n  ",
          "\r",
          "x".repeat(300));

  private static final String LAUGHS =
      """
      a: &a [x, x, x, x, x, x, x, x, x, x]
      b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
      e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
      f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
      h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]
      """;

  private final String valid;
  private final List<MatchResult> tokens;

  /**
   * @param valid the whole text
   */
  public YamlMutator(String valid) {
    this.valid = valid;
    this.tokens = TOKEN.matcher(valid).results().toList();
  }

  @Override
  public byte[] next(SplittableRandom random) {
    String text = random.nextInt(100) == 0 ? LAUGHS + valid : valid;
    int before = text.length() - valid.length();
    int changes = 1 + random.nextInt(3);
    int last = tokens.size();
    // From the end on, so that the places before stay where they are.
    while (changes-- > 0 && last > 0) {
      last = random.nextInt(last);
      MatchResult token = tokens.get(last);
      text =
          text.substring(0, before + token.start())
              + other(token.group(), random)
              + text.substring(before + token.end());
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean damaged = random.nextInt(6) == 0;
    return damaged ? new ByteMutator(bytes, bytes.length).next(random) : bytes;
  }

  private String other(String token, SplittableRandom random) {
    int kind = random.nextInt(1000);
    if (kind < 10) {
      return List.of("[", "{a: ", "- ", "? ", "&a ", "!a ", "*a ", "a: [")
          .get(random.nextInt(8))
          .repeat(20_000);
    }
    if (kind < 12) {
      return "7".repeat(1_000_000);
    }
    if (kind < 14) {
      return "x".repeat(100_000);
    }
    if (kind < 600) {
      return VALUES.get(random.nextInt(VALUES.size()));
    }
    if (kind < 800) {
      return tokens.get(random.nextInt(tokens.size())).group();
    }
    if (kind < 850) {
      return VALUES.get(random.nextInt(VALUES.size())) + " " + token;
    }
    return kind < 900 ? "" : nearby(token, random);
  }

  /** A number that is a little wrong, or a word with another character. */
  private static String nearby(String token, SplittableRandom random) {
    if (token.matches("-?[0-9]{1,17}")) {
      long number = Long.parseLong(token);
      long[] others = {number + 1, number - 1, 2 * number, -number, number * 1_000_000_007L};
      return Long.toString(others[random.nextInt(others.length)]);
    }
    int at = random.nextInt(token.length() + 1);
    return token.substring(0, at) + "z" + token.substring(at);
  }
}
