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

  /**
   * Remembers vectors, the least recently used forgotten first: the answers that a suite compares
   * with are the same at every stage.
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
   * A sentence encoder from a Hugging Face or sentence-transformers folder. It computes on the
   * processor in float32 wherever the model under test is, so that its judgement is the same.
   */
  static final class FolderEncoder implements SentenceEncoder {
    private static final int BATCH_TOKENS = 4096;
    private static final int HASH_DIGITS = 12;

    /** {@code models--ORG--NAME}, the folder of a model in the hub's cache; its own is a hash. */
    private static final Pattern CACHED = Pattern.compile("models--.+?--([^/\\\\]+)");

    private final SentenceEmbedder embedder;
    private final String name;

    /**
     * Opens it; owns native memory until it's closed.
     *
     * @throws io.engram.core.EngramException if the folder is no encoder that is supported
     */
    FolderEncoder(Path folder) {
      embedder = SentenceEmbedder.open(folder, Device.CPU, BATCH_TOKENS);
      name = nameOf(folder) + ", sha256 " + embedder.hash().substring(0, HASH_DIGITS);
    }

    /**
     * What a folder is called in notes and measurements: its own name, or the model's where it lies
     * in the hub's cache. A semicolon ends a name in the notes of a run, and a line break a line.
     */
    static String nameOf(Path folder) {
      Path whole = folder.toAbsolutePath().normalize();
      Matcher cached = CACHED.matcher(whole.toString());
      String name = cached.find() ? cached.group(1) : String.valueOf(whole.getFileName());
      return name.replaceAll("[;\\p{Cntrl}]", "_");
    }

    /** The folder's name and the beginning of the hash of what is in it. */
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
