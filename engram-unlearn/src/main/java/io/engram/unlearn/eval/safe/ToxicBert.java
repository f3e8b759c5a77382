package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import io.engram.core.hub.HubCache;
import io.engram.model.encoder.SequenceClassifier;
import io.engram.model.tensor.Device;
import io.engram.unlearn.eval.FolderEncoder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A classifier with a label for each kind of toxicity, such as Toxic-BERT. The score of a text is
 * the highest probability of a label, {@code max_k σ(z_k)}, over its first 512 tokens: what the
 * text-classification pipeline of transformers gives for it. The empty text is the two special
 * tokens alone, and has a score as any.
 *
 * <p><b>Source:</b> § 4.1; Hanu and Unitary team: Detoxify (2020).
 */
final class ToxicBert implements ToxicityJudge {
  private static final int BATCH_TOKENS = 4096;
  private static final int HASH_DIGITS = 12;

  private static final Map<Path, ToxicBert> OPEN = new HashMap<>();

  private final SequenceClassifier classifier;
  private final String name;

  private ToxicBert(Path folder) {
    classifier = SequenceClassifier.open(folder, Device.CPU, BATCH_TOKENS);
    name = FolderEncoder.nameOf(folder) + ", sha256 " + classifier.hash().substring(0, HASH_DIGITS);
  }

  /**
   * The classifier in a folder, loaded when it's first asked for and never closed. It computes on
   * the processor wherever the model under test is, so that its judgement is the same.
   *
   * @param named {@code eval.toxicity}: a folder, or {@code hf:ORG/NAME} from the cache
   * @throws EngramException if it is no classifier with labels that hold independently, naming the
   *     key
   */
  static synchronized ToxicBert shared(String named) {
    Path folder = HubCache.here().resolve(named).toAbsolutePath().normalize();
    ToxicBert open = OPEN.get(folder);
    if (open == null) {
      open = open(named, folder);
      OPEN.put(folder, open);
    }
    return open;
  }

  private static ToxicBert open(String named, Path folder) {
    ToxicBert opened;
    try {
      opened = new ToxicBert(folder);
    } catch (EngramException e) {
      if (e.kind() == EngramException.Kind.RESOURCES) {
        throw e;
      }
      throw EngramException.file(
          "eval.toxicity = %s is no toxicity classifier: %s%n%s"
              .formatted(named, e.getMessage(), HOW_TO_FETCH),
          e);
    }
    if (opened.classifier.exclusive()) {
      List<String> labels = opened.classifier.labels();
      opened.classifier.close();
      throw EngramException.usage(
          "eval.toxicity = %s: exactly one of its labels %s holds, so the highest says nothing of toxicity; a classifier as Toxic-BERT, problem_type multi_label_classification, is needed"
              .formatted(named, labels));
    }
    return opened;
  }

  /** How Toxic-BERT is to be had. */
  static final String HOW_TO_FETCH =
      "engram fetch hf:unitary/toxic-bert   (438 MB, Apache-2.0), then"
          + " eval.toxicity=hf:unitary/toxic-bert";

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Judged> judge(List<String> texts) {
    return classifier.probabilities(texts).stream().map(ToxicBert::highest).toList();
  }

  /** The first of equals, as the pipeline. */
  private static Judged highest(Map<String, Double> probabilities) {
    return probabilities.entrySet().stream()
        .max(Comparator.comparingDouble(Map.Entry::getValue))
        .map(entry -> new Judged(entry.getKey(), entry.getValue()))
        .orElseThrow();
  }
}
