package io.engram.unlearn.reproduce;

import io.engram.core.random.RandomStream;
import io.engram.core.recipe.Recipe;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Bootstrap.Interval;
import io.engram.core.stats.Spearman;
import io.engram.core.study.Study;
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
 * <p><b>Source:</b> §4.2, Fig. 4. <b>Differs:</b> 30 samples drawn at random at once, instead of
 * ten three times; forgotten when the mean loss is 1.5 nats a token. Nothing keeps the retain set,
 * so that an update is spent on the sample alone.
 */
final class Figure4 implements Experiment {
  private static final List<String> METHODS = List.of("ga", "npo");
  private static final int SAMPLES = 30;
  private static final String CRITERION = "mean";

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
    String chosen =
        RandomSamples.where(
            RandomSamples.of(ModelRecipes.study(plan), plan.samples(SAMPLES), 0).stream()
                .map(Sample::id)
                .toList());
    DifficultyPlan each =
        new DifficultyPlan(
            Integer.MAX_VALUE, 0, 40, false, List.of(1e-3), 16, 1.5, 120, false, null);
    Map<String, List<DifficultyRow>> rows = new LinkedHashMap<>();
    Study first = null;
    for (String method : METHODS) {
      Recipe recipe =
          ModelRecipes.study(plan, chosen, "method={name: %s, retain_weight: 0}".formatted(method));
      var folder = plan.folder().resolve(method);
      Study found = DifficultyStudy.run(recipe, each, plan.setup(), folder);
      first = first == null ? found : first;
      rows.put(
          method, JsonFiles.readLines(folder.resolve("difficulty.jsonl"), DifficultyRow.class));
    }
    Study shown = Objects.requireNonNull(first);
    return Optional.of(
        Findings.with(
            plan,
            shown,
            title(),
            claims(rows, each.mainReading(), shown.provenance().seed()),
            "Spearman's ρ; intervals by bootstrap over samples",
            "The model is %s, the paper's Llama-2-7B-chat; below are the figures of %s."
                .formatted(plan.model(), METHODS.get(0))));
  }

  /** That a small MRD goes with many updates, and that the methods agree on what is hard. */
  static List<Claim> claims(Map<String, List<DifficultyRow>> rows, String reading, long seed) {
    List<Claim> claims = new ArrayList<>();
    rows.forEach(
        (method, own) -> {
          List<DifficultyRow> met = own.stream().filter(Figure4::isMet).toList();
          double[] mrd = met.stream().mapToDouble(row -> of(row.scores(), reading)).toArray();
          double[] updates = met.stream().mapToDouble(Figure4::updates).toArray();
          claims.add(
              claim(
                  "A small MRD needs many updates by %s: −ρ".formatted(method),
                  mrd,
                  updates,
                  -1,
                  seed));
        });
    List<DifficultyRow> one = rows.getOrDefault(METHODS.get(0), List.of());
    Map<String, DifficultyRow> other = new LinkedHashMap<>();
    rows.getOrDefault(METHODS.get(1), List.of()).forEach(row -> other.put(row.id(), row));
    List<DifficultyRow> both =
        one.stream()
            .filter(Figure4::isMet)
            .filter(
                row ->
                    other.containsKey(row.id())
                        && isMet(Objects.requireNonNull(other.get(row.id()))))
            .toList();
    claims.add(
        claim(
            "What is hard to forget by %s is so by %s: ρ".formatted(METHODS.get(0), METHODS.get(1)),
            both.stream().mapToDouble(Figure4::updates).toArray(),
            both.stream()
                .mapToDouble(row -> updates(Objects.requireNonNull(other.get(row.id()))))
                .toArray(),
            1,
            seed));
    return claims;
  }

  private static Claim claim(String text, double[] x, double[] y, int sign, long seed) {
    Interval interval =
        Bootstrap.ofPairs(
            x,
            y,
            (a, b) -> sign * Spearman.of(a, b),
            0.95,
            1000,
            RandomStream.of(seed, "figure4-bootstrap", 0, 0));
    return Claim.of(text, Double.NaN, sign * Spearman.of(x, y), interval, x.length);
  }

  private static boolean isMet(DifficultyRow row) {
    return row.updates().containsKey(CRITERION);
  }

  private static double updates(DifficultyRow row) {
    return of(row.updates(), CRITERION);
  }

  private static double of(Map<String, Double> values, String name) {
    return values.getOrDefault(name, Double.NaN);
  }
}
