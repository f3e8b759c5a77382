package io.engram.core.ledger;

import io.engram.core.ledger.LedgerEntry.Kept;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the requests of a ledger have cost the samples to keep, in nats a token. Each run bounds the
 * rise of their loss from its own start, so without this the rises add up.
 *
 * @param all of the requests that changed the model, the first first
 */
public record KeepLosses(List<Kept> all) {
  /** Copies the list. */
  public KeepLosses {
    all = List.copyOf(all);
  }

  /** Of the requests of a ledger. */
  public static KeepLosses of(List<LedgerEntry> entries) {
    return new KeepLosses(
        entries.stream().map(LedgerEntry::kept).filter(Objects::nonNull).toList());
  }

  /** {@code Σ (after − before)}, whatever the samples; 0 if there are none. */
  public double sum() {
    return all.stream().mapToDouble(kept -> kept.after() - kept.before()).sum();
  }

  /**
   * The rise that was last measured on the same samples: the loss after the last request that has
   * them, less that before the first. What requests with other samples did in between counts.
   *
   * @param data {@link Kept#data}; null: samples that no two requests share
   * @return 0 if there are none
   */
  public double rise(@Nullable String data) {
    List<Kept> same = same(data);
    return same.isEmpty() ? 0 : same.get(same.size() - 1).after() - same.get(0).before();
  }

  /** The bound on that rise, as the last request with these samples had it; null: none. */
  public @Nullable Double bound(@Nullable String data) {
    List<Kept> same = same(data);
    return same.isEmpty() ? null : same.get(same.size() - 1).bound();
  }

  /** Whether all requests were measured on the same samples. */
  public boolean areComparable() {
    return !all.isEmpty() && same(all.get(0).data()).size() == all.size();
  }

  private List<Kept> same(@Nullable String data) {
    return all.stream().filter(kept -> data != null && data.equals(kept.data())).toList();
  }
}
