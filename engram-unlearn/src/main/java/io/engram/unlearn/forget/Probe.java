package io.engram.unlearn.forget;

import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.metric.RougeL;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.OwnAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /** Probes samples. */
  public static List<Probe> of(
      LanguageModel model, List<Sample> samples, ProgressListener progress) {
    progress.start("how well the model knows them", samples.size(), "samples");
    List<Knowledge> known = Knowledge.measure(model, model.samples().tokenize(samples), progress);
    progress.finish();
    List<@Nullable String> answers = OwnAnswers.of(model, samples, progress);
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
