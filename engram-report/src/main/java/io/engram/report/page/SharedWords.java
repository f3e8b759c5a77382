package io.engram.report.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks the words of a model's answer that also occur in the true answer, in its order: the longest
 * common subsequence that ROUGE-L counts, here without stemming.
 */
public final class SharedWords {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  /** Longer texts stay unmarked, since the subsequence's table grows with both lengths. */
  private static final int MOST_WORDS = 600;

  private SharedWords() {}

  /**
   * A stretch of the answer.
   *
   * @param shared whether the true answer also has these words
   */
  public record Stretch(String text, boolean shared) {}

  private record Word(String text, int from, int to) {}

  static List<Stretch> mark(String output, String reference) {
    List<Word> words = words(output);
    List<Word> truth = words(reference);
    if (words.size() > MOST_WORDS || truth.size() > MOST_WORDS) {
      return List.of(new Stretch(output, false));
    }
    boolean[] shared = shared(words, truth);
    List<Stretch> stretches = new ArrayList<>();
    int from = 0;
    int i = 0;
    while (i < words.size()) {
      if (!shared[i]) {
        i++;
        continue;
      }
      int last = i;
      while (last + 1 < words.size() && shared[last + 1]) {
        last++;
      }
      add(stretches, output.substring(from, words.get(i).from()), false);
      from = words.get(last).to();
      add(stretches, output.substring(words.get(i).from(), from), true);
      i = last + 1;
    }
    add(stretches, output.substring(from), false);
    return stretches;
  }

  private static void add(List<Stretch> stretches, String text, boolean shared) {
    if (!text.isEmpty()) {
      stretches.add(new Stretch(text, shared));
    }
  }

  private static List<Word> words(String text) {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(
          new Word(
              text.substring(matcher.start(), matcher.end()).toLowerCase(Locale.ROOT),
              matcher.start(),
              matcher.end()));
    }
    return words;
  }

  private static boolean[] shared(List<Word> words, List<Word> truth) {
    int[][] longest = new int[words.size() + 1][truth.size() + 1];
    for (int i = words.size() - 1; i >= 0; i--) {
      for (int j = truth.size() - 1; j >= 0; j--) {
        longest[i][j] =
            words.get(i).text().equals(truth.get(j).text())
                ? 1 + longest[i + 1][j + 1]
                : Math.max(longest[i + 1][j], longest[i][j + 1]);
      }
    }
    boolean[] shared = new boolean[words.size()];
    int i = 0;
    int j = 0;
    while (i < words.size() && j < truth.size()) {
      if (words.get(i).text().equals(truth.get(j).text())) {
        shared[i++] = true;
        j++;
      } else if (longest[i + 1][j] >= longest[i][j + 1]) {
        i++;
      } else {
        j++;
      }
    }
    return shared;
  }
}
