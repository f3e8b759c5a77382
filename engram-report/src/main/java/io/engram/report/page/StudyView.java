package io.engram.report.page;

import io.engram.core.Version;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Figure;
import io.engram.report.study.StudyFigures;
import io.engram.report.study.StudyNumbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything the template of a study shows.
 *
 * @param tables in the order of the study's
 * @param made the version of Engram that made the page
 */
public record StudyView(
    Study study, List<Figure> figures, List<DataTable> tables, Origin origin, String made) {
  /** The view of a study. */
  public static StudyView of(Study study) {
    return new StudyView(
        study,
        study.figures().stream().map(StudyFigures::of).toList(),
        study.tables().stream().map(StudyNumbers::of).toList(),
        origin(study.provenance()),
        Version.code());
  }

  private static Origin origin(StudyProvenance made) {
    Map<String, String> facts = new LinkedHashMap<>(made.more());
    facts.put("Seed", Long.toString(made.seed()));
    facts.put("Date", made.date());
    facts.put("Engram", made.engram());
    facts.put("Model SHA-256", made.modelHash());
    return new Origin("study", facts, made.recipe());
  }
}
