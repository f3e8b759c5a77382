package io.engram.core.recipe;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Every key of a recipe, for {@code engram recipe explain}. */
public final class RecipeKeys {
  /**
   * One key.
   *
   * @param path {@code optimizer.learning_rate}
   * @param type what its value may be: {@code a number > 0}
   * @param defaultValue as YAML; {@code none} where there is none
   * @param unit empty: none
   * @param reason what it does and why one would change it
   */
  public record Key(String path, String type, String defaultValue, String unit, String reason) {}

  /** Defaults that hang on other keys, for the reader's eye; the reader of recipes applies them. */
  private static final Map<String, String> SHOWN_DEFAULTS =
      Map.of(
          "method.name", "ga (engram finetune: finetune)",
          "method.retain_weight", "1 (ga, undial, ceu, finetune: 0)",
          "method.beta", "0.1 (simnpo: 4.5, wga: 1, undial: 10)",
          "method.retain_loss", "nll (rmu: hidden)",
          "method.layer", "a quarter of the way up (7 of 32)",
          "method.refusals", "the built-in TOFU list",
          "model.base", "from adapter_config.json",
          "budget.epochs", "5 (none where budget.updates is given)");

  private RecipeKeys() {}

  /** All keys, in the order of a recipe. */
  public static List<Key> all() {
    return KeyTable.ENTRIES.stream().map(RecipeKeys::key).toList();
  }

  /** The key of this path. */
  public static Optional<Key> find(String path) {
    return all().stream().filter(key -> key.path().equals(path)).findFirst();
  }

  /**
   * The known key or section most like a wrong path: one of the same last name, else the one that
   * takes the fewest edits.
   */
  public static String nearest(String path) {
    return KeyTable.ENTRIES.stream()
        .flatMap(entry -> Stream.concat(Stream.of(entry.path()), sections(entry.path())))
        .distinct()
        .min(
            Comparator.comparingInt(
                known -> lastName(known).equals(lastName(path)) ? 0 : EditDistance.of(known, path)))
        .orElseThrow();
  }

  /** {@code order}, {@code order.estimator} of {@code order.estimator.sigma}. */
  static Stream<String> sections(String path) {
    return Stream.iterate(
            path.lastIndexOf('.'), dot -> dot > 0, dot -> path.lastIndexOf('.', dot - 1))
        .map(dot -> path.substring(0, dot));
  }

  private static Key key(KeyTable.Entry entry) {
    String shown = entry.defaultYaml().equals("null") ? "none" : entry.defaultYaml();
    return new Key(
        entry.path(),
        entry.allowed().text(),
        SHOWN_DEFAULTS.getOrDefault(entry.path(), shown),
        entry.unit(),
        entry.reason());
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
