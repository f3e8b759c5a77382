package io.engram.report.page;

import io.engram.core.Version;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.DrawsFigure;
import io.engram.report.figure.Figure;
import io.engram.report.figure.ForgettingFigure;
import io.engram.report.figure.LossFigure;
import io.engram.report.figure.MeasuresFigure;
import io.engram.report.figure.MrdDistributionFigure;
import io.engram.report.figure.MrdDropFigure;
import io.engram.report.figure.MrdRefreshFigure;
import io.engram.report.figure.TradeOffFigure;
import io.engram.report.run.RunContents;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything the template shows.
 *
 * @param requests verdicts of runs of {@code engram forget}
 * @param notes beside the numbers at the top: a demonstration model, an unfinished run
 * @param beside reservations about the numbers at the top, in a few words each
 * @param results figures of the results
 * @param difficulty figures of MRD
 * @param course figures of the run's course
 * @param orders comparisons of two orders by pairs of runs with equal seed
 * @param paper the paper's own numbers for the same methods, or null
 * @param others measurements that no figure shows, or null
 * @param made the version of Engram that made the page
 */
public record Page(
    Summary summary,
    List<RequestView> requests,
    List<String> notes,
    List<Headline> headlines,
    List<String> beside,
    List<Figure> results,
    List<Figure> difficulty,
    List<Figure> course,
    List<DataTable> orders,
    @Nullable DataTable paper,
    @Nullable DataTable others,
    SampleTable samples,
    RecipeComparison recipe,
    List<Origin> origins,
    List<String> limits,
    String made) {
  /** The page of one run, or of several side by side. */
  public static Page of(List<RunContents> runs) {
    return new Page(
        Summary.of(runs),
        requests(runs),
        notes(runs),
        Headline.of(runs),
        Limits.beside(runs),
        present(List.of(TradeOffFigure.of(runs), MeasuresFigure.of(runs, JudgingEncoder.of(runs)))),
        present(
            List.of(
                MrdDistributionFigure.of(runs), MrdDropFigure.of(runs), MrdRefreshFigure.of(runs))),
        course(runs),
        OrderComparison.PairedTable.of(runs),
        PaperReference.of(runs).orElse(null),
        Measured.others(runs).orElse(null),
        SampleTable.of(runs),
        RecipeComparison.of(runs),
        runs.stream().map(Origin::of).toList(),
        Limits.of(runs),
        Version.code());
  }

  private static List<Figure> course(List<RunContents> runs) {
    List<Figure> course = new ArrayList<>();
    for (RunContents run : runs) {
      if (run.verdicts().isEmpty()) {
        String id = "looks" + (course.isEmpty() ? "" : "-" + (course.size() + 1));
        ForgettingFigure.of(run, id, runs.size() == 1 ? "" : run.label()).ifPresent(course::add);
      }
    }
    DrawsFigure.of(runs).ifPresent(course::add);
    LossFigure.of(runs).ifPresent(course::add);
    return course;
  }

  private static List<RequestView> requests(List<RunContents> runs) {
    List<RequestView> requests = new ArrayList<>();
    for (RunContents run : runs) {
      String id = "forgetting" + (requests.isEmpty() ? "" : "-" + (requests.size() + 1));
      RequestView.of(run, id).ifPresent(requests::add);
    }
    return requests;
  }

  /** Whether the page is the answer to one request, and no comparison of runs. */
  public boolean answersRequest() {
    return requests.size() == 1 && origins.size() == 1;
  }

  private static List<String> notes(List<RunContents> runs) {
    List<String> notes = new ArrayList<>();
    if (runs.stream().anyMatch(RunContents::demonstrationModel)) {
      notes.add(
          "Demonstration model. All numbers here come from the small built-in model: they show"
              + " that the method runs, not how a large model behaves.");
    }
    for (RunContents run : runs) {
      if (!run.manifest().status().equals("done")) {
        notes.add(WordList.capitalised(run.label()) + ": " + Limits.State.text(run));
      }
    }
    return notes;
  }

  private static List<Figure> present(List<Optional<Figure>> figures) {
    return figures.stream().flatMap(Optional::stream).toList();
  }

  /** All figures, in the order of the page. */
  public List<Figure> figures() {
    List<Figure> all = new ArrayList<>();
    requests.stream()
        .flatMap(r -> Stream.of(Optional.ofNullable(r.layers()), Optional.ofNullable(r.figure())))
        .flatMap(Optional::stream)
        .forEach(all::add);
    all.addAll(results);
    all.addAll(difficulty);
    all.addAll(course);
    return all;
  }
}
