package io.engram.unlearn.recipe;

import io.engram.core.settings.Schema;
import java.util.List;
import java.util.Optional;

/**
 * Lists and explains every key of a recipe, for {@code engram recipe explain} and the page of keys.
 */
public final class RecipeKeys {
  private RecipeKeys() {}

  /** All keys, in the order of a recipe. */
  public static List<Schema.Key> all() {
    return Recipe.SCHEMA.keys();
  }

  /** The key at this path. */
  public static Optional<Schema.Key> find(String path) {
    return Recipe.SCHEMA.find(path);
  }

  /** The key or section that a misspelt path most likely means. */
  public static String nearest(String path) {
    return Recipe.SCHEMA.nearest(path);
  }

  /** All keys as a page of Markdown, with a table for each section. */
  public static String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Recipe keys

        Written by `engram recipe explain --markdown`; every default, unit and reason comes from the record that holds
        the value. Where a name selects a choice (`method.name`, `order.name`, `stop.rule`, …), a section has only the
        keys of that choice: the column "of" lists the choices that have a key. Setting a key that the choice doesn't
        have is an error.
        """);
    String section = "";
    for (Schema.Key key : all()) {
      int dot = key.path().indexOf('.');
      String own = dot < 0 ? "" : key.path().substring(0, dot);
      if (!own.equals(section) || page.indexOf("| key |") < 0) {
        section = own;
        page.append(own.isEmpty() ? "\n## The run\n" : "\n## `" + own + "`\n");
        page.append(
            "\n| key | default | values | unit | of | what it does |\n|---|---|---|---|---|---|\n");
      }
      page.append(
          "| `%s` | %s | %s | %s | %s | %s |%n"
              .formatted(
                  key.path(),
                  cell(key.defaultValue()),
                  cell(key.type()),
                  cell(key.unit()),
                  cell(String.join(", ", key.of())),
                  cell(key.reason())));
    }
    return page.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", "\\n");
  }
}
