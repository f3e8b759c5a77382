package io.engram.unlearn.forget;

import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The samples of a ledger's earlier requests, measured again under another model: each against the
 * range of samples never seen that its own run compared it with.
 */
public final class EarlierRequests {
  private EarlierRequests() {}

  /**
   * A sample of an earlier request.
   *
   * @param entry the request's id in the ledger
   * @param sample with an id that is unique in the ledger: {@code ENTRY/ID}
   * @param then its verdict when its request was carried out
   * @param now {@code known}, {@code not_known} or {@code undecided}
   */
  public record Measured(String entry, Sample sample, String then, String now) {
    /** Whether the model knows it now. */
    public boolean isKnown() {
      return now.equals(VerdictRow.KNOWN);
    }

    /** Whether the model knows it now, and didn't when its request was carried out. */
    public boolean isBack() {
      return isKnown() && !then.equals(VerdictRow.KNOWN);
    }
  }

  /**
   * Measures all samples of all requests.
   *
   * @param model path of the model
   * @param recipe how to open it: its model section's template and type, its seed
   */
  public static List<Measured> measure(Ledger ledger, Path model, Recipe recipe, Setup setup) {
    List<Measured> all = new ArrayList<>();
    try (LanguageModel opened = LanguageModel.open(model.toString(), setup.modelOptions(recipe))) {
      for (LedgerEntry entry : ledger.entries()) {
        all.addAll(measured(ledger, entry.id(), opened, setup));
      }
    }
    return all;
  }

  private static List<Measured> measured(
      Ledger ledger, String id, LanguageModel model, Setup setup) {
    Path run = ledger.run(id);
    List<Sample> samples = SampleSource.load(ledger.samples(id).toString());
    ForgetPlan plan = Forgetting.planOf(run);
    Set<String> planned =
        plan.samples().stream().map(ForgetPlan.Planned::id).collect(Collectors.toSet());
    Standard standard = Forgetting.standard(plan, recipe(run), setup, asked(ledger, id, planned));
    Map<String, String> then = then(run);
    List<Probe> probes = Probe.of(model, samples, setup.progress());
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      measured.add(
          new Measured(
              id,
              new Sample(id + "/" + sample.id(), sample.content()),
              then.getOrDefault(sample.id(), VerdictRow.UNDECIDED),
              standard.known(probes.get(i), standard.above(i, probes.get(i)))));
    }
    return measured;
  }

  /** The verdicts on the model that came out of a request, by id. */
  static Map<String, String> then(Path run) {
    Map<String, String> then = new HashMap<>();
    JsonFiles.readLines(RunModel.best(run).resolve(VerdictRow.FILE), VerdictRow.class)
        .forEach(row -> then.put(row.id(), row.verdict()));
    return then;
  }

  /**
   * The samples that a request's run was about: its own, then those that it took in again.
   *
   * @param planned ids in the run's plan
   */
  static List<Sample> asked(Ledger ledger, String id, Set<String> planned) {
    List<Sample> all = new ArrayList<>(SampleSource.load(ledger.samples(id).toString()));
    Path again = ledger.samples(id + "-again");
    if (Files.exists(again)) {
      SampleSource.load(again.toString()).stream()
          .filter(sample -> planned.contains(sample.id()))
          .forEach(all::add);
    }
    return all;
  }

  /** The resolved recipe of a run folder. */
  public static Recipe recipe(Path run) {
    Path file = run.resolve("recipe.yaml");
    return RecipeReader.resolved(
        JsonFiles.readText(file), List.of(), Recipe.Kind.UNLEARN, file.toString());
  }
}
