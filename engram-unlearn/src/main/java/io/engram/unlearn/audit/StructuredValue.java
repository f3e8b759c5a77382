package io.engram.unlearn.audit;

import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.Sample.PlainText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value in a text whose format is known, so that random values of the same format can be made: a
 * date, an e-mail address, a telephone number or another number of at least two digits.
 *
 * @param text the value
 * @param from where it begins in the text
 */
public record StructuredValue(String text, int from) {
  private static final int YEARS = 100;
  private static final int MONTHS = 12;

  /** The last day that every month has. */
  private static final int DAYS = 28;

  private static final List<String> MONTH =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");

  private static final String MONTH_NAME = "(?:" + String.join("|", MONTH) + ")";
  private static final String VOWELS = "aeiou";
  private static final String CONSONANTS = "bcdfghjklmnpqrstvwxyz";

  private static final Pattern VALUE =
      Pattern.compile(
          "(?<mail>[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+)"
              + "|(?<date>\\b\\d{1,2}(?:st|nd|rd|th)?(?: of)? "
              + MONTH_NAME
              + "(?:,? \\d{4})?\\b"
              + "|\\b"
              + MONTH_NAME
              + " \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?\\b"
              + "|\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b\\d{1,2}([/.])\\d{1,2}\\2\\d{4}\\b)"
              + "|(?<phone>[+(]?\\b\\d{1,4}\\)?(?:[ .-]\\(?\\d{2,4}\\)?){1,4}\\b)"
              + "|(?<number>\\b\\d(?:[\\d.,:/-]*\\d)\\b)");

  /** Digits, months and what is between them, for dates. */
  private static final Pattern DATE_PART = Pattern.compile("\\d+|" + MONTH_NAME);

  /**
   * The values of a text, the longest first.
   *
   * @param most how many at most
   */
  public static List<StructuredValue> of(String text, int most) {
    List<StructuredValue> all = new ArrayList<>();
    Matcher matcher = VALUE.matcher(text);
    while (matcher.find()) {
      all.add(new StructuredValue(matcher.group(), matcher.start()));
    }
    return all.stream()
        .sorted(Comparator.comparingInt((StructuredValue v) -> -v.text().length()))
        .limit(most)
        .toList();
  }

  /** Whether a sample's answer, or its text, has such a value. */
  public static boolean isIn(Sample sample) {
    String text = searched(sample);
    return text != null && VALUE.matcher(text).find();
  }

  /** The text of a sample in which values are looked for; null for token ids. */
  public static @Nullable String searched(Sample sample) {
    return sample.content() instanceof Asked asked
        ? asked.answer()
        : sample.content() instanceof PlainText plain ? plain.text() : null;
  }

  /**
   * A random value of this format: a date in the same century; for an address, the name's letters
   * replaced, vowels by vowels and consonants by consonants; otherwise each digit by a digit, one
   * that begins a number by one that isn't 0, and years in the same century.
   */
  public String candidate(RandomStream random) {
    int at = text.indexOf('@');
    if (at > 0) {
      return letters(text.substring(0, at), random) + text.substring(at);
    }
    return isDate() ? date(random) : digits(text, random);
  }

  private boolean isDate() {
    return text.matches("\\d{4}-\\d{2}-\\d{2}|\\d{1,2}([/.])\\d{1,2}\\1\\d{4}")
        || Pattern.compile(MONTH_NAME).matcher(text).find();
  }

  private String date(RandomStream random) {
    Matcher matcher = DATE_PART.matcher(text);
    StringBuilder out = new StringBuilder();
    boolean named = Pattern.compile(MONTH_NAME).matcher(text).find();
    int small = 0;
    while (matcher.find()) {
      String part = matcher.group();
      String changed;
      if (!Character.isDigit(part.charAt(0))) {
        changed = MONTH.get(random.nextInt(MONTHS));
      } else if (part.length() == 4) {
        changed = part.substring(0, 2) + twoDigits(random.nextInt(YEARS));
      } else {
        // Which of two numbers is the month can't be seen in 8/9/1956: both stay below 13 there.
        boolean day = named || (isIso() && small == 1);
        int value = 1 + random.nextInt(day ? DAYS : MONTHS);
        changed = part.length() == 2 && !named ? twoDigits(value) : String.valueOf(value);
        small++;
      }
      matcher.appendReplacement(out, changed);
    }
    return ordinals(matcher.appendTail(out).toString());
  }

  private boolean isIso() {
    return text.indexOf('-') == 4;
  }

  /** Endings of ordinal numbers as they should be. */
  private static String ordinals(String date) {
    Matcher matcher = Pattern.compile("(\\d{1,2})(?:st|nd|rd|th)").matcher(date);
    return matcher.replaceAll(
        found -> {
          int day = Integer.parseInt(found.group(1));
          int last = day / 10 == 1 ? 0 : day % 10;
          String ending = last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
          return day + ending;
        });
  }

  private static String twoDigits(int value) {
    return String.format(Locale.ROOT, "%02d", value);
  }

  private static String digits(String text, RandomStream random) {
    boolean year = text.matches("(?:1\\d|20)\\d\\d");
    StringBuilder out = new StringBuilder(text);
    for (int i = year ? 2 : 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isDigit(c)) {
        boolean first = c != '0' && (i == 0 || !Character.isDigit(text.charAt(i - 1)));
        out.setCharAt(i, (char) ('0' + (first ? 1 + random.nextInt(9) : random.nextInt(10))));
      }
    }
    return out.toString();
  }

  private static String letters(String name, RandomStream random) {
    StringBuilder out = new StringBuilder(name);
    for (int i = 0; i < name.length(); i++) {
      char c = Character.toLowerCase(name.charAt(i));
      String among = VOWELS.indexOf(c) >= 0 ? VOWELS : CONSONANTS.indexOf(c) >= 0 ? CONSONANTS : "";
      if (Character.isDigit(c)) {
        out.setCharAt(i, (char) ('0' + random.nextInt(10)));
      } else if (!among.isEmpty()) {
        char drawn = among.charAt(random.nextInt(among.length()));
        out.setCharAt(i, c == name.charAt(i) ? drawn : Character.toUpperCase(drawn));
      }
    }
    return out.toString();
  }
}
