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
 * What a model answers when it always takes its most probable token. Suites that measure the same
 * model at the same stage share one of these, and what one has asked isn't asked again where the
 * other's limit can't change it: the known answer ended by itself within that limit, or is as long
 * as the limit and is cut. For the tokens so far are all that the next token depends on.
 *
 * <p>Borrows the model, whose weights must not change as long as this is used.
 */
public final class GreedyAnswers {
  private final LanguageModel model;
  private final Map<String, Generation> known = new HashMap<>();

  /** Knows no answer yet. */
  public GreedyAnswers(LanguageModel model) {
    this.model = model;
  }

  /**
   * The answer to each question, in the model's template. A question that occurs twice is asked
   * once.
   *
   * @param totalTokens most tokens of prompt and answer together; the model's context where that is
   *     less. A prompt that leaves no room has the answer ""
   * @return answers by question, blanks around them and end tokens cut
   */
  public Map<String, String> of(
      Collection<String> questions, int totalTokens, ProgressListener progress) {
    return of(questions, prompt -> totalTokens - prompt, progress);
  }

  /**
   * The same with at most so many tokens of the answer alone, fewer where the context ends.
   *
   * @return answers by question, blanks around them and end tokens cut
   */
  public Map<String, String> ofNewTokens(
      Collection<String> questions, int newTokens, ProgressListener progress) {
    return of(questions, prompt -> newTokens, progress);
  }

  /**
   * Whether anything can be answered to a question; else its answer is "".
   *
   * @param totalTokens as {@link #of} has it; {@code Integer.MAX_VALUE}: the context alone counts
   */
  public boolean hasRoom(String question, int totalTokens) {
    return most(model.samples().promptOf(question), prompt -> totalTokens - prompt) > 0;
  }

  /** Most new tokens after a prompt; 0 or less: none. */
  private int most(int[] prompt, IntUnaryOperator limit) {
    int room = model.config().maxPositions() - prompt.length;
    return prompt.length == 0 ? 0 : Math.min(limit.applyAsInt(prompt.length), room);
  }

  /** Asks with this limit of new tokens by the prompt's length. */
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
   * What a model writes after prompts that are tokens already; nothing of it is remembered.
   *
   * @param totalTokens most tokens of prompt and text together; the model's context where that is
   *     less. After a prompt that leaves no room, or has no token, nothing is written: ""
   * @param task what it's for, as progress shows it
   * @return texts in the order of the prompts, blanks around them and end tokens cut
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
