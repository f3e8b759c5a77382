package io.engram.core.study;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * {@code study.json}: a question asked of numbers, what came out, and the numbers.
 *
 * @param title of the page
 * @param question one sentence
 * @param answer what came out, a sentence each
 * @param facts the few numbers to read first
 * @param figures pictures; each has its numbers in it
 * @param tables further numbers
 * @param limits what it can't show, a sentence each
 * @param provenance what it was made from
 */
public record Study(
    String title,
    String question,
    List<String> answer,
    List<Fact> facts,
    List<StudyFigure> figures,
    List<StudyTable> tables,
    List<String> limits,
    StudyProvenance provenance) {
  /**
   * A number to read first.
   *
   * @param value as shown, with its unit
   * @param note beside it: n, what the error is; empty: none
   */
  public record Fact(String name, String value, String note) {
    /** Checks name and value. */
    public Fact {
      Given.text(name, "a fact of the study", "name");
      Given.text(value, "the fact \"" + name + "\"", "value");
      note = Given.orEmpty(note);
    }
  }

  /**
   * Checks that every part is there.
   *
   * @throws IllegalArgumentException naming a part that is missing, or an id used twice
   */
  public Study {
    Given.text(title, "the study", "title");
    Given.text(question, "the study", "question");
    answer = Given.list(answer, "the study", "answer");
    facts = Given.list(facts, "the study", "facts");
    figures = Given.list(figures, "the study", "figures");
    tables = Given.list(tables, "the study", "tables");
    limits = Given.list(limits, "the study", "limits");
    if (provenance == null) {
      throw new IllegalArgumentException("the study has no provenance");
    }
    Set<String> ids = new HashSet<>();
    for (StudyFigure figure : figures) {
      if (!ids.add(figure.id())) {
        throw new IllegalArgumentException("two figures have the id " + figure.id());
      }
    }
  }

  /** Writes the JSON, whole or not at all. */
  public void write(Path file) {
    JsonFiles.write(file, this);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws EngramException if the file is missing, no JSON, or a part of it is missing or out of
   *     range, with the file and the part
   */
  public static Study read(Path file) {
    try {
      return JsonFiles.read(file, Study.class);
    } catch (EngramException e) {
      String fault = fault(e.getCause());
      if (fault == null) {
        throw e;
      }
      throw EngramException.file(file + " is not a study that can be shown: " + fault, e);
    }
  }

  /** What a record's check said below what Jackson says around it, or else which part it is. */
  private static @Nullable String fault(@Nullable Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof IllegalArgumentException) {
        return cause.getMessage();
      }
    }
    return thrown instanceof JacksonException jackson && !jackson.getPath().isEmpty()
        ? place(jackson) + ": " + jackson.getOriginalMessage()
        : null;
  }

  /** {@code figures[0].x.log}. */
  private static String place(JacksonException fault) {
    StringBuilder place = new StringBuilder();
    for (JacksonException.Reference step : fault.getPath()) {
      String name = step.getPropertyName();
      place.append(name == null ? "[" + step.getIndex() + "]" : "." + name);
    }
    return place.substring(place.indexOf(".") == 0 ? 1 : 0);
  }
}
