package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * How hard a sample is to forget, by some score: a line of {@code mrd/epoch-NNN.jsonl}. The value's
 * key is the score's name, {@code mrd} for MRD and its parts:
 *
 * <p>{@code {"id":"7","mrd":0.031,"standard_error":0.002,"draws":32,"tokens":19,"clamped":0}}
 *
 * @param id the sample's
 * @param score what the value is kept under
 * @param value of the score, in its unit; MRD has none
 * @param standardError of the value; NaN where the score has none
 * @param draws passes the value was estimated from
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
  /** The key of MRD and its parts. */
  public static final String MRD = "mrd";

  private static final Set<String> OTHERS =
      Set.of("id", "standard_error", "draws", "tokens", "clamped");

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
            .orElseThrow(() -> new IllegalArgumentException("no value"));
    return new MrdRow(
        line.path("id").asString(),
        score,
        number(line.path(score)),
        number(line.path("standard_error")),
        line.path("draws").asInt(),
        line.path("tokens").asInt(),
        line.path("clamped").asInt());
  }

  /** NaN and ∞ are texts. */
  private static double number(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.parseDouble(node.asString());
  }

  @JsonValue
  Map<String, Object> line() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", id);
    line.put(score, value);
    line.put("standard_error", standardError);
    line.put("draws", draws);
    line.put("tokens", tokens);
    line.put("clamped", clamped);
    return line;
  }

  /** Whether the value is MRD, or a part of it. */
  public boolean isMrd() {
    return score.equals(MRD);
  }

  /** The value, of a row of MRD. */
  public double mrd() {
    return value;
  }
}
