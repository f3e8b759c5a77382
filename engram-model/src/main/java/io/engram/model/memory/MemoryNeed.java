package io.engram.model.memory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Bytes that a run takes at its peak.
 *
 * @param mapped of weights that lie in files: the system may drop them from memory and read them
 *     again, which costs time
 * @param own of the run's own, by what they're for
 */
public record MemoryNeed(long mapped, Map<String, Long> own) {
  private static final double GIB = 1L << 30;

  /** Keeps the order. */
  public MemoryNeed {
    own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
  }

  /**
   * With another model open at the same time. Passes go through one of them at a time, so of what
   * isn't weights the larger counts.
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

  /**
   * What two stages need, one after the other: the larger {@link #least} and the larger {@link
   * #total}, which may be of different stages.
   */
  public MemoryNeed or(MemoryNeed other) {
    MemoryNeed most = other.least() > least() ? other : this;
    return new MemoryNeed(Math.max(total(), other.total()) - most.least(), most.own);
  }

  /** Bytes without which the run can't be. */
  public long least() {
    return own.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Bytes with which no weight is read twice from its file. */
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
