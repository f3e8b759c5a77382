package io.engram.unlearn.reproduce;

import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.VarianceBetween;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Figure 2's runs say.
 *
 * @param rows of each evaluation set at most; 0: all
 * @param groupSize samples a group
 * @param utility the measure of each trial, by method and then by selection
 */
record Figure2Findings(int rows, int groupSize, Map<String, Map<String, double[]>> utility) {
  private static final String HOW =
      "of model utility; intervals of variances by F, of the mean difference by Student's t over"
          + " selections, of the largest difference by Student's t over trials at 1 − 0.05 / number"
          + " of selections, for it was chosen among these";

  Study study(ReproductionPlan plan, String title, StudyProvenance made) {
    Study found =
        new Study(
            title,
            "How much does it matter which samples are unlearned?",
            List.of(),
            List.of(
                new Study.Fact(
                    "Selections", Integer.toString(names().size()), "five samples, five groups")),
            List.of(figure()),
            List.of(table()),
            List.of("One set of selections.", "Utility is on %s of each set.".formatted(shown())),
            made);
    return Findings.with(
        plan,
        found,
        title,
        claims(),
        HOW,
        "The model is %s; the paper doesn't say whose performance it shows."
            .formatted(plan.model()));
  }

  private String shown() {
    return rows == 0 ? "all rows" : "the first " + rows + " rows";
  }

  /** That selections matter, that NPO keeps more, and that for some it is the other way. */
  List<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    utility.keySet().forEach(method -> claims.add(differs(method, Figure2.SINGLE)));
    utility.keySet().forEach(method -> claims.add(differs(method, Figure2.GROUPS)));
    double[] npo = names().stream().mapToDouble(name -> mean("npo", name)).toArray();
    double[] other = names().stream().mapToDouble(name -> mean("grad-diff", name)).toArray();
    claims.add(Claim.of("NPO keeps more than GradDiff", Double.NaN, npo, other, true));
    names().stream()
        .map(
            name ->
                Claim.of(
                    "GradDiff keeps more than NPO for some samples, most so for " + name,
                    Double.NaN,
                    values("grad-diff", name),
                    values("npo", name),
                    true,
                    1 - 0.05 / names().size()))
        .max(Comparator.comparingDouble(Claim::ours))
        .ifPresent(claims::add);
    return claims;
  }

  /** The variance between selections of one kind beyond what trials of one selection explain. */
  private Claim differs(String method, String kind) {
    double[][] own =
        names().stream()
            .filter(name -> name.startsWith(kind))
            .map(name -> values(method, name))
            .toArray(double[][]::new);
    VarianceBetween between = VarianceBetween.of(own, 0.95);
    String what = kind.equals(Figure2.SINGLE) ? "sample is" : groupSize + " samples are";
    return Claim.of(
        "It matters which %s unlearned by %s: variance between them".formatted(what, method),
        Double.NaN,
        between.variance(),
        between.interval(),
        own.length);
  }

  private List<String> names() {
    return utility.values().stream()
        .findFirst()
        .map(own -> List.copyOf(own.keySet()))
        .orElseThrow();
  }

  private double[] values(String method, String selection) {
    return utility.getOrDefault(method, Map.of()).getOrDefault(selection, new double[0]);
  }

  private double mean(String method, String selection) {
    return MeanWithError.of(values(method, selection)).mean();
  }

  private StudyFigure figure() {
    List<Series> series = new ArrayList<>();
    utility
        .keySet()
        .forEach(
            method -> {
              List<Point> points = new ArrayList<>();
              for (int i = 0; i < names().size(); i++) {
                double[] own = values(method, names().get(i));
                points.add(
                    Point.between(
                        i + 1,
                        MeanWithError.of(own).mean(),
                        Arrays.stream(own).min().orElse(Double.NaN),
                        Arrays.stream(own).max().orElse(Double.NaN)));
              }
              series.add(Series.of(method, points));
            });
    return new StudyFigure(
        "figure-2",
        "Model utility after unlearning",
        List.of(
            "Figure 2 of the paper. 1 to 5 are single samples, 6 to 10 groups of %d."
                .formatted(groupSize)),
        Kind.SCATTER,
        Axis.linear("selection", ""),
        Axis.linear("model utility", ""),
        "from the least to the largest trial",
        series);
  }

  private StudyTable table() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (String name : names()) {
      List<@Nullable Object> row = new ArrayList<>(List.of(name));
      utility.keySet().forEach(method -> row.add(mean(method, name)));
      rows.add(row);
    }
    List<StudyTable.Column> columns = new ArrayList<>(List.of(StudyTable.Column.of("unlearned")));
    utility.keySet().forEach(method -> columns.add(StudyTable.Column.of(method)));
    return new StudyTable("Model utility, mean over trials", "", columns, rows);
  }
}
