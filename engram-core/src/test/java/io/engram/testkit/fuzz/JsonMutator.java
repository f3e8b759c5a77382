package io.engram.testkit.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages JSON: values and names of other types, sizes and lengths, deep nesting, other bytes. */
public final class JsonMutator implements Fuzz.Variants {
  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][0-9.eE+-]*|true|false|null");

  private static final List<String> VALUES =
      List.of(
          "0",
          "1",
          "-1",
          "2",
          "3",
          "0.5",
          "-0.0",
          "1e-320",
          "1e308",
          "1e999",
          "1e999999999",
          "2147483647",
          "2147483648",
          "4294967296",
          "9007199254740992",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1".repeat(400),
          "NaN",
          "true",
          "false",
          "null",
          "[]",
          "{}",
          "[[]]",
          "[1, 2]",
          "{\"a\": 1}",
          "[".repeat(400) + "]".repeat(400),
          "\"\"",
          "\".\"",
          "\"..\"",
          "\"../x\"",
          "\"/etc/passwd\"",
          "\"runs/../../x\"",
          "\"C:\\\\x\"",
          "\"a\\u0000b\"",
          "\"\\u001b[2J\"",
          "\"\\ud800\"",
          "\"" + "x".repeat(300) + "\"");

  private final String valid;
  private final List<MatchResult> tokens;

  /**
   * @param valid the whole text
   */
  public JsonMutator(String valid) {
    this.valid = valid;
    this.tokens = TOKEN.matcher(valid).results().toList();
  }

  @Override
  public byte[] next(SplittableRandom random) {
    String text = valid;
    if (random.nextInt(8) != 0) {
      List<Integer> places = new ArrayList<>();
      for (int left = 1 + random.nextInt(3); left > 0; left--) {
        places.add(random.nextInt(tokens.size()));
      }
      // From the end on, so that the places before stay where they are.
      places.sort((a, b) -> b - a);
      for (int place : places.stream().distinct().toList()) {
        MatchResult token = tokens.get(place);
        text =
            text.substring(0, token.start()) + other(token, random) + text.substring(token.end());
      }
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean damaged = random.nextInt(6) == 0;
    return damaged ? new ByteMutator(bytes, bytes.length).next(random) : bytes;
  }

  private String other(MatchResult token, SplittableRandom random) {
    int kind = random.nextInt(1000);
    if (kind < 3) {
      return "[".repeat(100_000);
    }
    if (kind < 6) {
      return "{\"a\":".repeat(100_000);
    }
    if (kind < 8) {
      return "7".repeat(1_000_000);
    }
    if (kind < 12) {
      return "\"" + "x".repeat(100_000) + "\"";
    }
    if (kind < 500) {
      return VALUES.get(random.nextInt(VALUES.size()));
    }
    if (kind < 750) {
      return tokens.get(random.nextInt(tokens.size())).group();
    }
    return nearby(token.group(), random);
  }

  /** A number that is a little wrong; a text with another character; anything else twice. */
  private static String nearby(String token, SplittableRandom random) {
    if (token.matches("-?[0-9]{1,17}")) {
      long number = Long.parseLong(token);
      long[] others = {number + 1, number - 1, 2 * number, number / 2, -number};
      return Long.toString(others[random.nextInt(others.length)]);
    }
    if (token.length() > 2 && token.startsWith("\"")) {
      int at = 1 + random.nextInt(token.length() - 2);
      return token.substring(0, at) + "z" + token.substring(at);
    }
    return token + ", " + token;
  }
}
