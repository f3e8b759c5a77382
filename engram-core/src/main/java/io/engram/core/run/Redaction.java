package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the texts of requests, and the model's answers to them, out of a run folder. What had texts
 * is kept whole in the owner's {@code private/}, under its own name; in its place stays the same
 * without texts. Numbers, verdicts and ids stay. The model isn't touched.
 *
 * <p>Controls that Engram makes are made of the requests' words, so a run with {@code --redact}
 * keeps them in {@code private/} from the start.
 *
 * @param run the run folder
 */
public record Redaction(Path run) {
  /** Files with some texts among numbers. */
  private static final List<String> MIXED =
      List.of("samples.jsonl", VerdictRow.FILE, ForgetPlan.FILE);

  /** Answers that the model made from the requests; nothing but texts. */
  private static final String ALTERNATIVES = "alternatives.jsonl";

  private static final String REPORT = "report.html";

  /** Fields that hold texts. */
  private static final Set<String> FIELDS =
      Set.of(
          "prompt",
          "question",
          "answer",
          "answers",
          "text",
          "output",
          "outputs",
          "output_before",
          "output_after",
          "messages",
          "generated",
          "sampled");

  /** The folder for what only the owner may see; it is made if it isn't there. */
  public Path owners() {
    return OwnerOnly.folder(run.resolve(OwnerOnly.FOLDER));
  }

  /**
   * Whether a run has been redacted: what writes texts to its folder later must {@link #apply}
   * again.
   */
  public boolean wasApplied() {
    return Files.exists(run.resolve(OwnerOnly.FOLDER).resolve(VerdictRow.FILE));
  }

  /**
   * Takes the texts out of a finished run. What has none any more stays as it is, so it may be done
   * again. The checkpoints go: they may hold answers, and nothing resumes from them.
   */
  public void apply() {
    owners();
    new CheckpointFolder(run).discard();
    for (String name : MIXED) {
      redact(name);
    }
    if (Files.isDirectory(run.resolve("audit"))) {
      for (String name : Trees.files(run.resolve("audit")).keySet()) {
        if (name.endsWith(".jsonl") || name.endsWith(".json")) {
          redact("audit/" + name);
        }
      }
    }
    if (Files.isRegularFile(run.resolve(ALTERNATIVES))) {
      move(run.resolve(ALTERNATIVES), owners().resolve(ALTERNATIVES));
    }
    if (Files.isDirectory(run.resolve("eval"))) {
      Trees.files(run.resolve("eval"))
          .forEach((name, file) -> move(file, owners().resolve("eval/" + name)));
    }
    // One that was made after the texts were taken out has none.
    if (Files.isRegularFile(run.resolve(REPORT)) && !Files.exists(owners().resolve(REPORT))) {
      move(run.resolve(REPORT), owners().resolve(REPORT));
    }
    try {
      Trees.delete(run.resolve("eval"));
    } catch (IOException e) {
      throw EngramException.file(run.resolve("eval") + " can't be deleted: " + e.getMessage(), e);
    }
  }

  private void redact(String name) {
    Path file = run.resolve(name);
    if (!Files.isRegularFile(file)) {
      return;
    }
    boolean isLines = name.endsWith(".jsonl");
    List<JsonNode> rows =
        isLines
            ? JsonFiles.readLines(file, JsonNode.class)
            : List.of(JsonFiles.read(file, JsonNode.class));
    int removed = rows.stream().mapToInt(Redaction::removeTexts).sum();
    if (removed == 0) {
      return;
    }
    JsonFiles.writeText(owners().resolve(name), JsonFiles.readText(file));
    if (isLines) {
      JsonFiles.writeLines(file, rows);
    } else {
      JsonFiles.write(file, rows.get(0));
    }
  }

  /** Removes the fields that hold texts; numbers and objects of these names stay. */
  private static int removeTexts(JsonNode node) {
    int removed = 0;
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
        boolean holdsText = field.getValue().isString() || field.getValue().isArray();
        if (FIELDS.contains(field.getKey()) && holdsText) {
          object.remove(field.getKey());
          removed++;
        }
      }
    }
    for (JsonNode child : node) {
      removed += removeTexts(child);
    }
    return removed;
  }

  private static void move(Path from, Path to) {
    try {
      Files.createDirectories(to.toAbsolutePath().getParent());
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw EngramException.file(from + " can't be moved to " + to + ": " + e.getMessage(), e);
    }
  }
}
