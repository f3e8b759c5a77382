package io.engram.core.recipe;

import io.engram.core.recipe.EstimatorSection.EstimatorName;
import io.engram.core.run.JsonFiles;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What in {@code order.estimator} doesn't go together. */
final class EstimatorContradictions {
  private static final String SECTION = "order.estimator.";

  /** Keys of noise and of what is made of it, which predicted updates have no use for. */
  private static final List<String> OF_NOISE =
      List.of(
          "control_variate",
          "sigma",
          "draws",
          "max_draws",
          "stable_tau",
          "absolute",
          "tokens",
          "clamp");

  private final EstimatorSection estimator;
  private final Rule rule;

  EstimatorContradictions(EstimatorSection estimator, Rule rule) {
    this.estimator = estimator;
    this.rule = rule;
  }

  /** What must hold; the fault begins after the path. */
  @FunctionalInterface
  interface Rule {
    void require(boolean holds, String path, String fault, String... otherKeys);
  }

  void check() {
    checkPairs();
    checkControl();
    if (estimator.name() == EstimatorName.PREDICTED_UPDATES) {
      OF_NOISE.forEach(key -> requireDefault(key, "is of noise, and there is none with %s = %s"));
    } else {
      requireDefault("until", "is of predicted_updates alone; %s = %s");
    }
  }

  private void checkPairs() {
    EstimatorName name = estimator.name();
    boolean inPairs = name == EstimatorName.ANTITHETIC || name == EstimatorName.ACTIVATION;
    boolean auto = estimator.hasAutoDraws();
    int draws = auto ? estimator.maxDraws() : estimator.draws();
    rule.require(
        !inPairs || draws % 2 == 0,
        SECTION + (auto ? "max_draws" : "draws"),
        " = %d: must be even with order.estimator.name = %s, whose pairs are two passes"
            .formatted(draws, word(name)),
        SECTION + "name");
  }

  private void checkControl() {
    boolean pairsOutside =
        estimator.name() == EstimatorName.ANTITHETIC
            && estimator.absolute() == EstimatorSection.Absolute.OUTSIDE;
    rule.require(
        estimator.name() == EstimatorName.PREDICTED_UPDATES
            || estimator.controlVariate() != EstimatorSection.ControlVariate.ON
            || pairsOutside,
        SECTION + "control_variate",
        " = on: needs order.estimator.name = antithetic and order.estimator.absolute = outside",
        SECTION + "name",
        SECTION + "absolute");
  }

  /** A key that this estimator doesn't read may only be what it is where nobody sets it. */
  private void requireDefault(String key, String why) {
    JsonNode value = JsonFiles.mapper().valueToTree(estimator).path(key);
    JsonNode byDefault =
        RecipeTree.YAML.readTree(
            KeyTable.ENTRIES.stream()
                .filter(entry -> entry.path().equals(SECTION + key))
                .findFirst()
                .orElseThrow()
                .defaultYaml());
    boolean isDefault =
        value.isNumber()
            ? value.asDouble() == byDefault.asDouble()
            : value.asString().equals(byDefault.asString());
    boolean auto = EstimatorSection.AUTO_KEYS.contains(key) && value.asDouble() == 0;
    rule.require(
        isDefault,
        SECTION + key,
        " = %s: %s"
            .formatted(
                auto ? EstimatorSection.AUTO : value.asString(),
                why.formatted(SECTION + "name", word(estimator.name()))),
        SECTION + "name");
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
