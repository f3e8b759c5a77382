package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.unlearn.audit.Attack.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The results of attacks in {@code audit/}: {@code NAME.jsonl} has the rows, {@code NAME.json} what
 * they were made with. The second is written last, so an attack is whole if it is there.
 *
 * <p>A line: {@code {"id":"3","model":"after","setting":"1e-4","tokens":17,"log_prob":-1.2,…}};
 * {@code setting} and {@code tokens} are left out where an attack has none.
 *
 * @param folder {@code audit/}
 */
record AuditFiles(Path folder) {
  /**
   * The results of one attack.
   *
   * @param subject digest of the models and requests, {@link AuditModels#subject}
   * @param digest of what they were made with
   */
  record Made(String subject, String digest, double seconds, Map<Role, Outcome> outcomes) {
    Map<Role, List<Row>> rows() {
      Map<Role, List<Row>> rows = new EnumMap<>(Role.class);
      outcomes.forEach((role, outcome) -> rows.put(role, outcome.rows()));
      return rows;
    }

    /** Notes of all models, each once. */
    List<String> notes() {
      return outcomes.values().stream().flatMap(o -> o.notes().stream()).distinct().toList();
    }

    SortedMap<String, Double> facts(Role role) {
      Outcome outcome = outcomes.get(role);
      return outcome == null ? new TreeMap<>() : outcome.facts();
    }
  }

  /**
   * {@code NAME.json}.
   *
   * @param subject null in older files
   * @param models by model
   */
  private record Header(
      String attack,
      @Nullable String subject,
      String digest,
      double seconds,
      Map<String, Facts> models) {}

  /** What an attack found besides rows. */
  private record Facts(SortedMap<String, Double> facts, List<String> notes) {}

  private static final List<String> OWN = List.of("id", "model", "setting", "tokens");

  /**
   * The results of an attack that was made with the same things before; null if there are none, or
   * a file of them is damaged, so that it is made again.
   */
  @Nullable Made find(String attack, String subject, String digest) {
    Path file = folder.resolve(attack + ".json");
    if (!Files.exists(file) || !Files.exists(rows(attack))) {
      return null;
    }
    try {
      Header header = JsonFiles.read(file, Header.class);
      return header.digest().equals(digest) ? made(header, subject, attack) : null;
    } catch (EngramException damaged) {
      return null;
    }
  }

  /** Whether an attack was made. */
  boolean has(String attack) {
    return Files.exists(folder.resolve(attack + ".json"));
  }

  /**
   * Whether an attack was made on other models or requests. If it has no file, or one that is
   * damaged, it wasn't.
   */
  boolean isOfOthers(String attack, String subject, String digest) {
    if (!has(attack)) {
      return false;
    }
    try {
      Header header = JsonFiles.read(folder.resolve(attack + ".json"), Header.class);
      return !subject.equals(header.subject()) && !header.digest().equals(digest);
    } catch (EngramException damaged) {
      return false;
    }
  }

  private Made made(Header header, String subject, String attack) {
    Map<Role, List<Row>> rows = new EnumMap<>(Role.class);
    for (JsonNode line : JsonFiles.readLines(rows(attack), JsonNode.class)) {
      rows.computeIfAbsent(role(line.path("model").asString("")), r -> new ArrayList<>())
          .add(row(line));
    }
    Map<Role, Outcome> outcomes = new EnumMap<>(Role.class);
    header
        .models()
        .forEach(
            (key, facts) ->
                outcomes.put(
                    role(key),
                    new Outcome(
                        rows.getOrDefault(role(key), List.of()), facts.facts(), facts.notes())));
    return new Made(subject, header.digest(), header.seconds(), outcomes);
  }

  /** Writes the results of an attack that is whole. */
  void write(String attack, Made made) {
    List<Map<String, Object>> lines = new ArrayList<>();
    Map<String, Facts> facts = new LinkedHashMap<>();
    made.outcomes()
        .forEach(
            (role, outcome) -> {
              outcome.rows().forEach(row -> lines.add(line(role, row)));
              facts.put(role.key(), new Facts(outcome.facts(), outcome.notes()));
            });
    JsonFiles.writeLines(rows(attack), lines);
    JsonFiles.write(
        folder.resolve(attack + ".json"),
        new Header(attack, made.subject(), made.digest(), made.seconds(), facts));
  }

  private Path rows(String attack) {
    return folder.resolve(attack + ".jsonl");
  }

  private static Map<String, Object> line(Role role, Row row) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", row.id());
    line.put("model", role.key());
    if (!row.setting().isEmpty()) {
      line.put("setting", row.setting());
    }
    if (row.tokens() > 0) {
      line.put("tokens", row.tokens());
    }
    line.putAll(row.measures());
    return line;
  }

  private static Row row(JsonNode line) {
    SortedMap<String, Double> measures = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      if (!OWN.contains(field.getKey())) {
        double value = JsonFiles.number(field.getValue());
        if (Double.isNaN(value) && !field.getValue().asString("").equals("NaN")) {
          throw damaged(field.getKey());
        }
        measures.put(field.getKey(), value);
      }
    }
    return new Row(
        line.path("id").asStringOpt().orElseThrow(() -> damaged("id")),
        line.path("setting").asString(""),
        line.path("tokens").asInt(0),
        measures);
  }

  private static EngramException damaged(String field) {
    return EngramException.file("audit: a row has another " + field + " than was written");
  }

  private static Role role(String key) {
    for (Role role : Role.values()) {
      if (role.key().equals(key)) {
        return role;
      }
    }
    throw EngramException.file("audit: no model is called " + key);
  }
}
