package io.engram.unlearn.eval.judge;

import io.engram.core.EngramException;
import io.engram.core.hub.HubCache;
import io.engram.unlearn.eval.EvalSection;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The sentence encoders of this process, by what {@code eval.encoder} calls them. */
public final class SentenceEncoders {
  /** Vectors of MiniLM's size take 30 MB. TOFU's fixed answers are 4,800. */
  static final int REMEMBERED = 20_000;

  private static final Map<Path, SentenceEncoder> OPEN = new HashMap<>();

  private SentenceEncoders() {}

  /**
   * The encoder of this name, loaded when it's first asked for; it remembers vectors and is never
   * closed.
   *
   * @param encoder {@code built-in}, a folder, or {@code hf:ORG/NAME} from the cache
   * @throws EngramException if the folder is no encoder that is supported, naming eval.encoder
   */
  public static synchronized SentenceEncoder shared(String encoder) {
    if (encoder.equals(EvalSection.BUILT_IN)) {
      return MiniLmEncoder.shared();
    }
    Path folder = HubCache.here().resolve(encoder).toAbsolutePath().normalize();
    SentenceEncoder open = OPEN.get(folder);
    if (open == null) {
      open = new CachingEncoder(open(encoder, folder), REMEMBERED);
      OPEN.put(folder, open);
    }
    return open;
  }

  private static SentenceEncoder open(String encoder, Path folder) {
    try {
      return new FolderEncoder(folder);
    } catch (EngramException e) {
      if (e.kind() == EngramException.Kind.RESOURCES) {
        throw e;
      }
      throw EngramException.file(
          "eval.encoder = %s is no sentence encoder: %s%nWithout it the built-in one judges."
              .formatted(encoder, e.getMessage()),
          e);
    }
  }
}
