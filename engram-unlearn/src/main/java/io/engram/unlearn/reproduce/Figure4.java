package io.engram.unlearn.reproduce;

import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Bootstrap.Interval;
import io.engram.core.stats.RankCorrelation;
import io.engram.core.study.Study;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.DifficultyPlan;
import io.engram.unlearn.study.DifficultyRow;
import io.engram.unlearn.study.DifficultyStudy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Figure 4: MRD against the updates that a sample needs, by gradient ascent and by NPO.
 *
 * <p><b>Source:</b> §4.2, Fig. 4. <b>Differs:</b> 30 random samples at once instead of ten three
 * times, and only of TOFU. In addition to the rule of App. C.4 it uses a mean loss of 1.5 nats per
 * token. There is no retain loss, so that updates depend on the sample alone.
 */
final class Figure4 implements Reproduction {
  /** The rule of App. C.4, and a mean loss. */
  private static final List<String> CRITERIA = List.of("el_ma", "mean");

  private static final List<String> METHODS = List.of("ga", "npo");
  private static final int SAMPLES = 30;

  @Override
  public String name() {
    return "figure4";
  }

  @Override
  public String title() {
    return "Figure 4: MRD against updates needed";
  }

  @Override
  public OptionalInt samples() {
    return OptionalInt.of(SAMPLES);
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Recipe all = ModelRecipes.study(plan);
    String chosen =
        ModelRecipes.only(
            all.forget(),
            ModelRecipes.drawn(all, plan.samples(SAMPLES), 0).stream().map(Sample::id).toList());
    DifficultyPlan each =
        new DifficultyPlan(
            Integer.MAX_VALUE, 0, 40, false, List.of(1e-3), 16, 1.5, 120, true, null);
    Map<String, List<DifficultyRow>> rows = new LinkedHashMap<>();
    Study first = null;
    for (String method : METHODS) {
      // NPO uses the log-ratio per token, as in the paper's setup; gradient ascent has no
      // log-ratio.
      Recipe recipe =
          ModelRecipes.study(
              plan,
              chosen,
              "method={name: %s, retain_weight: 0, reduction: mean}".formatted(method));
      var folder = plan.folder().resolve(method);
      Study found = DifficultyStudy.run(recipe, each, plan.setup(), folder);
      first = first == null ? found : first;
      rows.put(
          method, JsonFiles.readLines(folder.resolve("difficulty.jsonl"), DifficultyRow.class));
    }
    Study shown = Objects.requireNonNull(first);
    return Optional.of(
        Claims.before(
            plan,
            shown,
            title(),
            claims(rows, each.mainReading(), shown.provenance().seed()),
            "Spearman's ρ; intervals by bootstrap over samples",
            "The model is %s, the paper's Llama-2-7B-chat; below are the figures of %s."
                .formatted(plan.model(), METHODS.get(0))));
  }

  /**
   * The claims that a small MRD means many updates, and that the methods agree on which samples are
   * hard.
   */
  static List<Claim> claims(Map<String, List<DifficultyRow>> rows, String reading, long seed) {
    List<Claim> claims = new ArrayList<>();
    for (String criterion : CRITERIA) {
      rows.forEach(
          (method, own) -> {
            List<DifficultyRow> met = own.stream().filter(row -> isMet(row, criterion)).toList();
            claims.add(
                claim(
                    "A small MRD needs many updates by %s until %s is met: −ρ"
                        .formatted(method, criterion),
                    met.stream().mapToDouble(row -> of(row.scores(), reading)).toArray(),
                    met.stream().mapToDouble(row -> of(row.updates(), criterion)).toArray(),
                    -1,
                    seed));
          });
      claims.add(agreement(rows, criterion, seed));
    }
    return claims;
  }

  private static Claim agreement(
      Map<String, List<DifficultyRow>> rows, String criterion, long seed) {
    Map<String, Double> other = new LinkedHashMap<>();
    rows.getOrDefault(METHODS.get(1), List.of()).stream()
        .filter(row -> isMet(row, criterion))
        .forEach(row -> other.put(row.id(), of(row.updates(), criterion)));
    List<DifficultyRow> both =
        rows.getOrDefault(METHODS.get(0), List.of()).stream()
            .filter(row -> isMet(row, criterion) && other.containsKey(row.id()))
            .toList();
    return claim(
        "What is hard to forget by %s is so by %s, until %s is met: ρ"
            .formatted(METHODS.get(0), METHODS.get(1), criterion),
        both.stream().mapToDouble(row -> of(row.updates(), criterion)).toArray(),
        both.stream().mapToDouble(row -> of(other, row.id())).toArray(),
        1,
        seed);
  }

  /** The claim is unmeasured if fewer than two samples met the criterion. */
  private static Claim claim(String text, double[] x, double[] y, int sign, long seed) {
    if (x.length < 2) {
      return Claim.unmeasured(text, Double.NaN);
    }
    Interval interval =
        Bootstrap.ofPairs(
            x,
            y,
            (a, b) -> sign * RankCorrelation.spearman(a, b),
            0.95,
            1000,
            RandomStream.of(seed, "figure4-bootstrap", 0, 0));
    return Claim.bootstrapped(
        text, Double.NaN, sign * RankCorrelation.spearman(x, y), interval, x.length);
  }

  private static boolean isMet(DifficultyRow row, String criterion) {
    return row.updates().containsKey(criterion);
  }

  private static double of(Map<String, Double> values, String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
