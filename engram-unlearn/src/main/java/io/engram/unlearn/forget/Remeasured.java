package io.engram.unlearn.forget;

import io.engram.core.ProgressListener;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.certificate.RunCertificate;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** How well a model knows requests, measured as a certificate holds it. */
public final class Remeasured {
  private Remeasured() {}

  /**
   * Means over the requests by the ids of {@link RunCertificate#REQUEST_MEASURES}; a measure that
   * no request has is left out.
   */
  public static Map<String, Value> of(
      LanguageModel model, List<Sample> requests, ProgressListener progress) {
    List<JsonNode> rows =
        Probe.of(model, requests, progress).stream()
            .map(probe -> JsonFiles.mapper().<JsonNode>valueToTree(probe.values()))
            .toList();
    Map<String, Value> measured = new LinkedHashMap<>();
    for (String id : RunCertificate.REQUEST_MEASURES.keySet()) {
      double[] values =
          rows.stream()
              .map(row -> row.path(id))
              .filter(JsonNode::isNumber)
              .mapToDouble(JsonNode::doubleValue)
              .toArray();
      if (values.length > 0) {
        MeanWithError mean = MeanWithError.of(values);
        double error = mean.standardError();
        measured.put(id, new Value(mean.n(), mean.mean(), Double.isNaN(error) ? null : error));
      }
    }
    return measured;
  }
}
