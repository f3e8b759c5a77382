package io.engram.core.sample;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The TOFU data set in {@code data/tofu}: questions about fictitious authors.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 */
public final class Tofu {
  /** The splits, one file each. */
  public static final List<String> SPLITS =
      List.of(
          "forget01",
          "forget05",
          "forget10",
          "retain99",
          "retain95",
          "retain90",
          "full",
          "forget01_perturbed",
          "forget05_perturbed",
          "forget10_perturbed",
          "retain_perturbed",
          "real_authors",
          "real_authors_perturbed",
          "world_facts",
          "world_facts_perturbed");

  /** Prefix of a TOFU split in the name of a source: {@code tofu:forget10}. */
  public static final String PREFIX = "tofu:";

  /**
   * A row with all its fields; fields that a split lacks are null or empty.
   *
   * @param id the row's number in its file, from 0
   * @param paraphrasedQuestion the same question in other words
   * @param paraphrasedAnswer the same answer in other words
   * @param perturbedAnswers wrong answers
   * @param options the choices of real_authors and world_facts, including the right one
   */
  public record TofuRow(
      String id,
      String question,
      String answer,
      @Nullable String paraphrasedQuestion,
      @Nullable String paraphrasedAnswer,
      List<String> perturbedAnswers,
      List<String> options) {
    /** Copies the lists. */
    public TofuRow {
      perturbedAnswers = List.copyOf(perturbedAnswers);
      options = List.copyOf(options);
    }
  }

  private Tofu() {}

  /**
   * The file of a split.
   *
   * @throws EngramException if there is no such split, or its file is missing
   */
  public static Path file(String split) {
    if (!SPLITS.contains(split)) {
      throw EngramException.usage(
          "tofu:%s is not a split of TOFU; the splits are %s".formatted(split, SPLITS));
    }
    return EngramHome.resolve("data/tofu/" + split + ".jsonl");
  }

  /** The rows of a split, in the file's order. */
  public static List<TofuRow> rows(String split) {
    Path file = file(split);
    List<TofuRow> rows = new ArrayList<>();
    for (DataRow row : DataRow.read(file, file.toString())) {
      rows.add(row(Integer.toString(rows.size()), row));
    }
    return rows;
  }

  private static TofuRow row(String id, DataRow row) {
    ObjectNode fields = row.fields();
    if (!fields.path("question").isString() || !fields.path("answer").isString()) {
      throw EngramException.file(row.where() + " has no question or no answer");
    }
    return new TofuRow(
        id,
        fields.path("question").asString(),
        fields.path("answer").asString(),
        text(fields, "paraphrased_question"),
        text(fields, "paraphrased_answer"),
        fields.path("perturbed_answer").valueStream().map(answer -> plain(answer, row)).toList(),
        IntStream.rangeClosed(1, 4)
            .mapToObj(option -> fields.path("option" + option))
            .filter(option -> !option.isMissingNode())
            .map(option -> plain(option, row))
            .toList());
  }

  private static String plain(JsonNode value, DataRow row) {
    if (value.isContainer()) {
      throw EngramException.file(
          row.where() + " has the answer " + value + ", which is not a text");
    }
    return value.asString();
  }

  private static @Nullable String text(ObjectNode fields, String name) {
    return fields.path(name).isString() ? fields.path(name).asString() : null;
  }
}
