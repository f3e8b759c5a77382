package io.engram.unlearn.reproduce;

import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyTable;
import java.util.ArrayList;
import java.util.List;

/** Puts what an experiment says of the paper's claims before what a study found. */
final class Findings {
  private Findings() {}

  /**
   * The study with the claims before its own.
   *
   * @param title of the page, without the model
   * @param how what the claims' numbers are of, and what the intervals are
   */
  static Study with(
      ReproductionPlan plan,
      Study study,
      String title,
      List<Claim> claims,
      String how,
      String limit) {
    List<String> answer = new ArrayList<>(Claims.sentences(claims));
    answer.addAll(study.answer());
    List<StudyFigure> figures =
        new ArrayList<>(Claims.figures(claims, "In the claim's direction."));
    figures.addAll(study.figures());
    List<StudyTable> tables = new ArrayList<>(List.of(Claims.table(claims, how)));
    tables.addAll(study.tables());
    List<String> limits = new ArrayList<>(List.of(limit));
    limits.addAll(plan.changes());
    limits.addAll(study.limits());
    return new Study(
        title + ", on " + plan.model(),
        study.question(),
        answer,
        study.facts(),
        figures,
        tables,
        limits,
        study.provenance());
  }
}
