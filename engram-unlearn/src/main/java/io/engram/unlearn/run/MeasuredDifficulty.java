package io.engram.unlearn.run;

import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Measures for the order how difficult the samples are: MRD, or the score that replaces it, every m
 * epochs (Alg. 2). The rows go to the run folder. An epoch that is already measured there, as in a
 * resumed run, is read back; the measurement before the first update may also come from another run
 * that made the same one.
 */
final class MeasuredDifficulty {
  private final Recipe recipe;
  private final RunFolder folder;
  private final RunData data;
  private final Setup setup;
  private List<MrdRow> last = List.of();
  private int lastRefreshed = -1;

  MeasuredDifficulty(Recipe recipe, RunFolder folder, RunData data, Setup setup) {
    this.recipe = recipe;
    this.folder = folder;
    this.data = data;
    this.setup = setup;
  }

  /**
   * The samples' difficulty by the score of the recipe's order; empty for an order without one.
   *
   * @param model as it is at the epoch's start, when the score is measured
   */
  List<MrdRow> rows(int epoch, LanguageModel model) {
    DifficultyScore score = recipe.order().estimator();
    if (score == null) {
      return List.of();
    }
    int every = recipe.order().refreshEpochs();
    int refreshed = every == 0 ? 0 : epoch / every * every;
    if (refreshed != lastRefreshed) {
      WorkerGroup group = setup.group();
      if (group.leads()) {
        last = rows(score, refreshed, epoch, model);
        group.tell(measured(refreshed), "");
      } else {
        group.told(measured(refreshed));
        last = folder.mrd(refreshed);
      }
      lastRefreshed = refreshed;
    }
    return last;
  }

  /** What the leader tells the other workers when it has measured. */
  private String measured(int epoch) {
    return folder.path().toAbsolutePath() + " difficulty " + epoch;
  }

  /**
   * Measures a score that rehearses the run, which needs the model without the run's trainer. Later
   * the rows are read back.
   */
  void rehearse(LanguageModel model) {
    DifficultyScore score = recipe.order().estimator();
    if (score != null
        && setup.group().leads()
        && score.needs().contains(DifficultyScore.Need.REHEARSAL)
        && !folder.mrdEpochs().contains(0)) {
      measured(score, 0, model);
    }
  }

  private List<MrdRow> rows(DifficultyScore score, int refreshed, int epoch, LanguageModel model) {
    if (folder.mrdEpochs().contains(refreshed)) {
      return folder.mrd(refreshed);
    }
    if (epoch == 0) {
      Optional<List<MrdRow>> taken =
          setup.siblings().stream()
              .flatMap(sibling -> Siblings.difficulty(sibling, folder, recipe).stream())
              .findFirst();
      if (taken.isPresent()) {
        return taken.get();
      }
    }
    return measured(score, epoch, model);
  }

  private List<MrdRow> measured(DifficultyScore score, int epoch, LanguageModel model) {
    long start = System.nanoTime();
    Scoring scoring =
        Scoring.of(model, data.forget(), recipe.seed())
            .before(epoch)
            .updating(recipe.optimizer().settings(), recipe.scope().training())
            .retaining(data.retainTokens())
            .drawing(mostDraws(score))
            .rehearsing(Rehearsal.of(recipe, setup, model, data.forget()))
            .telling(setup.progress());
    DifficultyScore.Measured found =
        score.needs().contains(DifficultyScore.Need.OPTIMIZER)
            ? RecipeSettings.naming("scope.layers", () -> score.measure(scoring))
            : score.measure(scoring);
    folder.writeMrd(epoch, found.rows());
    List<String> notes = new ArrayList<>(found.notes());
    if (score instanceof DrawnScore drawn
        && drawn.budget().auto()
        && mostDraws(score) < drawn.budget().draws()) {
      notes.add(
          "draws: auto: at most %d passes with noise, which take no longer than the training"
              .formatted(mostDraws(score)));
    }
    write(epoch, start, found.facts(), notes);
    return found.rows();
  }

  private int mostDraws(DifficultyScore score) {
    Plan plan = Plan.of(data.forget().size(), recipe.budget());
    int every = recipe.order().refreshEpochs();
    int times = every == 0 ? 1 : Math.max(1, (plan.epochs() + every - 1) / every);
    double perDraw =
        score instanceof DrawnScore drawn ? drawn.cost().passes() / drawn.budget().draws() : 1;
    return mostDraws(plan, !data.retainTokens().isEmpty(), times, perDraw);
  }

  /**
   * How many noise draws take no longer than the training that they serve, counted in passes over a
   * sample: training makes three for each sample of an update, forwards and backwards; a
   * measurement makes one for each draw, half as many again for a control variate, and three
   * without noise.
   *
   * @param retains whether each forget sample of an update comes with a retain sample
   * @param times how often the samples are measured
   * @param perDraw passes for a draw
   * @return even, at least 2
   */
  static int mostDraws(Plan plan, boolean retains, int times, double perDraw) {
    double trained = 3.0 * plan.updates() * plan.perUpdate() * (retains ? 2 : 1);
    double each = trained / plan.samples() / times - 3;
    return Math.max(2, (int) (each / (1.5 * perDraw)) / 2 * 2);
  }

  private void write(int epoch, long start, Map<String, Object> own, List<String> notes) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("epoch", epoch);
    fields.putAll(new TreeMap<>(own));
    fields.put("notes", notes);
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("refresh", fields);
  }
}
