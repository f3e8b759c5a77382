package io.engram.model.checkpoint;

import io.engram.model.decoder.WeightNames;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a Hugging Face file calls a model's weights: as transformers saves them, or without the
 * model's own name before them, as files of the model without its head have them. Masks and rotary
 * frequencies that older files carry along are known and skipped.
 *
 * @param names what the weights are called here
 * @param found what the file has
 */
record StoredNames(WeightNames names, Set<String> found) {
  private static final Pattern BUFFER =
      Pattern.compile(
          "(.*\\.)?((attn|attention|self_attn)\\.(bias|masked_bias)|rotary_emb\\.inv_freq)");

  /** What newer versions of some models call a head that isn't tied. */
  private static final String HEAD = "lm_head.weight";

  /** The file's name of a weight; the weight's own where the file hasn't got it. */
  String of(String weight) {
    return candidates(weight).stream().filter(found::contains).findFirst().orElse(weight);
  }

  private List<String> candidates(String weight) {
    if (weight.equals(names.ownHead())) {
      return List.of(weight, HEAD);
    }
    String base = names.base();
    return weight.startsWith(base)
        ? List.of(weight, weight.substring(base.length()))
        : List.of(weight);
  }

  /** The head that a file has although it's tied to the embedding. */
  Optional<String> head() {
    return Optional.of(of(names.ownHead())).filter(found::contains);
  }

  /**
   * Tensors of the file that are no buffers and that nobody asks for, the head aside.
   *
   * @param shapes the weights that are asked for
   */
  List<String> strangers(Map<String, long[]> shapes) {
    Set<String> known = new HashSet<>();
    shapes.keySet().forEach(weight -> known.add(of(weight)));
    head().ifPresent(known::add);
    return found.stream()
        .filter(name -> !known.contains(name) && !BUFFER.matcher(name).matches())
        .sorted()
        .toList();
  }
}
