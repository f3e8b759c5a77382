package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Other questions about the requests, from a file of lines {@code {"id": request, "kind": …,
 * "question": …, "answer": …}}, and TOFU's paraphrases of requests that come from TOFU.
 *
 * @param all one or more for a request
 */
public record OtherQuestions(List<OtherQuestion> all) {
  /** The kind about something near that the model must still know. */
  public static final String NEIGHBOUR = "neighbour";

  private static final String PARAPHRASE = "paraphrase";

  /** What a question can be to its request. */
  public static final List<String> KINDS =
      List.of(
          PARAPHRASE,
          "reverse",
          "one_hop",
          "fill_in",
          "other_language",
          "synonym",
          "multiple_choice",
          "prefix",
          "persona",
          "in_context",
          NEIGHBOUR);

  private static final String PARAPHRASED = "forget10_perturbed";
  private static final int NAMED = 5;

  /** Copies the list. */
  public OtherQuestions {
    all = List.copyOf(all);
  }

  /**
   * A question.
   *
   * @param request the id of the request that it is about
   * @param kind one of {@link #KINDS}
   * @param sample question and answer; its id is unique
   */
  public record OtherQuestion(String request, String kind, Sample sample) {}

  /** All that there are: the file's and TOFU's. */
  public static OtherQuestions of(AuditData data) {
    List<OtherQuestion> all = new ArrayList<>(ofTofu(data.requests()));
    if (data.probes() != null) {
      all.addAll(read(data.probes(), data.requests()));
    }
    return new OtherQuestions(all);
  }

  /**
   * Reads a file.
   *
   * @throws EngramException if a line lacks a field, or ids or kinds are unknown; all at once
   */
  public static List<OtherQuestion> read(Path file, List<Sample> requests) {
    Set<String> ids = new HashSet<>();
    requests.forEach(r -> ids.add(r.id()));
    List<OtherQuestion> found = new ArrayList<>();
    Set<String> unknownIds = new LinkedHashSet<>();
    Set<String> unknownKinds = new LinkedHashSet<>();
    int number = 0;
    for (JsonNode line : JsonFiles.readLines(file, JsonNode.class)) {
      number++;
      String id = text(file, number, line, "id");
      String kind = text(file, number, line, "kind");
      if (!ids.contains(id)) {
        unknownIds.add(id);
      }
      if (!KINDS.contains(kind)) {
        unknownKinds.add(kind);
      }
      found.add(
          new OtherQuestion(
              id,
              kind,
              Sample.of(
                  "probe-" + number,
                  text(file, number, line, "question"),
                  text(file, number, line, "answer"))));
    }
    List<String> faults = new ArrayList<>();
    if (!unknownIds.isEmpty()) {
      faults.add("no request has the id " + some(unknownIds));
    }
    if (!unknownKinds.isEmpty()) {
      faults.add(
          "there is no kind %s; the kinds are %s"
              .formatted(some(unknownKinds), String.join(", ", KINDS)));
    }
    if (found.isEmpty()) {
      faults.add("it has no lines");
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage("--probes %s: %s.".formatted(file, String.join("; ", faults)));
    }
    return found;
  }

  private static String text(Path file, int number, JsonNode line, String field) {
    JsonNode value = line.path(field);
    if (!value.isValueNode() || value.isNull() || value.asString().isBlank()) {
      throw EngramException.usage(
          "--probes %s: entry %d has no %s; a line is {\"id\": request, \"kind\": …, \"question\": …, \"answer\": …}."
              .formatted(file, number, field));
    }
    return value.asString();
  }

  private static String some(Set<String> names) {
    List<String> all = List.copyOf(names);
    String first = String.join(", ", all.subList(0, Math.min(NAMED, all.size())));
    return all.size() > NAMED ? "%s and %d more".formatted(first, all.size() - NAMED) : first;
  }

  /** TOFU's paraphrases of those requests that are rows of forget10 or a part of it. */
  public static List<OtherQuestion> ofTofu(List<Sample> requests) {
    Map<String, TofuRow> rows = new HashMap<>();
    try {
      Tofu.rows(PARAPHRASED).forEach(row -> rows.put(row.question(), row));
    } catch (EngramException e) {
      return List.of(); // Without TOFU's data there are no requests from it.
    }
    List<OtherQuestion> found = new ArrayList<>();
    for (Sample request : requests) {
      if (request.content() instanceof Asked asked) {
        TofuRow row = rows.get(asked.question());
        String question = row == null ? null : row.paraphrasedQuestion();
        if (row != null && question != null && row.answer().equals(asked.answer())) {
          Sample sample = Sample.of("tofu-" + request.id(), question, row.answer());
          found.add(new OtherQuestion(request.id(), PARAPHRASE, sample));
        }
      }
    }
    return found;
  }
}
