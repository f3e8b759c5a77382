package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** What a model answers when it always takes its most probable token. */
public final class GreedyAnswers {
  private GreedyAnswers() {}

  /**
   * The answer to each question, in the model's template. A question that occurs twice is asked
   * once.
   *
   * @param totalTokens most tokens of prompt and answer together; the model's context where that is
   *     less. A prompt that leaves no room has the answer ""
   * @return answers by question, blanks around them and end tokens cut
   */
  public static Map<String, String> of(
      LanguageModel model,
      Collection<String> questions,
      int totalTokens,
      ProgressListener progress) {
    return of(model, questions, prompt -> totalTokens - prompt, progress);
  }

  /**
   * The same with at most so many tokens of the answer alone, fewer where the context ends.
   *
   * @return answers by question, blanks around them and end tokens cut
   */
  public static Map<String, String> ofNewTokens(
      LanguageModel model, Collection<String> questions, int newTokens, ProgressListener progress) {
    return of(model, questions, prompt -> newTokens, progress);
  }

  /** Asks with this limit of new tokens by the prompt's length. */
  private static Map<String, String> of(
      LanguageModel model,
      Collection<String> questions,
      IntUnaryOperator limit,
      ProgressListener progress) {
    IntUnaryOperator left =
        prompt -> Math.min(limit.applyAsInt(prompt), model.config().maxPositions() - prompt);
    Map<String, String> answers = new LinkedHashMap<>();
    List<String> asked = new ArrayList<>();
    List<int[]> prompts = new ArrayList<>();
    for (String question : new LinkedHashSet<>(questions)) {
      int[] prompt = model.samples().promptOf(question);
      answers.put(question, "");
      if (prompt.length > 0 && left.applyAsInt(prompt.length) > 0) {
        asked.add(question);
        prompts.add(prompt);
      }
    }
    int[] limits = prompts.stream().mapToInt(p -> left.applyAsInt(p.length)).toArray();
    progress.start("Answers", prompts.size(), "questions");
    List<Generation> generated = new Generator(model).greedy(prompts, limits, progress);
    progress.finish();
    for (int i = 0; i < asked.size(); i++) {
      answers.put(asked.get(i), model.tokenizer().decode(generated.get(i).ids()).strip());
    }
    return answers;
  }
}
