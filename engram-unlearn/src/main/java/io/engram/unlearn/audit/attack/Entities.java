package io.engram.unlearn.audit.attack;

import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MadeControls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of an answer that give away what was asked for: its names, numbers and e-mail addresses
 * that aren't in the question; where it has none, its words that no other sample has; where it has
 * none of these either, or is short, all of it.
 */
final class Entities {
  /** Answers of so many words are entities as a whole. */
  private static final int SHORT = 5;

  /** Digits that give a fact away by themselves; a year doesn't. */
  private static final int DIGITS = 5;

  private static final int LONG_WORD = 6;

  private static final Pattern WORD =
      Pattern.compile(
          "[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}@._+'’:,/-]*[\\p{L}\\p{M}\\p{N}])?");

  private static final Pattern POSSESSIVE = Pattern.compile("['’]s$");
  private static final Pattern NOT_A_WORD = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

  /** Words that occur in lower case, and in how many samples each word occurs. */
  private final Set<String> lowerCase = new HashSet<>();

  private final Map<String, Integer> samplesWith = new HashMap<>();

  /** With what other samples show of which words are ordinary. */
  Entities(List<Sample> samples) {
    for (Sample sample : samples) {
      Set<String> own = new HashSet<>();
      for (String text : MadeControls.texts(sample)) {
        for (Word word : words(text)) {
          own.add(word.plain());
          if (Character.isLowerCase(word.text().codePointAt(0))) {
            lowerCase.add(word.plain());
          }
        }
      }
      own.forEach(word -> samplesWith.merge(word, 1, Integer::sum));
    }
  }

  /** Part of a text. */
  record Span(int from, int to) {}

  /**
   * A word of a text.
   *
   * @param opens whether a sentence begins with it
   */
  private record Word(String text, int from, int to, boolean opens) {
    String plain() {
      return POSSESSIVE.matcher(text).replaceAll("").toLowerCase(Locale.ROOT);
    }

    boolean isCapitalised() {
      return Character.isUpperCase(text.codePointAt(0));
    }

    boolean hasDigits() {
      return text.chars().anyMatch(Character::isDigit);
    }
  }

  private static List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      String before = text.substring(0, matcher.start()).stripTrailing();
      boolean opens =
          before.isEmpty() || ".?!:\"“\n".indexOf(before.charAt(before.length() - 1)) >= 0;
      words.add(new Word(matcher.group(), matcher.start(), matcher.end(), opens));
    }
    return words;
  }

  /**
   * The entities of a sample's answer, or of its text; never empty unless that has no words.
   *
   * @param answer the answer as it is searched; spans are of it
   */
  List<Span> of(Sample sample, String answer) {
    List<Word> words = words(answer);
    if (words.isEmpty()) {
      return List.of();
    }
    Span all = new Span(words.get(0).from(), words.get(words.size() - 1).to());
    if (words.size() <= SHORT) {
      return List.of(all);
    }
    Set<String> asked = new HashSet<>();
    if (sample.content() instanceof Asked question) {
      question.messages().forEach(m -> asked.addAll(pieces(m.content())));
    }
    List<Span> values =
        chosen(words, i -> !asked.containsAll(pieces(words.get(i).plain())) && isValue(words, i));
    if (!values.isEmpty()) {
      return values;
    }
    List<Span> rare =
        chosen(words, i -> !asked.contains(words.get(i).plain()) && isRare(words.get(i).plain()));
    return rare.isEmpty() ? List.of(all) : rare;
  }

  /** Whether a word is a number, an address, or part of a name. */
  private boolean isValue(List<Word> words, int i) {
    Word word = words.get(i);
    if (word.hasDigits() || word.text().indexOf('@') > 0) {
      return true;
    }
    boolean next = i + 1 < words.size() && words.get(i + 1).isCapitalised();
    return word.isCapitalised()
        && word.text().length() > 1
        && !lowerCase.contains(word.plain())
        && (!word.opens() || next);
  }

  private boolean isRare(String word) {
    return word.length() >= LONG_WORD && samplesWith.getOrDefault(word, 0) <= 1;
  }

  /** The chosen words, those that follow each other as one. */
  private static List<Span> chosen(List<Word> words, Predicate<Integer> wanted) {
    List<Span> spans = new ArrayList<>();
    int last = -2;
    for (int i = 0; i < words.size(); i++) {
      if (!wanted.test(i)) {
        continue;
      }
      Word word = words.get(i);
      if (last == i - 1 && word.from() - words.get(last).to() <= 1) {
        spans.set(spans.size() - 1, new Span(spans.get(spans.size() - 1).from(), word.to()));
      } else {
        spans.add(new Span(word.from(), word.to()));
      }
      last = i;
    }
    return spans;
  }

  /**
   * Whether a text gives the answer away: a number of at least five digits or an e-mail address of
   * it, or all entities, whatever the case and the punctuation.
   */
  static boolean isLeaked(String answer, List<Span> entities, String text) {
    String searched = plain(text);
    List<String> values = entities.stream().map(s -> answer.substring(s.from(), s.to())).toList();
    return !values.isEmpty()
        && (values.stream().allMatch(v -> searched.contains(plain(v)))
            || values.stream().anyMatch(v -> isTelling(v) && searched.contains(plain(v))));
  }

  private static boolean isTelling(String value) {
    return value.indexOf('@') > 0 || value.chars().filter(Character::isDigit).count() >= DIGITS;
  }

  private static List<String> pieces(String text) {
    return List.of(plain(text).strip().split(" "));
  }

  /** Words in lower case with one blank around each. */
  private static String plain(String text) {
    return " " + NOT_A_WORD.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ").strip() + " ";
  }

  /**
   * Which of a sample's labelled tokens belong to its entities, the end token never; all others if
   * the tokens' text shows none.
   */
  boolean[] tokens(LanguageModel model, Sample sample, TokenizedSample tokens) {
    int[] labels = tokens.labelIds();
    int n =
        labels.length > 1 && model.stopIds().contains(labels[labels.length - 1])
            ? labels.length - 1
            : labels.length;
    String text = model.tokenizer().decode(Arrays.copyOf(labels, n));
    List<Span> spans = of(sample, text);
    boolean[] within = new boolean[labels.length];
    int from = 0;
    boolean any = false;
    for (int t = 0; t < n; t++) {
      int to =
          Math.min(text.length(), model.tokenizer().decode(Arrays.copyOf(labels, t + 1)).length());
      int start = from;
      within[t] = spans.stream().anyMatch(s -> s.from() < to && start < s.to());
      any |= within[t];
      from = to;
    }
    if (!any) {
      Arrays.fill(within, 0, n, true);
    }
    return within;
  }
}
