package io.engram.model.encoder;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The classes of a sequence classifier, as its config.json gives them.
 *
 * @param names in the order of the head's outputs
 * @param exclusive whether one of them holds (softmax) or each may (sigmoid)
 */
record ClassLabels(List<String> names, boolean exclusive) {
  private static final String LABELS = "id2label";
  private static final String KIND = "problem_type";
  private static final String SEVERAL = "multi_label_classification";
  private static final String ONE = "single_label_classification";

  /** Copies the names. */
  ClassLabels {
    names = List.copyOf(names);
  }

  /**
   * Reads the labels; without any there are LABEL_0 and LABEL_1. Where the kind isn't written, one
   * of several labels holds, and a single label may.
   *
   * @throws EngramException if the folder holds no classifier or one whose outputs aren't
   *     probabilities
   */
  static ClassLabels read(JsonNode config, Path file) {
    JsonNode architectures = config.path("architectures");
    boolean none =
        architectures
            .valueStream()
            .noneMatch(a -> a.asString("").endsWith("ForSequenceClassification"));
    if (!architectures.isEmpty() && none) {
      throw EngramException.file(
          file + ": architectures " + architectures + " is no sequence classifier.");
    }
    String kind = config.path(KIND).asString("");
    if (!kind.isEmpty() && !kind.equals(SEVERAL) && !kind.equals(ONE)) {
      throw EngramException.file(
          "%s: problem_type %s gives no probabilities; %s and %s do."
              .formatted(file, config.path(KIND), SEVERAL, ONE));
    }
    if (config.hasNonNull("function_to_apply")) {
      throw EngramException.file(file + ": function_to_apply is not supported.");
    }
    List<String> names =
        config.hasNonNull(LABELS)
            ? names(config.path(LABELS), file)
            : List.of("LABEL_0", "LABEL_1");
    return new ClassLabels(names, !kind.equals(SEVERAL) && names.size() > 1);
  }

  private static List<String> names(JsonNode labels, Path file) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      JsonNode name = labels.path(Integer.toString(i));
      if (!name.isString()) {
        throw EngramException.file(
            "%s: id2label has %d labels and none of number %d; they are counted from 0."
                .formatted(file, labels.size(), i));
      }
      names.add(name.asString());
    }
    if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
      throw EngramException.file(file + ": id2label " + labels + " must name each class once.");
    }
    return names;
  }

  /** {@code [K]} probabilities by name, in the order of the classes. */
  Map<String, Double> named(double[] probabilities) {
    Map<String, Double> named = new LinkedHashMap<>();
    for (int i = 0; i < probabilities.length; i++) {
      named.put(names.get(i), probabilities[i]);
    }
    return named;
  }
}
