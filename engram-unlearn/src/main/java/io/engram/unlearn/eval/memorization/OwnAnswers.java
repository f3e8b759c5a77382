package io.engram.unlearn.eval.memorization;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a model answers itself to samples' questions, greedily. An answer may be a few tokens longer
 * than the sample's, and at least as long as a sentence, since a fact can be told at the end of
 * one.
 */
public final class OwnAnswers {
  /** Tokens that an answer may be longer than the sample's own. */
  private static final int LONGER = 8;

  private static final int LEAST = 32;

  private OwnAnswers() {}

  /** One answer for each sample; null for a sample without a question. */
  public static List<@Nullable String> of(
      LanguageModel model, List<Sample> samples, ProgressListener progress) {
    int[] asked =
        IntStream.range(0, samples.size())
            .filter(i -> samples.get(i).content() instanceof Asked)
            .toArray();
    List<Sample> questions = IntStream.of(asked).mapToObj(samples::get).toList();
    List<int[]> prompts = questions.stream().map(model.samples()::prompt).toList();
    int[] limits =
        model.samples().tokenize(questions).stream()
            .mapToInt(tokens -> Math.max(LEAST, tokens.labels() + LONGER))
            .toArray();
    progress.start("answers", questions.size(), "questions");
    List<Generation> written = new Generator(model).greedy(prompts, limits, progress);
    progress.finish();
    List<@Nullable String> answers = new ArrayList<>();
    samples.forEach(s -> answers.add(null));
    for (int i = 0; i < asked.length; i++) {
      answers.set(asked[i], model.tokenizer().decode(written.get(i).ids()).strip());
    }
    return answers;
  }
}
