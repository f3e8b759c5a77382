package io.engram.model.decoder;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Workers;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;

/**
 * A packed batch of samples with the rows that predict their labelled tokens, in the order of the
 * samples.
 *
 * @param batch the packed tokens; the last token of a sample predicts nothing and is left out
 * @param rows rows whose hidden states are needed, {@code [M]}
 * @param targets the labelled tokens, {@code [M]}
 * @param offsets where each sample's labels begin in {@code rows}; one more than there are samples
 */
public record LabelledBatch(PackedBatch batch, int[] rows, int[] targets, int[] offsets) {
  /** Packs whole samples; each must have a labelled token. */
  public static LabelledBatch of(List<TokenizedSample> samples) {
    return of(samples, PackedBatch.of(inputs(samples)));
  }

  /**
   * Packs samples for a decoder, and what they all begin with once. All rows that predict a
   * labelled token are their sample's own.
   */
  public static LabelledBatch of(List<TokenizedSample> samples, Decoder decoder) {
    int most = samples.stream().mapToInt(TokenizedSample::labelStart).min().orElse(1) - 1;
    return of(samples, decoder.packed(inputs(samples), most));
  }

  private static List<int[]> inputs(List<TokenizedSample> samples) {
    return samples.stream().map(s -> Arrays.copyOf(s.ids(), s.ids().length - 1)).toList();
  }

  private static LabelledBatch of(List<TokenizedSample> samples, PackedBatch batch) {
    int labels = samples.stream().mapToInt(TokenizedSample::labels).sum();
    int[] rows = new int[labels];
    int[] targets = new int[labels];
    int[] offsets = new int[samples.size() + 1];
    int at = 0;
    for (int s = 0; s < samples.size(); s++) {
      TokenizedSample sample = samples.get(s);
      for (int t = sample.labelStart(); t < sample.ids().length; t++) {
        rows[at] = batch.starts()[s] + t - 1;
        targets[at++] = sample.ids()[t];
      }
      offsets[s + 1] = at;
    }
    return new LabelledBatch(batch, rows, targets, offsets);
  }

  /**
   * Splits samples into groups of at most {@code maxTokens} tokens, similar lengths together.
   *
   * @return indices into {@code samples}; a sample longer than the limit has a group to itself
   */
  public static List<int[]> groups(List<TokenizedSample> samples, int maxTokens) {
    return Groups.byTokens(lengths(samples), maxTokens);
  }

  /** Groups for {@link Workers}, of at most {@code maxTokens} tokens at work at once. */
  public static List<int[]> pieces(List<TokenizedSample> samples, int maxTokens, Device device) {
    int[] lengths = lengths(samples);
    long total = Arrays.stream(lengths).asLongStream().sum();
    return Groups.byTokens(lengths, Groups.pieceTokens(total, maxTokens, Workers.threads(device)));
  }

  private static int[] lengths(List<TokenizedSample> samples) {
    return samples.stream().mapToInt(s -> s.ids().length).toArray();
  }
}
