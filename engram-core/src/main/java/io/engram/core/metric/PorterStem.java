package io.engram.core.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Porter's stemmer with nltk's extensions, as used by rouge-score. It is written out here because
 * the extensions change rules inside the steps (1a, 1b, 1c, 2, the condition *o), which can't be
 * patched onto another stemmer from outside.
 *
 * <p><b>Source:</b> Porter: An algorithm for suffix stripping (1980), whose step names and
 * conditions are kept. <b>Differs:</b> follows nltk 3.9 in its mode NLTK_EXTENSIONS; each such
 * place says so.
 */
final class PorterStem {
  /** A suffix, its replacement, and the condition on the stem before it. */
  private record Rule(String suffix, String replacement, Predicate<String> condition) {}

  /** nltk: irregular words. */
  private static final Map<String, String> IRREGULAR =
      written(
              "sky sky, skies sky, dying die, lying lie, tying tie, news news, inning inning,"
                  + " innings inning, outing outing, outings outing, canning canning,"
                  + " cannings canning, howe howe, proceed proceed, exceed exceed, succeed succeed")
          .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));

  private static final List<Rule> STEP_1A = rules(stem -> true, "sses ss, ies i, ss ss, s -");

  /** nltk: the last rule, and "bli" where Porter's paper has "abli able". */
  private static final List<Rule> STEP_2 =
      rules(
          stem -> measure(stem) > 0,
          "ational ate, tional tion, enci ence, anci ance, izer ize, bli ble, alli al, entli ent,"
              + " eli e, ousli ous, ization ize, ation ate, ator ate, alism al, iveness ive,"
              + " fulness ful, ousness ous, aliti al, iviti ive, biliti ble, fulli ful");

  /** nltk: the l counts as part of the stem here, so "logi" only needs a vowel before it. */
  private static final List<Rule> STEP_2_LOGI = rules(stem -> measure(stem + "l") > 0, "logi log");

  private static final List<Rule> STEP_3 =
      rules(
          stem -> measure(stem) > 0,
          "icate ic, ative -, alize al, iciti ic, ical ic, ful -, ness -");

  private static final List<Rule> STEP_4 =
      rules(
          stem -> measure(stem) > 1,
          "al -, ance -, ence -, er -, ic -, able -, ible -, ant -, ement -, ment -, ent -, ou -,"
              + " ism -, ate -, iti -, ous -, ive -, ize -");

  private static final List<Rule> STEP_4_ION =
      rules(s -> measure(s) > 1 && (s.endsWith("s") || s.endsWith("t")), "ion -");

  private PorterStem() {}

  /** The stem of a word in lower case, of letters a to z and digits. */
  static String of(String word) {
    String irregular = IRREGULAR.get(word);
    if (irregular != null) {
      return irregular;
    }
    return word.length() <= 2 ? word : step5(step4(step3(step2(step1c(step1b(step1a(word)))))));
  }

  private static String step1a(String word) {
    // nltk: "dies" to "die", not "di".
    return word.length() == 4 && word.endsWith("ies") ? cut(word, 1) : apply(STEP_1A, word);
  }

  private static String step1b(String word) {
    if (word.endsWith("ied")) {
      // nltk: "died" to "die", "denied" to "deni".
      return word.length() == 4 ? cut(word, 1) : cut(word, 2);
    }
    if (word.endsWith("eed")) {
      return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      String stem = word.endsWith(suffix) ? cut(word, suffix.length()) : "";
      if (hasVowel(stem)) {
        return mendStem(stem);
      }
    }
    return word;
  }

  /**
   * Repairs the stem after removing "ed" or "ing": conflat to conflate, hopp to hop, fil to file.
   */
  private static String mendStem(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    if (endsInDoubleConsonant(stem)) {
      return "lsz".indexOf(stem.charAt(stem.length() - 1)) >= 0 ? stem : cut(stem, 1);
    }
    return measure(stem) == 1 && endsConsonantVowelConsonant(stem) ? stem + "e" : stem;
  }

  private static String step1c(String word) {
    // nltk: "happy" to "happi", but "enjoy" and "by" stay; Porter asks for any vowel before the y.
    String stem = word.endsWith("y") ? cut(word, 1) : "";
    return stem.length() > 1 && isConsonant(stem, stem.length() - 1) ? stem + "i" : word;
  }

  private static String step2(String word) {
    if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
      // nltk: once more, so "traditionalli" loses "tional" too.
      return step2(cut(word, 2));
    }
    return word.endsWith("logi") ? apply(STEP_2_LOGI, word) : apply(STEP_2, word);
  }

  private static String step3(String word) {
    return apply(STEP_3, word);
  }

  private static String step4(String word) {
    return apply(word.endsWith("ion") ? STEP_4_ION : STEP_4, word);
  }

  private static String step5(String word) {
    if (word.endsWith("e")) {
      String stem = cut(word, 1);
      int m = measure(stem);
      word = m > 1 || (m == 1 && !endsConsonantVowelConsonant(stem)) ? stem : word;
    }
    return word.endsWith("ll") && measure(cut(word, 1)) > 1 ? cut(word, 1) : word;
  }

  /** The first rule whose suffix matches decides, whether or not its condition holds. */
  private static String apply(List<Rule> rules, String word) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = cut(word, rule.suffix.length());
        return rule.condition.test(stem) ? stem + rule.replacement : word;
      }
    }
    return word;
  }

  /** m: how often a consonant follows a vowel. */
  private static int measure(String stem) {
    int m = 0;
    for (int i = 1; i < stem.length(); i++) {
      m += isConsonant(stem, i) && !isConsonant(stem, i - 1) ? 1 : 0;
    }
    return m;
  }

  private static boolean isConsonant(String word, int i) {
    char letter = word.charAt(i);
    return letter == 'y' ? i == 0 || !isConsonant(word, i - 1) : "aeiou".indexOf(letter) < 0;
  }

  private static boolean hasVowel(String stem) {
    for (int i = 0; i < stem.length(); i++) {
      if (!isConsonant(stem, i)) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsInDoubleConsonant(String word) {
    int last = word.length() - 1;
    return last > 0 && word.charAt(last) == word.charAt(last - 1) && isConsonant(word, last);
  }

  /** Condition *o; nltk: also a word of one vowel and one consonant ("us" of "using"). */
  private static boolean endsConsonantVowelConsonant(String word) {
    int last = word.length() - 1;
    if (last < 1 || !isConsonant(word, last) || isConsonant(word, last - 1)) {
      return false;
    }
    return last == 1 || (isConsonant(word, last - 2) && "wxy".indexOf(word.charAt(last)) < 0);
  }

  private static String cut(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }

  private static List<Rule> rules(Predicate<String> condition, String written) {
    return written(written).map(pair -> new Rule(pair[0], pair[1], condition)).toList();
  }

  /** Reads pairs written "suffix replacement, …"; a dash means the empty string. */
  private static Stream<String[]> written(String pairs) {
    return Arrays.stream(pairs.split(", ", -1)).map(pair -> pair.replace("-", "").split(" ", -1));
  }
}
