package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/**
 * A model's greedy answers. Suites that measure the same model at the same stage share one of
 * these, so that no question is asked twice unless a longer limit requires it: a known answer is
 * reused if it ended by itself within the limit, or is cut to the limit. That is correct because a
 * token depends only on the tokens before it.
 *
 * <p>Borrows the model, whose weights must not change while this is in use.
 */
public final class GreedyAnswers {
  private final LanguageModel model;
  private final Map<String, Generation> known = new HashMap<>();

  /** Starts without any answers. */
  public GreedyAnswers(LanguageModel model) {
    this.model = model;
  }

  /**
   * The answer to each question, in the model's template. A repeated question is asked once.
   *
   * @param totalTokens maximum tokens of prompt and answer together; at most the model's context.
   *     The answer to a prompt that leaves no room is ""
   * @return answers by question, without surrounding blanks and end tokens
   */
  public Map<String, String> of(
      Collection<String> questions, int totalTokens, ProgressListener progress) {
    return of(questions, prompt -> totalTokens - prompt, progress);
  }

  /**
   * The same with a limit on the answer alone, which the context may shorten further.
   *
   * @return answers by question, without surrounding blanks and end tokens
   */
  public Map<String, String> ofNewTokens(
      Collection<String> questions, int newTokens, ProgressListener progress) {
    return of(questions, prompt -> newTokens, progress);
  }

  /**
   * Whether there is room for an answer to a question; otherwise the answer is "".
   *
   * @param totalTokens as {@link #of} has it; {@code Integer.MAX_VALUE}: the context alone counts
   */
  public boolean hasRoom(String question, int totalTokens) {
    return most(model.samples().promptOf(question), prompt -> totalTokens - prompt) > 0;
  }

  /** Maximum new tokens after a prompt; 0 or less: none. */
  private int most(int[] prompt, IntUnaryOperator limit) {
    int room = model.config().maxPositions() - prompt.length;
    return prompt.length == 0 ? 0 : Math.min(limit.applyAsInt(prompt.length), room);
  }

  /** Asks with this limit of new tokens, which depends on the prompt's length. */
  private Map<String, String> of(
      Collection<String> questions, IntUnaryOperator limit, ProgressListener progress) {
    Map<String, Integer> limits = new LinkedHashMap<>();
    Map<String, int[]> unknown = new LinkedHashMap<>();
    for (String question : new LinkedHashSet<>(questions)) {
      int[] prompt = model.samples().promptOf(question);
      int most = most(prompt, limit);
      limits.put(question, most);
      if (most > 0 && !isKnown(question, most)) {
        unknown.put(question, prompt);
      }
    }
    ask(unknown, limits, progress);
    Map<String, String> answers = new LinkedHashMap<>();
    limits.forEach((question, most) -> answers.put(question, most > 0 ? text(question, most) : ""));
    return answers;
  }

  private boolean isKnown(String question, int limit) {
    Generation answer = known.get(question);
    return answer != null
        && (answer.stopped() == Generation.Stopped.EOS || answer.ids().length >= limit);
  }

  private void ask(
      Map<String, int[]> prompts, Map<String, Integer> limits, ProgressListener progress) {
    if (prompts.isEmpty()) {
      return;
    }
    int[] most =
        prompts.keySet().stream().mapToInt(q -> Objects.requireNonNull(limits.get(q))).toArray();
    progress.start("Answers", prompts.size(), "questions");
    List<Generation> generated =
        new Generator(model).greedy(new ArrayList<>(prompts.values()), most, progress);
    progress.finish();
    int next = 0;
    for (String question : prompts.keySet()) {
      known.put(question, generated.get(next++));
    }
  }

  private String text(String question, int limit) {
    int[] ids = Objects.requireNonNull(known.get(question)).ids();
    return model.tokenizer().decode(Arrays.copyOf(ids, Math.min(ids.length, limit))).strip();
  }

  /**
   * The model's continuations of prompts given as tokens; they are not remembered.
   *
   * @param totalTokens maximum tokens of prompt and text together; at most the model's context.
   *     After a prompt that is empty or leaves no room, the text is ""
   * @param task the purpose, as progress shows it
   * @return texts in the order of the prompts, without surrounding blanks and end tokens
   */
  public static List<String> continuations(
      LanguageModel model,
      List<int[]> prompts,
      int totalTokens,
      String task,
      ProgressListener progress) {
    int most = Math.min(totalTokens, model.config().maxPositions());
    List<int[]> fitting =
        prompts.stream().filter(prompt -> prompt.length > 0 && prompt.length < most).toList();
    int[] limits = fitting.stream().mapToInt(prompt -> most - prompt.length).toArray();
    progress.start(task, fitting.size(), "prompts");
    List<Generation> written = new Generator(model).greedy(fitting, limits, progress);
    progress.finish();
    List<String> texts = new ArrayList<>();
    int next = 0;
    for (int[] prompt : prompts) {
      boolean fits = next < fitting.size() && fitting.get(next) == prompt;
      texts.add(fits ? model.tokenizer().decode(written.get(next++).ids()).strip() : "");
    }
    return texts;
  }
}
