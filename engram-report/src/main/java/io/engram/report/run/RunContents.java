package io.engram.report.run;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.SampleRow;
import io.engram.core.run.VerdictRow;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything one run folder holds.
 *
 * @param folder the folder's own name, without the path; for a trial {@code NAME/trial-SEED}
 * @param label the run's name on the page; unique among the runs shown together
 * @param look the run's colour and shape on the page
 * @param mrd rows of each epoch before which MRD was computed; empty if it never was
 * @param plan what the run was forecast to take; null if nothing forecast it
 * @param verdicts on the requests of {@code engram forget}; empty for other runs
 * @param audit what attacks found out; null if it was not attacked
 */
public record RunContents(
    String folder,
    String label,
    Look look,
    Manifest manifest,
    RecipeValues recipe,
    JournalView journal,
    NavigableMap<Integer, List<MrdRow>> mrd,
    List<SampleRow> samples,
    List<Measurement> measurements,
    @Nullable ForgetPlan plan,
    List<VerdictRow> verdicts,
    @Nullable AuditSummary audit) {
  /** The stage measured before the first update. */
  public static final String BEFORE = "before";

  /** The stage measured after the last update. */
  public static final String AFTER = "after";

  /** Scores whose rows hold MRD or a part of it. */
  private static final Set<String> OF_MRD =
      Set.of(
          RunWords.MRD, "antithetic", "activation", "shared", "paper", "gradient", "gauss_newton");

  private static final Pattern EPOCH = Pattern.compile("epoch\\D*(\\d{1,9})");

  /**
   * A colour and a shape.
   *
   * @param index counted from 0; trials that differ only in the seed share one when compared with
   *     other runs
   * @param label its text in a legend
   */
  public record Look(int index, String label) {}

  /** The same run under another label. */
  public RunContents labelled(String newLabel, Look newLook) {
    return new RunContents(
        folder,
        newLabel,
        newLook,
        manifest,
        recipe,
        journal,
        mrd,
        samples,
        measurements,
        plan,
        verdicts,
        audit);
  }

  /** Empty if the recipe doesn't say. */
  public String seed() {
    return recipe.get("seed", "");
  }

  /** {@code ga}, {@code npo}, …; empty if the recipe doesn't say. */
  public String method() {
    return recipe.get("method.name", "");
  }

  /**
   * {@code uniform}, {@code uniform_with_replacement}, {@code mrd}, or the name of the score that
   * replaces MRD: {@code predicted_updates}.
   */
  public String order() {
    String order = recipe.get("order.name", "uniform");
    if (order.equals("uniform") && recipe.get("order.replacement", "").equals("true")) {
      return RunWords.UNIFORM_WITH_REPLACEMENT;
    }
    String score = recipe.get("order.estimator.name", RunWords.MRD);
    return order.equals(RunWords.MRD) && !OF_MRD.contains(score) ? score : order;
  }

  /** The order in words, with what its options change about it: {@code hinge order, shuffled}. */
  public String orderInWords() {
    StringBuilder words = new StringBuilder(RunWords.order(order()));
    if (recipe.get("order.weight", "mrd").equals("inverse")) {
      words.append(", hard samples more");
    }
    boolean byName = Set.of("hinge", "dro", "saturation").contains(recipe.get("order.name", ""));
    String apply = recipe.get("order.apply", byName ? "loss" : "draws");
    if (apply.equals(byName ? "draws" : "loss")) {
      words.append(byName ? ", in the draws" : ", in the loss");
    }
    if (recipe.get("order.prefer", "hard").equals("easy")) {
      words.append(", easy samples more");
    }
    if (recipe.get("order.shuffle", "").equals("true")) {
      words.append(", shuffled");
    }
    if (recipe.get("order.pair", "").equals("nearest")) {
      words.append(", with the nearest samples to keep");
    }
    return words.toString();
  }

  /** Whether the model is the built-in one, which is only for demonstration. */
  public boolean demonstrationModel() {
    String path = manifest.modelPath().replace('\\', '/');
    return path.equals("mini") || path.endsWith("/models/mini") || path.equals("models/mini");
  }

  /** The value of a metric at a stage, or null. */
  public @Nullable Measurement measurement(String stage, String metric) {
    return measurements.stream()
        .filter(m -> m.stage().equals(stage) && m.metric().equals(metric))
        .findFirst()
        .orElse(null);
  }

  /** All measurements of a stage, in the order they were made. */
  public List<Measurement> at(String stage) {
    return measurements.stream().filter(m -> m.stage().equals(stage)).toList();
  }

  /** Stages measured between epochs, by epoch. */
  public NavigableMap<Integer, String> epochStages() {
    NavigableMap<Integer, String> stages = new TreeMap<>();
    for (Measurement measurement : measurements) {
      Matcher matcher = EPOCH.matcher(measurement.stage());
      if (matcher.matches()) {
        stages.put(Integer.parseInt(Objects.requireNonNull(matcher.group(1))), measurement.stage());
      }
    }
    return stages;
  }

  /** MRD before the first update; empty if it wasn't computed. */
  public List<MrdRow> firstMrd() {
    return mrd.isEmpty() ? List.of() : mrd.firstEntry().getValue();
  }

  /** How many samples the run should forget. */
  public int sampleCount() {
    return samples.isEmpty() ? Math.max(firstMrd().size(), verdicts.size()) : samples.size();
  }
}
