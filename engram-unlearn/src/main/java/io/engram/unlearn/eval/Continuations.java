package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import java.util.ArrayList;
import java.util.List;

/** What a model writes after prompts that are tokens already, always its most probable token. */
public final class Continuations {
  private Continuations() {}

  /**
   * The text after each prompt.
   *
   * @param totalTokens most tokens of prompt and text together; the model's context where that is
   *     less. After a prompt that leaves no room, or has no token, nothing is written: ""
   * @param task what it's for, as progress shows it
   * @return texts in the order of the prompts, blanks around them and end tokens cut
   */
  public static List<String> of(
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
