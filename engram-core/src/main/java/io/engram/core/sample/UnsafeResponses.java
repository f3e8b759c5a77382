package io.engram.core.sample;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The negatives of PKU-SafeRLHF: every response that was labelled unsafe, with its prompt. A row
 * has two responses, so it gives none, one or two samples, and keeps its other fields.
 *
 * <p><b>Source:</b> App. C.1; which responses count is as in SOUL's {@code SafePku.py}.
 */
final class UnsafeResponses {
  private static final int RESPONSES = 2;

  private UnsafeResponses() {}

  /**
   * The samples' rows.
   *
   * @throws EngramException naming the fields that a row lacks, or a label that is neither true nor
   *     false
   */
  static List<SampleRows.Row> of(List<SampleRows.Row> rows) {
    List<SampleRows.Row> unsafe = new ArrayList<>();
    for (SampleRows.Row row : rows) {
      requireFields(row);
      for (int i = 0; i < RESPONSES; i++) {
        if (!isSafe(row, i)) {
          ObjectNode sample = row.fields().deepCopy();
          sample.set("response", row.fields().get("response_" + i));
          unsafe.add(new SampleRows.Row(sample, row.where()));
        }
      }
    }
    return unsafe;
  }

  private static void requireFields(SampleRows.Row row) {
    List<String> missing =
        Stream.of("prompt", "response_0", "response_1", "is_response_0_safe", "is_response_1_safe")
            .filter(name -> !row.fields().has(name))
            .toList();
    if (!missing.isEmpty()) {
      boolean preference =
          row.fields().has("better_response_id") || row.fields().has("safer_response_id");
      throw EngramException.usage(
          "%s has no %s; its fields are %s%s"
              .formatted(
                  row.where(),
                  String.join(", ", missing),
                  row.fields().propertyNames(),
                  preference
                      ? ". Which response is better or safer doesn't tell whether it is unsafe."
                      : ""));
    }
  }

  /** Tables have no truth values, only the words. */
  private static boolean isSafe(SampleRows.Row row, int response) {
    String name = "is_response_" + response + "_safe";
    JsonNode label = row.fields().path(name);
    String word = label.asString("").toLowerCase(Locale.ROOT);
    if (label.isBoolean() || word.equals("true") || word.equals("false")) {
      return label.isBoolean() ? label.asBoolean() : word.equals("true");
    }
    throw EngramException.usage(
        "%s: %s is %s; true or false is right".formatted(row.where(), name, label));
  }
}
