package io.engram.unlearn.eval.generative;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.generate.StopTexts;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a model writes after bare prompts: greedy, without a template. A prompt that leaves no room
 * for the answer in the model's window loses its beginning.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code HFLM.generate_until}.
 */
public final class Answers {
  /**
   * An answer.
   *
   * @param text without special tokens, up to the first stop text; blanks at its ends stay
   * @param tokens how many were written
   * @param cut tokens cut from the beginning of the prompt
   * @param stopped {@code eos}, {@code text} or {@code limit}
   */
  public record Written(String text, int tokens, int cut, String stopped) {
    /** The same with its text {@linkplain Answers#cleaned cleaned}. */
    public Written cleaned() {
      return new Written(Answers.cleaned(text), tokens, cut, stopped);
    }
  }

  private Answers() {}

  /**
   * The answers to prompts.
   *
   * @param window most tokens of prompt and answer together
   * @param task the purpose, as progress shows it
   * @throws EngramException if a prompt has no tokens, or the window has no room for a prompt
   */
  public static List<Written> to(
      LanguageModel model,
      int window,
      List<Asked> asked,
      int maxNewTokens,
      StopTexts stops,
      String task,
      ProgressListener progress) {
    int room = room(window, maxNewTokens, task);
    List<int[]> prompts = new ArrayList<>();
    int[] cut = new int[asked.size()];
    for (int i = 0; i < cut.length; i++) {
      int[] ids = ids(model, asked.get(i).prompt());
      if (ids.length == 0) {
        throw EngramException.usage(asked.get(i).where() + ": the prompt is empty");
      }
      cut[i] = Math.max(0, ids.length - room);
      prompts.add(Arrays.copyOfRange(ids, cut[i], ids.length));
    }
    int[] limits = new int[cut.length];
    Arrays.fill(limits, maxNewTokens);
    progress.start(task, cut.length, "answers");
    List<Generation> generated = new Generator(model).greedy(prompts, limits, stops, progress);
    progress.finish();
    List<Written> written = new ArrayList<>();
    for (int i = 0; i < cut.length; i++) {
      Generation each = generated.get(i);
      written.add(
          new Written(
              stops.cut(model.tokenizer().decode(each.ids())),
              each.ids().length,
              cut[i],
              each.stopped().name().toLowerCase(Locale.ROOT)));
    }
    return written;
  }

  /**
   * A decoded text without the blanks before signs that older tokenizers' decoding leaves.
   *
   * <p><b>Source:</b> transformers, {@code clean_up_tokenization}, which the scripts of MUSE and
   * LUME ask for.
   */
  public static String cleaned(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  /** A text's tokens, including the special ones that the tokenizer adds. */
  public static int[] ids(LanguageModel model, String text) {
    int[] ids = model.tokenizer().encode(text);
    int vocabulary = model.config().vocabularySize();
    for (int id : ids) {
      if (id >= vocabulary) {
        throw EngramException.usage(
            "Token id %d is outside the model's vocabulary of %d; the tokenizer belongs to another model."
                .formatted(id, vocabulary));
      }
    }
    return ids;
  }

  /**
   * The most tokens of a prompt.
   *
   * @throws EngramException if there is no room for one
   */
  public static int room(int window, int maxNewTokens, String task) {
    if (window <= maxNewTokens) {
      throw EngramException.usage(
          "%s: an answer may have %d tokens, which leaves no room for a question in the model's window of %d"
              .formatted(task, maxNewTokens, window));
    }
    return window - maxNewTokens;
  }
}
