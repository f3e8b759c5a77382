package io.engram.unlearn.reproduce;

import io.engram.core.stats.Decision;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Presents claims of the paper on a page: as sentences, a table and a figure. */
final class Claims {
  private Claims() {}

  /**
   * The study with the claims before its own findings.
   *
   * @param title title of the page, without the model
   * @param how what the claims' numbers and intervals are
   */
  static Study before(
      ReproductionPlan plan,
      Study study,
      String title,
      List<Claim> claims,
      String how,
      String limit) {
    List<String> answer = new ArrayList<>(sentences(claims));
    answer.addAll(study.answer());
    List<StudyFigure> figures = new ArrayList<>(figures(claims, "In the claim's direction."));
    figures.addAll(study.figures());
    List<StudyTable> tables = new ArrayList<>(List.of(table(claims, how)));
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

  /** One sentence per verdict, with the claims that have it. */
  static List<String> sentences(List<Claim> claims) {
    return Arrays.stream(Decision.values())
        .map(verdict -> claims.stream().filter(c -> c.verdict() == verdict).toList())
        .filter(own -> !own.isEmpty())
        .map(own -> sentence(own, claims.size()))
        .toList();
  }

  private static String sentence(List<Claim> own, int all) {
    String verdict = own.get(0).verdict().text();
    return "%s (%d of %d): %s."
        .formatted(
            verdict.substring(0, 1).toUpperCase(Locale.ROOT) + verdict.substring(1),
            own.size(),
            all,
            String.join("; ", own.stream().map(Claims::text).toList()));
  }

  private static String text(Claim claim) {
    String paper =
        Double.isNaN(claim.paper()) ? "" : " (paper: " + NumberText.plain(claim.paper()) + ")";
    if (claim.verdict() == Decision.UNMEASURED) {
      return claim.text() + paper;
    }
    double low = claim.interval().low();
    String interval =
        Double.isFinite(low)
            ? " [%s, %s]"
                .formatted(
                    NumberText.plainError(low), NumberText.plainError(claim.interval().high()))
            : " (n = " + claim.n() + ", no interval)";
    return claim.text() + ": " + NumberText.plain(claim.ours()) + interval + paper;
  }

  /**
   * A table with a line per claim.
   *
   * @param how what the numbers and intervals are
   */
  static StudyTable table(List<Claim> claims, String how) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Claim claim : claims) {
      List<@Nullable Object> cells = new ArrayList<>();
      cells.add(claim.text());
      cells.add(StudyTable.cell(claim.paper()));
      cells.add(StudyTable.cell(claim.ours()));
      cells.add(StudyTable.cell(claim.interval().low()));
      cells.add(StudyTable.cell(claim.interval().high()));
      cells.add(claim.n());
      cells.add(claim.verdict().text());
      rows.add(cells);
    }
    return new StudyTable(
        "The paper's claims",
        "Differences in the direction of the claim, "
            + how
            + ". The intervals are not corrected for multiple claims.",
        StudyTable.Column.of("claim", "paper", "ours", "95 %, low", "95 %, high", "n", "verdict"),
        rows);
  }

  /** The differences with their intervals; empty if there are no intervals. */
  static List<StudyFigure> figures(List<Claim> claims, String caption) {
    List<Point> points =
        claims.stream()
            .filter(c -> Double.isFinite(c.interval().low()))
            .map(c -> Point.row(c.text(), c.ours(), c.interval().low(), c.interval().high()))
            .toList();
    return points.isEmpty()
        ? List.of()
        : List.of(
            new StudyFigure(
                "claims",
                "The paper's claims",
                List.of(
                    caption + " With a 95 % interval; if it is entirely above 0, the claim holds."),
                Kind.FOREST,
                Axis.linear("in the direction of the claim", ""),
                Axis.linear("claim", ""),
                "95 % interval",
                List.of(Series.of("ours", points))));
  }
}
