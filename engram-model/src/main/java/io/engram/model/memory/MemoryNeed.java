package io.engram.model.memory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The bytes that a run takes at its peak.
 *
 * @param mapped weights mapped from files: the system may drop them from memory and read them
 *     again, which costs time
 * @param own the run's own memory, by purpose
 */
public record MemoryNeed(long mapped, Map<String, Long> own) {
  private static final double GIB = 1L << 30;

  /** Keeps the order. */
  public MemoryNeed {
    own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
  }

  /**
   * With another model open at the same time. Passes go through one of them at a time, so apart
   * from weights the larger need counts.
   *
   * @param what the other's weights are called
   */
  public MemoryNeed beside(String what, MemoryNeed other) {
    Map<String, Long> both = new LinkedHashMap<>(own);
    other.own.forEach(
        (part, bytes) -> {
          if (part.equals("weights")) {
            both.put(what, bytes);
          } else {
            both.merge(part, bytes, Math::max);
          }
        });
    return new MemoryNeed(mapped + other.mapped, both);
  }

  /** With something more that it holds. */
  public MemoryNeed holding(String what, long bytes) {
    Map<String, Long> all = new LinkedHashMap<>(own);
    all.put(what, bytes);
    return new MemoryNeed(mapped, all);
  }

  /**
   * The need of two stages, one after the other: the larger {@link #least} and the larger {@link
   * #total}, which may come from different stages.
   */
  public MemoryNeed or(MemoryNeed other) {
    MemoryNeed most = other.least() > least() ? other : this;
    return new MemoryNeed(Math.max(total(), other.total()) - most.least(), most.own);
  }

  /** The bytes without which the run is impossible. */
  public long least() {
    return own.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The bytes with which no weight is read from its file twice. */
  public long total() {
    return mapped + least();
  }

  /** "16.2 GiB: weights 13.5 (in their files), activations 1.9, …". */
  public String text() {
    StringJoiner parts = new StringJoiner(", ");
    if (mapped > 0) {
      parts.add("weights " + number(mapped) + " (mapped from their files)");
    }
    own.forEach(
        (what, bytes) -> {
          if (bytes >= GIB / 100) {
            parts.add(what + " " + number(bytes));
          }
        });
    return gib(total()) + ": " + parts;
  }

  /** "1.25 GiB". */
  public static String gib(long bytes) {
    return number(bytes) + " GiB";
  }

  private static String number(long bytes) {
    return String.format(Locale.ROOT, bytes < 10 * GIB ? "%.2f" : "%.1f", bytes / GIB);
  }
}
