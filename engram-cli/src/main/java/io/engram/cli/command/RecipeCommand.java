package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Table;
import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import io.engram.core.settings.Schema;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeKeys;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code engram recipe check} and {@code engram recipe explain}. */
@Command(
    name = "recipe",
    description = "Checks a recipe, or explains its keys.",
    subcommands = {RecipeCommand.Check.class, RecipeCommand.Explain.class})
final class RecipeCommand implements Runnable {
  @Spec private @Nullable CommandSpec command;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(command, "set by picocli").commandLine(),
        "give a command: check FILE, or explain [KEY]");
  }

  /** {@code engram recipe check}. */
  @Command(
      name = "check",
      description = {
        "Finds every fault of a recipe without running it.",
        "Prints the recipe with every key and default. A recipe with train.data or the method "
            + "finetune is checked for engram finetune, any other for engram unlearn."
      },
      sortOptions = false)
  static final class Check implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "The recipe")
    private Path file = Path.of("");

    @Parameters(
        index = "1..*",
        paramLabel = "key=value",
        description = "Keys of the recipe to change")
    private List<String> overrides = List.of();

    @Mixin private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      Recipe.Kind kind = Recipe.Kind.of(text(file));
      Recipe recipe = RecipeReader.read(file, overrides, kind);
      common.console().message(file + " has no faults");
      common
          .console()
          .result(
              OrderedMap.of("file", file.toString(), "recipe", recipe),
              RecipeWriter.yaml(recipe).stripTrailing());
      return 0;
    }

    private static String text(Path file) {
      try {
        return Files.readString(file);
      } catch (NoSuchFileException e) {
        throw EngramException.file(file + " does not exist", e);
      } catch (CharacterCodingException e) {
        throw EngramException.file(file + " is not UTF-8", e);
      } catch (IOException e) {
        throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
      }
    }
  }

  /** {@code engram recipe explain}. */
  @Command(
      name = "explain",
      description = "Explains the keys of a recipe: values, default, unit and reason.",
      sortOptions = false)
  static final class Explain implements Callable<Integer> {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "KEY",
        description =
            "One key such as order.estimator.sigma, or a section such as order (default: all)")
    private String path = "";

    @Option(
        names = "--markdown",
        description = "All keys as a page of Markdown: docs/recipe-keys.md")
    private boolean markdown;

    @Mixin private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      if (markdown) {
        common
            .console()
            .result(Map.of("page", RecipeKeys.page()), RecipeKeys.page().stripTrailing());
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
}
