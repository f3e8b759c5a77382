package io.engram.model;

import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;

/**
 * Samples that go through the model together.
 *
 * @param numbers their indices in the list that was cut
 * @param samples in the order of the batch
 */
public record SampleBatch(int[] numbers, List<TokenizedSample> samples) implements BatchWork.Batch {
  /** The batches that these groups of indices make. */
  public static List<SampleBatch> of(List<TokenizedSample> samples, List<int[]> groups) {
    return groups.stream()
        .map(group -> new SampleBatch(group, Arrays.stream(group).mapToObj(samples::get).toList()))
        .toList();
  }

  @Override
  public long tokens() {
    return samples.stream().mapToLong(sample -> sample.ids().length).sum();
  }

  @Override
  public int count() {
    return numbers.length;
  }

  /** Puts the results of its samples where they are in the list that was cut. */
  public <T> void place(T[] found, T[] into) {
    for (int i = 0; i < numbers.length; i++) {
      into[numbers[i]] = found[i];
    }
  }

  /** The same for all batches. */
  public static <T> void place(List<SampleBatch> batches, List<T[]> found, T[] into) {
    for (int b = 0; b < batches.size(); b++) {
      batches.get(b).place(found.get(b), into);
    }
  }
}
