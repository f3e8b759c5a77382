package io.engram.unlearn.eval.judge;

import io.engram.core.EngramException;
import io.engram.core.hub.HubCache;
import io.engram.model.encoder.SentenceEmbedder;
import io.engram.model.tensor.Device;
import io.engram.unlearn.eval.EvalSection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sentence encoders of this process, by their names in {@code eval.encoder}. */
public final class SentenceEncoders {
  /** This many of MiniLM's vectors take 30 MB. TOFU has 4,800 fixed answers. */
  static final int REMEMBERED = 20_000;

  private static final Map<Path, SentenceEncoder> OPEN = new HashMap<>();

  private SentenceEncoders() {}

  /**
   * The encoder of this name, loaded on first use; it caches vectors and is never closed.
   *
   * @param encoder {@code built-in}, a folder, or {@code hf:ORG/NAME} from the cache
   * @throws EngramException if the folder isn't a supported encoder, naming eval.encoder
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
          "eval.encoder = %s isn't a sentence encoder: %s%nWithout it, the built-in one judges."
              .formatted(encoder, e.getMessage()),
          e);
    }
  }

  /**
   * Caches vectors and evicts the least recently used: the answers that a suite compares with are
   * the same at every stage.
   */
  static final class CachingEncoder implements SentenceEncoder {
    private static final float LOAD = 0.75f;

    private final SentenceEncoder encoder;
    private final Map<String, float[]> known;

    /** Keeps {@code capacity} vectors; owns the encoder. */
    CachingEncoder(SentenceEncoder encoder, int capacity) {
      this.encoder = encoder;
      this.known =
          new LinkedHashMap<>(16, LOAD, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
              return size() > capacity;
            }
          };
    }

    @Override
    public String name() {
      return encoder.name();
    }

    @Override
    public synchronized List<float[]> encode(List<String> texts) {
      Map<String, float[]> vectors = new LinkedHashMap<>();
      Set<String> unknown = new LinkedHashSet<>();
      for (String text : texts) {
        float[] vector = known.get(text);
        if (vector == null) {
          unknown.add(text);
        } else {
          vectors.put(text, vector);
        }
      }
      List<String> asked = new ArrayList<>(unknown);
      List<float[]> found = asked.isEmpty() ? List.of() : encoder.encode(asked);
      for (int i = 0; i < asked.size(); i++) {
        vectors.put(asked.get(i), found.get(i));
        known.put(asked.get(i), found.get(i));
      }
      return texts.stream().map(vectors::get).toList();
    }

    @Override
    public void close() {
      encoder.close();
    }
  }

  /**
   * A sentence encoder from a Hugging Face or sentence-transformers folder. It always runs on the
   * CPU in float32, wherever the model under test is, so that its judgement stays the same.
   */
  static final class FolderEncoder implements SentenceEncoder {
    private static final int BATCH_TOKENS = 4096;
    private static final int HASH_DIGITS = 12;

    /**
     * {@code models--ORG--NAME}, a model's folder in the hub's cache; the folder within it is named
     * by a hash.
     */
    private static final Pattern CACHED = Pattern.compile("models--.+?--([^/\\\\]+)");

    private final SentenceEmbedder embedder;
    private final String name;

    /**
     * Opens it; owns native memory until it's closed.
     *
     * @throws io.engram.core.EngramException if the folder isn't a supported encoder
     */
    FolderEncoder(Path folder) {
      embedder = SentenceEmbedder.open(folder, Device.CPU, BATCH_TOKENS);
      name = nameOf(folder) + ", sha256 " + embedder.hash().substring(0, HASH_DIGITS);
    }

    /**
     * A folder's name in notes and measurements: its own, or the model's if it is in the hub's
     * cache. Without semicolons and line breaks, since these end names and lines in a run's notes.
     */
    static String nameOf(Path folder) {
      Path whole = folder.toAbsolutePath().normalize();
      Matcher cached = CACHED.matcher(whole.toString());
      String name = cached.find() ? cached.group(1) : String.valueOf(whole.getFileName());
      return name.replaceAll("[;\\p{Cntrl}]", "_");
    }

    /** The folder's name and the beginning of its content hash. */
    @Override
    public String name() {
      return name;
    }

    @Override
    public List<float[]> encode(List<String> texts) {
      return embedder.embed(texts);
    }

    @Override
    public void close() {
      embedder.close();
    }
  }
}
