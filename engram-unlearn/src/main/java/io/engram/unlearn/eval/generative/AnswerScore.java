package io.engram.unlearn.eval.generative;

import io.engram.core.metric.Rouge1;
import io.engram.core.metric.RougeL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * How well an answer agrees with the right ones. First {@code find} takes a part of the answer and
 * {@code strip} cuts blanks; then {@code remove}, {@code ignore_case} and {@code
 * ignore_punctuation} make both texts comparable; then {@code score} compares. Of several right
 * answers the one that agrees best counts.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code RegexFilter}, {@code WhitespaceFilter}, {@code
 * exact_match_hf_evaluate}.
 *
 * @param name its metric's
 * @param score how the texts are compared
 * @param find what of the answer counts; null: all of it
 * @param strip whose blanks at the ends are cut
 * @param remove regular expressions whose matches are removed, one after another
 * @param ignoreCase whether both texts are lower-cased
 * @param ignorePunctuation whether ASCII's punctuation is removed
 * @param stem for ROUGE: whether words are reduced to their stems
 * @param aggregate how the rows' scores become one number
 */
public record AnswerScore(
    String name,
    Measure score,
    @Nullable Find find,
    Strip strip,
    List<String> remove,
    Boolean ignoreCase,
    Boolean ignorePunctuation,
    Boolean stem,
    Aggregate aggregate) {
  /** How texts are compared; each in [0, 1]. */
  public enum Measure {
    /** 1 if the texts are the same, else 0. */
    EXACT_MATCH,
    /** ROUGE-L: the share of the right answer's words. */
    ROUGE_L_RECALL,
    /** ROUGE-L: the harmonic mean of precision and recall. */
    ROUGE_L_F1,
    /** ROUGE-1: the share of the right answer's words, in any order. */
    ROUGE_1_RECALL
  }

  /** Whose blanks are cut. */
  public enum Strip {
    /** Nobody's. */
    NONE,
    /** The model's answer's. */
    OUTPUT,
    /** Both texts'. */
    BOTH
  }

  /** How the rows' scores become one number. */
  public enum Aggregate {
    /** Their mean. */
    MEAN,
    /** The highest: the worst case of what is remembered. It has no standard error. */
    MAX
  }

  /** Which of several matches counts. */
  public enum Which {
    /** The first. */
    FIRST,
    /** The last. */
    LAST
  }

  /**
   * A part of an answer.
   *
   * @param pattern a regular expression as Python reads it; if it has groups, the first one that
   *     isn't empty counts
   * @param match which match
   * @param otherwise the text if there is no match
   */
  public record Find(String pattern, Which match, String otherwise) {
    /** Fills in omitted values. */
    public Find {
      match = match == null ? Which.FIRST : match;
      otherwise = otherwise == null ? "[invalid]" : otherwise;
    }

    /** The part that counts, without blanks at its ends. */
    public String in(String answer) {
      List<MatchResult> all = PythonText.pattern(pattern).matcher(answer).results().toList();
      if (all.isEmpty()) {
        return otherwise;
      }
      return PythonText.strip(text(all.get(match == Which.FIRST ? 0 : all.size() - 1)));
    }

    private String text(MatchResult found) {
      if (found.groupCount() == 0) {
        return found.group();
      }
      for (int group = 1; group <= found.groupCount(); group++) {
        String text = found.group(group);
        if (text != null && !text.isEmpty()) {
          return text;
        }
      }
      return found.groupCount() == 1 ? "" : otherwise;
    }
  }

  /**
   * An answer's score.
   *
   * @param compared what of the answer was compared
   * @param value in [0, 1]
   */
  public record Scored(String compared, double value) {}

  /** Fills in omitted values. */
  public AnswerScore {
    strip = strip == null ? Strip.NONE : strip;
    remove = remove == null ? List.of() : List.copyOf(remove);
    ignoreCase = ignoreCase != null && ignoreCase;
    ignorePunctuation = ignorePunctuation != null && ignorePunctuation;
    stem = stem != null && stem;
    aggregate = aggregate == null ? Aggregate.MEAN : aggregate;
  }

  /** What is wrong with it, for the author of a task; empty: nothing. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (name == null || !name.matches("[a-z0-9_]+")) {
      faults.add("name is " + name + "; lower-case letters, digits and _ are right");
    }
    if (score == null) {
      faults.add("score is missing; there are " + names(Measure.values()));
    }
    if (stem && (score == Measure.EXACT_MATCH)) {
      faults.add("stem belongs to ROUGE; exact_match compares whole texts");
    }
    List<String> patterns = new ArrayList<>(remove);
    if (find != null) {
      patterns.add(find.pattern());
    }
    for (String pattern : patterns) {
      try {
        PythonText.pattern(pattern == null ? "(" : pattern);
      } catch (PatternSyntaxException e) {
        faults.add("%s isn't a regular expression: %s".formatted(pattern, e.getDescription()));
      }
    }
    return faults;
  }

  static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
  }

  /**
   * Scores an answer.
   *
   * @param output what the model wrote
   * @param answers the right answers
   * @return 0 if there are no right answers
   */
  public Scored of(String output, List<String> answers) {
    String own = find == null ? output : find.in(output);
    if (strip != Strip.NONE) {
      own = PythonText.strip(own);
    }
    String compared = plain(own);
    double best = 0;
    for (String answer : answers) {
      String right = plain(strip == Strip.BOTH ? PythonText.strip(answer) : answer);
      best = Math.max(best, agreement(compared, right));
    }
    return new Scored(compared, best);
  }

  private String plain(String text) {
    String plain = text;
    for (String pattern : remove) {
      plain = PythonText.pattern(pattern).matcher(plain).replaceAll("");
    }
    plain = ignoreCase ? plain.toLowerCase(Locale.ROOT) : plain;
    return ignorePunctuation ? PythonText.withoutPunctuation(plain) : plain;
  }

  private double agreement(String own, String right) {
    return switch (Objects.requireNonNull(score)) {
      case EXACT_MATCH -> own.equals(right) ? 1 : 0;
      case ROUGE_L_RECALL -> RougeL.score(own, right, stem).recall();
      case ROUGE_L_F1 -> RougeL.score(own, right, stem).f1();
      case ROUGE_1_RECALL -> Rouge1.recall(own, right, stem);
    };
  }
}
