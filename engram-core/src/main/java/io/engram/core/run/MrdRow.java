package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The difficulty of one sample by some score: a line of {@code mrd/epoch-NNN.jsonl}. The value's
 * key is the name of the score, {@code mrd} for MRD and its variants:
 *
 * <p>{@code {"id":"7","mrd":0.031,"standard_error":0.002,"draws":32,"tokens":19,"clamped":0}}
 *
 * @param id the sample's id
 * @param score the key of the value
 * @param value the score, in its unit; MRD has none
 * @param standardError standard error of the value; NaN if the score has none
 * @param draws number of passes behind the estimate
 * @param tokens labelled tokens
 * @param clamped tokens whose |ℓ_t| was below the clamp
 */
public record MrdRow(
    String id,
    String score,
    double value,
    double standardError,
    int draws,
    int tokens,
    int clamped) {
  /** The key of MRD and its variants. */
  public static final String MRD = "mrd";

  private static final String TOKENS = "tokens";

  /**
   * Everything beside the score; earlier versions wrote the loss into rows of predicted updates.
   */
  private static final Set<String> OTHERS =
      Set.of("id", "standard_error", "draws", TOKENS, "clamped", "loss");

  /** A row of MRD. */
  public MrdRow(String id, double mrd, double standardError, int draws, int tokens, int clamped) {
    this(id, MRD, mrd, standardError, draws, tokens, clamped);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static MrdRow of(JsonNode line) {
    String score =
        line.propertyNames().stream()
            .filter(key -> !OTHERS.contains(key))
            .findFirst()
            // The score "tokens" is its own key.
            .orElse(TOKENS);
    if (!line.has(score)) {
      throw new IllegalArgumentException("no value");
    }
    return new MrdRow(
        line.path("id").asString(),
        score,
        number(line.path(score)),
        number(line.path("standard_error")),
        line.path("draws").asInt(1),
        line.path(TOKENS).asInt(),
        line.path("clamped").asInt());
  }

  /** Reads a number; NaN and ∞ are written as text, and NaN may be missing. */
  private static double number(JsonNode node) {
    if (node.isMissingNode()) {
      return Double.NaN;
    }
    return node.isNumber() ? node.asDouble() : Double.parseDouble(node.asString());
  }

  @JsonValue
  Map<String, Object> line() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", id);
    line.put(score, value);
    line.put("standard_error", standardError);
    line.put("draws", draws);
    line.put(TOKENS, tokens);
    line.put("clamped", clamped);
    return line;
  }

  /** Whether the value is MRD, or a variant of it. */
  public boolean isMrd() {
    return score.equals(MRD);
  }

  /** The value of a row of MRD. */
  public double mrd() {
    return value;
  }
}
