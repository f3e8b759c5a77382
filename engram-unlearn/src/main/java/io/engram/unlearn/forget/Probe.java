package io.engram.unlearn.forget;

import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.metric.RougeL;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.unlearn.eval.memorization.Knowledge;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How well a model knows one sample: what a pass over it shows, and what the model answers itself.
 *
 * @param knowledge from one pass over the sample
 * @param answer the model's greedy answer; null if the sample has no question
 * @param recall ROUGE-L recall of that answer against the sample's; NaN if it has no question
 * @param fact how much of the fact that answer gives away, {@link FactRecall}; NaN if the sample
 *     has no question, or the question holds the fact
 */
public record Probe(Knowledge knowledge, @Nullable String answer, double recall, double fact) {
  /** The name of {@link #recall} in files. */
  public static final String RECALL = "answer_recall";

  /** Tokens that an answer may be longer than the sample's own. */
  private static final int LONGER = 8;

  /** Probes samples. */
  public static List<Probe> of(
      LanguageModel model, List<Sample> samples, ProgressListener progress) {
    progress.start("how well the model knows them", samples.size(), "samples");
    List<Knowledge> known = Knowledge.measure(model, model.samples().tokenize(samples), progress);
    progress.finish();
    List<String> answers = answers(model, samples, progress);
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String answer = answers.get(i);
      double recall = Double.NaN;
      double fact = Double.NaN;
      if (samples.get(i).content() instanceof Asked asked && answer != null) {
        recall = RougeL.score(answer, asked.answer(), true).recall();
        fact = FactRecall.of(asked.question(), asked.answer(), answer);
      }
      probes.add(new Probe(known.get(i), answer, recall, fact));
    }
    return probes;
  }

  private static List<@Nullable String> answers(
      LanguageModel model, List<Sample> samples, ProgressListener progress) {
    int[] asked =
        IntStream.range(0, samples.size())
            .filter(i -> samples.get(i).content() instanceof Asked)
            .toArray();
    List<Sample> questions = IntStream.of(asked).mapToObj(samples::get).toList();
    List<int[]> prompts = questions.stream().map(model.samples()::prompt).toList();
    int[] limits =
        model.samples().tokenize(questions).stream()
            .mapToInt(tokens -> tokens.labels() + LONGER)
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

  /** In the form of files. */
  public VerdictRow.Values values() {
    return new VerdictRow.Values(
        knowledge.logProb(),
        knowledge.memorization(),
        knowledge.strength(),
        number(recall),
        number(fact),
        answer);
  }

  /** From a file. */
  static Probe of(VerdictRow.Values values) {
    return new Probe(
        new Knowledge(values.logProb(), values.exactMemorization(), values.extractionStrength(), 0),
        values.answer(),
        Objects.requireNonNullElse(values.answerRecall(), Double.NaN),
        Objects.requireNonNullElse(values.factRecall(), Double.NaN));
  }

  /** Whether the answer gives away the whole fact. */
  boolean givesFact() {
    return fact == 1;
  }

  private static @Nullable Double number(double value) {
    return Double.isNaN(value) ? null : Double.valueOf(value);
  }
}
