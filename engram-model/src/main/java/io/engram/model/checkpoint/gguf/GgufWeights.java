package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Change;
import io.engram.model.checkpoint.gguf.GgufArchitecture.Weight;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A GGUF file's tensors under the names that they have in a Hugging Face folder. */
final class GgufWeights {
  private static final Pattern OF_LAYER =
      Pattern.compile("blk\\.(0|[1-9][0-9]{0,5})\\.([a-z_]+)\\.(weight|bias)");

  private static final Pattern OUTER = Pattern.compile("([a-z_]+)\\.(weight|bias)");

  private GgufWeights() {}

  /** Where a weight lies and how it's stored. */
  record Stored(GgufHeader.Entry entry, Change change) {}

  /**
   * All weights by their Hugging Face names, in the order of the header.
   *
   * @throws EngramException naming a tensor that the architecture hasn't
   */
  static Map<String, Stored> of(Path path, GgufHeader header, GgufArchitecture architecture) {
    Map<String, Stored> weights = new LinkedHashMap<>();
    for (GgufHeader.Entry entry : header.entries().values()) {
      if (architecture.settings().contains(entry.name())) {
        continue;
      }
      Named named = named(entry.name(), architecture);
      if (named == null) {
        throw EngramException.usage(
            path
                + ": tensor "
                + entry.name()
                + " is no weight of architecture "
                + architecture.name()
                + " that can be read.");
      }
      weights.put(named.name(), new Stored(entry, named.change()));
    }
    return weights;
  }

  private record Named(String name, Change change) {}

  private static @Nullable Named named(String name, GgufArchitecture architecture) {
    Matcher layer = OF_LAYER.matcher(name);
    if (layer.matches()) {
      Weight weight = architecture.layerWeights().get(layer.group(2));
      return weight == null
          ? null
          : new Named(
              architecture.layers() + layer.group(1) + "." + weight.name() + "." + layer.group(3),
              weight.change());
    }
    Matcher outer = OUTER.matcher(name);
    Weight weight = outer.matches() ? architecture.outerWeights().get(outer.group(1)) : null;
    return weight == null ? null : new Named(weight.name() + "." + outer.group(2), weight.change());
  }
}
