package io.engram.unlearn.forget;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.memorization.MadeControls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Samples to keep where none are given: general questions with the model's own greedy answers. What
 * it says now, right or wrong and in its own words, is what should stay; the loss on answers that
 * it would never give shows little.
 */
public final class GeneralQuestions {
  /** Where the questions come from. */
  public static final List<String> SOURCES = List.of("tofu:world_facts", "tofu:real_authors");

  /** The most questions: answers take time, and more hardly protect more. */
  private static final int MOST = 100;

  /** Tokens of an answer at the most. */
  private static final int ANSWER_TOKENS = 32;

  private static final Pattern SENTENCE_ENDS = Pattern.compile("[.!?][\"'\u201d)]*(?=\\s|$)");

  private GeneralQuestions() {}

  /**
   * Asks the model and writes {@link ForgetPlan#GENERAL}.
   *
   * @param folder where the file goes
   * @param requests questions about what they say are left out
   */
  static void write(
      Path folder,
      LanguageModel model,
      List<Sample> requests,
      long seed,
      ProgressListener progress) {
    List<Sample> chosen = chosen(requests, seed);
    Map<String, String> answers =
        new GreedyAnswers(model)
            .ofNewTokens(
                chosen.stream().map(sample -> asked(sample).question()).toList(),
                ANSWER_TOKENS,
                progress);
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Sample sample : chosen) {
      String own = whole(Objects.requireNonNull(answers.get(asked(sample).question())));
      String answer = own.isBlank() ? asked(sample).answer() : own;
      rows.add(Sample.of("general-" + sample.id(), asked(sample).question(), answer).row());
    }
    JsonFiles.writeLines(folder.resolve(ForgetPlan.GENERAL), rows);
  }

  /** Questions that no request asks, and whose answers no request holds; in a random order. */
  static List<Sample> chosen(List<Sample> requests, long seed) {
    Set<String> texts =
        requests.stream()
            .flatMap(request -> MadeControls.texts(request).stream())
            .map(GeneralQuestions::normal)
            .collect(Collectors.toSet());
    List<Sample> all = SampleSource.load(SOURCES);
    int[] order = RandomStream.of(seed, "general", 0, 0).permutation(all.size());
    return Arrays.stream(order)
        .mapToObj(all::get)
        .filter(sample -> !texts.contains(normal(asked(sample).question())))
        .filter(
            sample -> {
              String answer = normal(asked(sample).answer());
              return texts.stream().noneMatch(text -> text.contains(answer));
            })
        .limit(MOST)
        .toList();
  }

  /** Without a last sentence that the limit cut off; as it is if there is no other. */
  static String whole(String answer) {
    int end = SENTENCE_ENDS.matcher(answer).results().mapToInt(MatchResult::end).max().orElse(0);
    return end == 0 ? answer : answer.substring(0, end);
  }

  private static String normal(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }

  private static Asked asked(Sample sample) {
    return (Asked) sample.content();
  }
}
