package io.engram.unlearn.characteristic;

import io.engram.unlearn.characteristic.Characteristic.SplitRule;
import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.List;
import java.util.stream.IntStream;

/**
 * All characteristics of a set of samples: the paper's four, and the measures they are made of.
 *
 * <p><b>Source:</b> §4.2, Table 7.
 */
public final class SampleCharacteristics {
  private final EnglishText english = new EnglishText();
  private final OccurrenceFrequency frequency;
  private final double trainingAverage;
  private final RareWords rareWords;

  /**
   * For samples of a model that was trained on these texts, which are all tagged here: 4 seconds
   * for TOFU's 4,000 on one free core.
   *
   * @param trainingTexts at least one; samples of the training set among them
   * @param rareWords what is rare
   */
  public SampleCharacteristics(List<String> trainingTexts, RareWords rareWords) {
    this.frequency = new OccurrenceFrequency(trainingTexts);
    this.trainingAverage =
        trainingTexts.stream()
            .mapToDouble(text -> frequency.of(text, english))
            .filter(value -> !Double.isNaN(value))
            .average()
            .orElseThrow(() -> new IllegalArgumentException("no training text has a content word"));
    this.rareWords = rareWords;
  }

  /**
   * The characteristics, the paper's four first. "Occurrence frequency" is high above the mean of
   * the training texts' own frequencies.
   *
   * @param texts one a sample: question and answer as one text, as in Table 7
   * @param logProbs ℓ_t of each sample before unlearning, in nats, {@code [n][T]}
   * @throws IllegalArgumentException if a text has no words, or the lengths differ
   */
  public List<Characteristic> of(List<String> texts, List<double[]> logProbs) {
    check(texts, logProbs);
    double[] mtld = texts.stream().mapToDouble(LexicalDiversity::mtld).toArray();
    List<List<TaggedSentence>> tagged = texts.stream().map(english::sentences).toList();
    List<SyntacticComplexity> syntax = tagged.stream().map(SyntacticComplexity::of).toList();
    double[] length = syntax.stream().mapToDouble(s -> s.meanSentenceLength()).toArray();
    double[] clauses = syntax.stream().mapToDouble(s -> s.clausesPerSentence()).toArray();
    double[] content = syntax.stream().mapToDouble(s -> s.contentWordShare()).toArray();
    double[] occurrences = tagged.stream().mapToDouble(frequency::of).toArray();
    double[] probability =
        logProbs.stream().mapToDouble(GenerationProbability::meanProbability).toArray();
    double[] logProbability =
        logProbs.stream().mapToDouble(GenerationProbability::meanLogProbability).toArray();
    double[] rare = texts.stream().mapToDouble(rareWords::count).toArray();
    SplitRule quartile = SplitRule.upperQuartile();
    return List.of(
        new Characteristic(
            "Semantic complexity", SemanticComplexity.of(mtld, length, clauses), quartile),
        new Characteristic(
            "Occurrence frequency",
            occurrences,
            SplitRule.above(trainingAverage, "mean of the training set")),
        new Characteristic(
            "Initial generation probability, mean p", probability, SplitRule.aboveMean()),
        new Characteristic(
            "Rare words", rare, SplitRule.above(RareWords.LIMIT, "more than " + RareWords.LIMIT)),
        new Characteristic(
            "Initial generation probability, mean ℓ", logProbability, SplitRule.aboveMean()),
        new Characteristic("Lexical diversity, MTLD", mtld, quartile),
        new Characteristic(
            "Lexical diversity, HD-D",
            texts.stream().mapToDouble(LexicalDiversity::hdD).toArray(),
            quartile),
        new Characteristic("Mean sentence length", length, quartile),
        new Characteristic("Clauses per sentence", clauses, quartile),
        new Characteristic("Share of content words", content, quartile));
  }

  private static void check(List<String> texts, List<double[]> logProbs) {
    if (texts.size() != logProbs.size()) {
      throw new IllegalArgumentException(
          texts.size() + " texts, log-probabilities of " + logProbs.size() + " samples");
    }
    IntStream.range(0, texts.size())
        .filter(i -> Words.of(texts.get(i)).isEmpty())
        .findFirst()
        .ifPresent(
            i -> {
              throw new IllegalArgumentException("text " + i + " has no words");
            });
  }
}
