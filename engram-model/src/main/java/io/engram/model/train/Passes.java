package io.engram.model.train;

import io.engram.model.decoder.Groups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Which sequences go through the model together. */
final class Passes {
  private Passes() {}

  /**
   * Groups of at most {@code maxTokens} tokens, each of sequences whose objectives need the same
   * layer's output.
   *
   * @return ascending indices into {@code sequences}
   */
  static List<int[]> of(List<TrainingSequence> sequences, int maxTokens) {
    Map<OptionalInt, List<Integer>> byLayer = new LinkedHashMap<>();
    for (int s = 0; s < sequences.size(); s++) {
      OptionalInt layer = sequences.get(s).objective().layer();
      byLayer.computeIfAbsent(layer, l -> new ArrayList<>()).add(s);
    }
    List<int[]> passes = new ArrayList<>();
    for (List<Integer> own : byLayer.values()) {
      int[] lengths = own.stream().mapToInt(s -> sequences.get(s).tokens()).toArray();
      for (int[] group : Groups.byTokens(lengths, maxTokens)) {
        int[] pass = Arrays.stream(group).map(own::get).toArray();
        Arrays.sort(pass);
        passes.add(pass);
      }
    }
    return passes;
  }
}
