package io.engram.unlearn.eval.judge;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Remembers vectors, the least recently used forgotten first: the answers that a suite compares
 * with are the same at every stage.
 */
final class CachingEncoder implements SentenceEncoder {
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
