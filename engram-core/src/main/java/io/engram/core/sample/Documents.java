package io.engram.core.sample;

import io.engram.core.EngramException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents of WMDP's corpora: the field {@code text}. The corpus on biology has a title and an
 * abstract beside it, which are left out, as its authors do; where a row has no text they stand for
 * it.
 *
 * <p><b>Source:</b> Li et al.: The WMDP benchmark (2024); the fields of cais/wmdp-corpora and
 * cais/wmdp-bio-forget-corpus.
 */
final class Documents {
  private Documents() {}

  static List<SampleRows.Row> of(List<SampleRows.Row> rows) {
    return rows.stream().map(Documents::document).toList();
  }

  private static SampleRows.Row document(SampleRows.Row row) {
    ObjectNode fields = row.fields();
    if (!text(fields, "text").isBlank()) {
      return row;
    }
    String text = (text(fields, "title") + "\n" + text(fields, "abstract")).strip();
    if (text.isEmpty()) {
      throw EngramException.usage(
          "%s has the fields %s; a document of WMDP has a text, or a title and an abstract"
              .formatted(row.where(), fields.propertyNames()));
    }
    return new SampleRows.Row(fields.deepCopy().put("text", text), row.where());
  }

  private static String text(ObjectNode fields, String name) {
    return fields.path(name).asString("");
  }
}
