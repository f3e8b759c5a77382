package io.engram.unlearn.eval.lume;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.DataFolders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * LUME's rows, all read and checked before anything is measured.
 *
 * @param forget what was forgotten
 * @param retain what was kept
 * @param members documents that were forgotten; empty: no membership attack
 * @param others documents that no model was trained on; empty likewise
 */
record LumeFiles(
    List<Row> forget, List<Row> retain, List<Document> members, List<Document> others) {
  /** The tasks: stories, personal data, biographies. */
  static final List<String> TASKS = List.of("Task1", "Task2", "Task3");

  private static final List<String> FOLDERS = List.of("lume", "lume-llm-unlearning", "semeval25");

  /** Where the rows of a set may be; the first that there is counts. */
  private static final List<String> PLACES =
      List.of(
          "%s.jsonl",
          "data/%s.jsonl", "%s-*.parquet", "data/%s-*.parquet", "%s.parquet", "data/%s.parquet");

  /** How a row is scored, by its id: {@code …sc1} or {@code …qa0}. */
  enum Kind {
    /** A text is to be continued. */
    COMPLETION,
    /** A question is to be answered. */
    QUESTION
  }

  /** A row. */
  record Row(String id, String where, String task, Kind kind, String input, String output) {}

  /** A document of the membership attack. */
  record Document(String id, String text) {}

  /**
   * Reads them.
   *
   * @param folder of the files; empty: one of {@link #FOLDERS} in the folder of data sets
   * @param datasets {@code eval.datasets}
   * @throws EngramException if they are missing, or a row has no kind or task
   */
  static LumeFiles read(String folder, @Nullable String datasets) {
    List<Path> bases = bases(folder, datasets);
    List<Document> members = documents(bases, "member");
    List<Document> others = documents(bases, "nonmember");
    if (members.isEmpty() != others.isEmpty()) {
      throw EngramException.file(
          "lume: %s is there, but %s isn't; the membership attack needs both or neither"
              .formatted(
                  members.isEmpty() ? "nonmember" : "member",
                  members.isEmpty() ? "member" : "nonmember"));
    }
    return new LumeFiles(rows(bases, "forget"), rows(bases, "retain"), members, others);
  }

  private static List<Path> bases(String folder, @Nullable String datasets) {
    if (!folder.isEmpty()) {
      Path named = Path.of(folder);
      if (!Files.isDirectory(named)) {
        throw EngramException.file(
            "eval.suites: lume:%s isn't a folder; one with forget.jsonl and retain.jsonl is right"
                .formatted(folder));
      }
      return List.of(named);
    }
    List<Path> found = DataFolders.of(datasets).holding(FOLDERS, "");
    if (found.isEmpty()) {
      throw EngramException.file(
          "lume: its rows aren't here. Put forget.jsonl and retain.jsonl of amazon-science/lume-llm-unlearning on GitHub (Apache-2.0) into a folder and name it, lume:DIR, or name the folder that holds a folder lume: eval.datasets=DIR.\nTo try it with invented rows: engram example lume --out DIR");
    }
    return found;
  }

  private static List<DataRow> read(List<Path> bases, String name) {
    for (Path base : bases) {
      for (String place : PLACES) {
        List<Path> files = DataFolders.matching(base, place.formatted(name));
        if (!files.isEmpty()) {
          return files.stream().flatMap(file -> DataRow.read(file).stream()).toList();
        }
      }
    }
    return List.of();
  }

  private static List<Row> rows(List<Path> bases, String name) {
    List<Row> rows = new ArrayList<>();
    for (DataRow row : read(bases, name)) {
      String id = text(row, "id");
      rows.add(
          new Row(
              id,
              row.where(),
              task(row),
              kind(row, id),
              text(row, "input", "question"),
              text(row, "output", "answer")));
    }
    if (rows.isEmpty()) {
      throw EngramException.file("lume: %s has no file %s.jsonl".formatted(bases.get(0), name));
    }
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (String task : TASKS) {
      for (Kind kind : Kind.values()) {
        counts.put(task + " " + kind.name().toLowerCase(Locale.ROOT), 0);
      }
    }
    rows.forEach(
        row ->
            counts.merge(
                row.task() + " " + row.kind().name().toLowerCase(Locale.ROOT), 1, Integer::sum));
    counts.values().removeIf(count -> count > 0);
    if (!counts.isEmpty()) {
      throw EngramException.usage(
          "lume: %s has no rows of %s; the score needs completions and questions of all three tasks"
              .formatted(name, counts.keySet()));
    }
    return rows;
  }

  private static String task(DataRow row) {
    String task = text(row, "task");
    if (!TASKS.contains(task)) {
      throw EngramException.usage(
          "%s: task is \"%s\"; there are %s".formatted(row.where(), task, TASKS));
    }
    return task;
  }

  private static Kind kind(DataRow row, String id) {
    if (id.matches("(?s).*sc.")) {
      return Kind.COMPLETION;
    }
    if (id.matches("(?s).*qa.")) {
      return Kind.QUESTION;
    }
    throw EngramException.usage(
        "%s: its id \"%s\" ends neither in sc1, a text to continue, nor in qa0, a question"
            .formatted(row.where(), id));
  }

  private static List<Document> documents(List<Path> bases, String name) {
    List<Document> documents = new ArrayList<>();
    for (DataRow row : read(bases, name)) {
      JsonNode id = row.fields().path("id");
      documents.add(
          new Document(
              id.isMissingNode() ? Integer.toString(documents.size()) : id.asString(),
              text(row, "document", "text")));
    }
    return documents;
  }

  private static String text(DataRow row, String... names) {
    for (String name : names) {
      JsonNode value = row.fields().path(name);
      if (value.isString() || value.isNumber()) {
        return value.asString();
      }
    }
    throw EngramException.usage(
        "%s has no %s; a row of LUME has id, input, output and task, the row has %s"
            .formatted(row.where(), names[0], row.fields().propertyNames()));
  }
}
