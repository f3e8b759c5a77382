package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Table;
import io.engram.core.EngramException;
import io.engram.core.settings.Schema;
import io.engram.unlearn.recipe.RecipeKeys;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram recipe explain}. */
@Command(
    name = "explain",
    description = "Explains the keys of a recipe: values, default, unit and reason.",
    sortOptions = false)
final class RecipeExplainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KEY",
      description =
          "One key such as order.estimator.sigma, or a section such as order (default: all)")
  private String path = "";

  @Option(names = "--markdown", description = "All keys as a page of Markdown: docs/recipe-keys.md")
  private boolean markdown;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (markdown) {
      common.console().result(Map.of("page", RecipeKeys.page()), RecipeKeys.page().stripTrailing());
      return 0;
    }
    List<Schema.Key> keys =
        RecipeKeys.all().stream()
            .filter(key -> path.isEmpty() || (key.path() + ".").startsWith(path + "."))
            .toList();
    if (keys.isEmpty()) {
      throw EngramException.usage(
          path + ": no such key; the nearest is " + RecipeKeys.nearest(path));
    }
    common
        .console()
        .result(Map.of("keys", keys), keys.size() == 1 ? one(keys.get(0)) : table(keys));
    return 0;
  }

  private static String one(Schema.Key key) {
    return """
    %s
      values   %s
      default  %s%s%s
      %s\
    """
        .formatted(
            key.path(),
            key.type(),
            key.defaultValue(),
            key.unit().isEmpty() ? "" : "\n  unit     " + key.unit(),
            key.of().isEmpty() ? "" : "\n  of       " + String.join(", ", key.of()),
            key.reason());
  }

  private static String table(List<Schema.Key> keys) {
    Table table = new Table("key", "default", "unit", "values");
    keys.forEach(key -> table.row(key.path(), key.defaultValue(), key.unit(), key.type()));
    return table + "\n\nengram recipe explain KEY says what a key does and why to change it.";
  }
}
