package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.DataRow;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Other questions about the requests, from a file of rows {@code {"id": request, "kind": …,
 * "question": …, "answer": …}}, and TOFU's paraphrases of requests that come from TOFU.
 *
 * <p>RWKU's probes are read as they are: {@code {"subject": …, "query": …, "answer": …, "level": …,
 * "type": …}}. A row with a subject instead of an id is about the requests that name the subject:
 * about the one with the same answer, else about the first. KnowUnDo's rows, {@code {"text": …,
 * "labels": …}}, are about no request in particular, so they need the kind {@code neighbour}.
 *
 * <p><b>Source:</b> RWKU (arXiv 2406.10890), KnowUnDo (arXiv 2407.01920).
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
          "question",
          "one_hop",
          "fill_in",
          "other_language",
          "synonym",
          "multiple_choice",
          "prefix",
          "affirmative_suffix",
          "background_hint",
          "persona",
          "in_context",
          NEIGHBOUR);

  /** RWKU's types of adversarial probes, its levels and other spellings, by their letters. */
  private static final Map<String, String> SPELLINGS =
      Map.ofEntries(
          Map.entry("1", "fill_in"),
          Map.entry("2", "question"),
          Map.entry("fillintheblank", "fill_in"),
          Map.entry("questionanswer", "question"),
          Map.entry("prefixinjection", "prefix"),
          Map.entry("roleplaying", "persona"),
          Map.entry("reversequery", "reverse"),
          Map.entry("synonymmanipulation", "synonym"),
          Map.entry("incontextlearning", "in_context"),
          Map.entry("crosslingual", "other_language"),
          Map.entry("neighbor", NEIGHBOUR));

  private static final String FORM =
      "a row is {\"id\": request, \"kind\": …, \"question\": …, \"answer\": …}, or RWKU's {\"subject\","
          + " \"query\", \"answer\", \"level\", \"type\"}";

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
   * @throws EngramException if a row lacks a field, or ids or kinds are unknown, all at once; or if
   *     no request names any of the rows' subjects
   */
  public static List<OtherQuestion> read(Path file, List<Sample> requests) {
    Set<String> ids = new HashSet<>();
    requests.forEach(r -> ids.add(r.id()));
    Map<String, List<Sample>> bySubject = new HashMap<>();
    List<OtherQuestion> found = new ArrayList<>();
    Set<String> unknownIds = new LinkedHashSet<>();
    Set<String> unknownKinds = new LinkedHashSet<>();
    Set<String> others = new LinkedHashSet<>();
    int number = 0;
    for (JsonNode row : rows(file)) {
      number++;
      String kind = kind(row);
      String question = text(file, number, row, "question", "query", "input", "prompt", "text");
      String answer = text(file, number, row, "answer", "output", "labels");
      String id = first(row, "id");
      String subject = first(row, "subject");
      if (kind == null) {
        kind = text(file, number, row, "kind");
      } else if (!KINDS.contains(kind)) {
        unknownKinds.add(kind);
      }
      if (id == null && subject != null) {
        List<Sample> own = bySubject.computeIfAbsent(subject, name -> naming(requests, name));
        if (own.isEmpty()) {
          others.add(subject);
          continue;
        }
        id = closest(own, answer);
      } else if (id == null && NEIGHBOUR.equals(kind)) {
        id = NEIGHBOUR + "-" + number;
      } else if (id == null) {
        id = text(file, number, row, "id");
      } else if (!ids.contains(id)) {
        unknownIds.add(id);
      }
      found.add(new OtherQuestion(id, kind, Sample.of("probe-" + number, question, answer)));
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
    if (number == 0) {
      faults.add("it has no lines");
    } else if (found.isEmpty()) {
      faults.add("no request names any of its subjects: " + some(others));
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage("--probes %s: %s.".formatted(file, String.join("; ", faults)));
    }
    return found;
  }

  private static List<? extends JsonNode> rows(Path file) {
    return file.toString().endsWith(".jsonl")
        ? JsonFiles.readLines(file, JsonNode.class)
        : DataRow.read(file).stream().map(DataRow::fields).toList();
  }

  /** The kind in our spelling: from {@code kind}, RWKU's {@code type}, or its level; null: none. */
  private static @Nullable String kind(JsonNode row) {
    for (String field : List.of("kind", "type", "level")) {
      String given = first(row, field);
      if (given != null) {
        String letters = given.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        String spelt = SPELLINGS.get(letters);
        String known =
            KINDS.stream()
                .filter(kind -> kind.replace("_", "").equals(letters))
                .findFirst()
                .orElse(spelt);
        if (known != null || field.equals("kind")) {
          return known == null ? given : known;
        }
      }
    }
    return first(row, "type");
  }

  /** The requests in which a subject is named in whole words, or whose id it is. */
  private static List<Sample> naming(List<Sample> requests, String subject) {
    // Letters with two cases: where words aren't separated by spaces, letters have one.
    String beside = "[\\p{Lu}\\p{Ll}\\p{N}]";
    Pattern name =
        Pattern.compile(
            "(?<!"
                + beside
                + ")"
                + Pattern.quote(subject.toLowerCase(Locale.ROOT))
                + "(?!"
                + beside
                + ")");
    return requests.stream()
        .filter(
            request ->
                request.id().equals(subject)
                    || name.matcher(words(request).toLowerCase(Locale.ROOT)).find())
        .toList();
  }

  private static String words(Sample sample) {
    if (sample.content() instanceof Asked asked) {
      return asked.question() + " " + asked.answer();
    }
    return sample.content() instanceof Sample.PlainText plain ? plain.text() : "";
  }

  /** The request with this answer, else the first. */
  private static String closest(List<Sample> own, String answer) {
    return own.stream()
        .filter(
            request ->
                request.content() instanceof Asked asked
                    && asked.answer().strip().equalsIgnoreCase(answer.strip()))
        .findFirst()
        .orElse(own.get(0))
        .id();
  }

  private static @Nullable String first(JsonNode row, String... fields) {
    for (String field : fields) {
      JsonNode value = row.path(field);
      if (value.isValueNode() && !value.isNull() && !value.asString().isBlank()) {
        return value.asString();
      }
    }
    return null;
  }

  private static String text(Path file, int number, JsonNode row, String... fields) {
    String value = first(row, fields);
    if (value == null) {
      throw EngramException.usage(
          "--probes %s: entry %d has no %s; %s.".formatted(file, number, fields[0], FORM));
    }
    return value;
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
