package io.engram.unlearn.eval.judge;

import io.engram.core.EngramException;
import io.engram.core.hub.HubCache;
import io.engram.model.encoder.SequenceClassifier;
import io.engram.model.tensor.Device;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A text classifier from a Hugging Face folder that a key of the recipe names. It always runs on
 * the CPU in float32, wherever the model under test is, so that its judgement stays the same.
 */
public final class FolderClassifier {
  /**
   * What a key refers to.
   *
   * @param key {@code eval.toxicity}, for messages
   * @param what what it must be: {@code toxicity classifier}
   * @param help how to get one, for messages
   * @param mostTokens maximum length of a text with special tokens; 0: the tokenizer's
   */
  public record Wanted(String key, String what, String help, int mostTokens) {}

  private record Open(Path folder, int mostTokens) {}

  private static final int BATCH_TOKENS = 4096;
  private static final int HASH_DIGITS = 12;
  private static final Map<Open, FolderClassifier> OPEN = new HashMap<>();

  private final SequenceClassifier classifier;
  private final String name;

  private FolderClassifier(Path folder, int mostTokens) {
    classifier = SequenceClassifier.open(folder, Device.CPU, BATCH_TOKENS, mostTokens);
    name =
        SentenceEncoders.FolderEncoder.nameOf(folder)
            + ", sha256 "
            + classifier.hash().substring(0, HASH_DIGITS);
  }

  /**
   * The classifier in a folder, loaded on first use and never closed.
   *
   * @param named the key's value: a folder, or {@code hf:ORG/NAME} from the cache
   * @throws EngramException if it isn't a classifier, naming the key
   */
  public static synchronized FolderClassifier shared(Wanted wanted, String named) {
    Path folder = HubCache.here().resolve(named).toAbsolutePath().normalize();
    Open place = new Open(folder, wanted.mostTokens());
    FolderClassifier open = OPEN.get(place);
    if (open == null) {
      open = open(wanted, named, folder);
      OPEN.put(place, open);
    }
    return open;
  }

  private static FolderClassifier open(Wanted wanted, String named, Path folder) {
    try {
      return new FolderClassifier(folder, wanted.mostTokens());
    } catch (EngramException e) {
      if (e.kind() == EngramException.Kind.RESOURCES) {
        throw e;
      }
      throw EngramException.file(
          "%s = %s isn't a %s: %s%n%s"
              .formatted(wanted.key(), named, wanted.what(), e.getMessage(), wanted.help()),
          e);
    }
  }

  /** The folder's name and the beginning of its content hash. */
  public String name() {
    return name;
  }

  /** Names of the classes, in the model's order. */
  public List<String> labels() {
    return classifier.labels();
  }

  /** Whether exactly one class holds; otherwise any number may. */
  public boolean exclusive() {
    return classifier.exclusive();
  }

  /** Each text's probability of every class, even for the empty text. */
  public List<Map<String, Double>> probabilities(List<String> texts) {
    return classifier.probabilities(texts);
  }
}
