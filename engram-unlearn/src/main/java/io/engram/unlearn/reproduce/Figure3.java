package io.engram.unlearn.reproduce;

import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.MeanWithError;
import io.engram.core.study.Study;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.DifficultyPlan;
import io.engram.unlearn.study.DifficultyRow;
import io.engram.unlearn.study.DifficultyStudy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Figure 3: how far the parameters move when groups of 40 samples, drawn with replacement, are
 * unlearned.
 *
 * <p><b>Source:</b> §4.2, Fig. 3. <b>Differs:</b> 20 groups by default, instead of 300. In addition
 * to the rule of App. C.4 it uses an MA of one half and a mean loss of 1.5 nats per token, because
 * the rule's thresholds are averages over all samples, and a large group may be above or below them
 * from the start.
 */
final class Figure3 implements Reproduction {
  private static final int GROUPS = 20;
  private static final int SIZE = 40;

  /** The rule of App. C.4, an MA of one half, and a mean loss. */
  private static final List<String> CRITERIA = List.of("el_ma", "ma_half", "mean");

  /** "Significant variability" is taken as a standard deviation of a tenth of the mean. */
  private static final double NOTABLE = 0.1;

  @Override
  public String name() {
    return "figure3";
  }

  @Override
  public String title() {
    return "Figure 3: change of the parameters by what is unlearned";
  }

  @Override
  public OptionalInt samples() {
    return OptionalInt.of(GROUPS);
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Recipe recipe = ModelRecipes.study(plan);
    DifficultyPlan groups =
        new DifficultyPlan(
            Integer.MAX_VALUE,
            plan.samples(GROUPS),
            SIZE,
            false,
            List.of(1e-3),
            8,
            1.5,
            120,
            true,
            null);
    Study found = DifficultyStudy.run(recipe, groups, plan.setup(), plan.folder());
    List<DifficultyRow> rows =
        JsonFiles.readLines(plan.folder().resolve("difficulty.jsonl"), DifficultyRow.class);
    return Optional.of(
        Claims.before(
            plan,
            found,
            title(),
            CRITERIA.stream().map(name -> claim(rows, name, recipe.seed())).toList(),
            "standard deviation / mean of the changes, minus 0.1; interval by bootstrap",
            "%d groups of %d samples; the paper has 300, of Llama-2-7B-chat."
                .formatted(rows.size(), SIZE)));
  }

  /** The claim for the groups that met a criterion. */
  static Claim claim(List<DifficultyRow> rows, String criterion, long seed) {
    double[] changes =
        rows.stream()
            .flatMap(row -> Optional.ofNullable(row.changes().get(criterion)).stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    long unchanged = Arrays.stream(changes).filter(change -> change == 0).count();
    String text =
        "The change until %s is met%s differs notably from group to group: standard deviation / mean − 0.1"
            .formatted(
                criterion,
                unchanged == 0
                    ? ""
                    : " (by %d of %d before any update)".formatted(unchanged, changes.length));
    if (changes.length < 2 || MeanWithError.of(changes).mean() == 0) {
      return Claim.unmeasured(text, Double.NaN);
    }
    return Claim.bootstrapped(
        text,
        Double.NaN,
        spread(changes),
        Bootstrap.interval(
            changes, Figure3::spread, 0.95, 1000, RandomStream.of(seed, "figure3-bootstrap", 0, 0)),
        changes.length);
  }

  private static double spread(double[] changes) {
    MeanWithError mean = MeanWithError.of(changes);
    return mean.standardError() * Math.sqrt(mean.n()) / mean.mean() - NOTABLE;
  }
}
