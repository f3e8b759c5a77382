package io.engram.model;

import io.engram.core.text.NumberText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a conversion did and what was lost on the way.
 *
 * @param folder what was written
 * @param source name of the file or folder that was read
 * @param adapter name of the adapter's folder that was merged in, or null
 * @param family the model's {@code model_type}
 * @param dtype number format written, such as "bfloat16"
 * @param numbers how many numbers the weights have
 * @param rounded how many of them that format can't represent exactly
 * @param formats for a GGUF file: how many weights have each number format
 * @param quantized whether some of them were quantised
 * @param tokenizer whether there is a tokenizer
 * @param negated what was subtracted, or null
 */
public record Conversion(
    Path folder,
    String source,
    @Nullable String adapter,
    String family,
    String dtype,
    long numbers,
    long rounded,
    Map<String, Integer> formats,
    boolean quantized,
    boolean tokenizer,
    @Nullable Negated negated) {
  /**
   * A fine-tuning whose effect was subtracted.
   *
   * @param tuned the fine-tuned model, as it was named
   * @param alpha how many times
   */
  public record Negated(String tuned, double alpha) {}

  /** Says what was done, in a sentence or two. */
  public String did() {
    String what =
        String.format("%s (%s, %,d parameters) written as %s", source, family, numbers, dtype);
    String merged = adapter == null ? "" : " with the adapter " + adapter + " merged in";
    Negated minus = negated;
    String less =
        minus == null
            ? ""
            : ", less %s times what %s learned beyond it: θ − α (θ_tuned − θ), α = %1$s"
                .formatted(NumberText.plain(minus.alpha()), minus.tuned());
    return what + merged + less + ".";
  }

  /**
   * What the source, or the model it was made from, had and the folder lacks; one sentence each.
   */
  public List<String> lost() {
    List<String> lost = new ArrayList<>();
    if (quantized) {
      lost.add(
          "The source is quantised ("
              + formats.entrySet().stream()
                  .map(format -> format.getValue() + " " + format.getKey())
                  .collect(Collectors.joining(", "))
              + "): its weights were rounded when it was made, and still are.");
    }
    if (rounded > 0) {
      lost.add(
          String.format(
              "%,d of %,d numbers were rounded to %s; float32 keeps more.",
              rounded, numbers, dtype));
    }
    if (!tokenizer) {
      lost.add("There was no tokenizer.json; the folder takes token ids alone.");
    }
    return lost;
  }
}
