package io.engram.unlearn.recipe;

import io.engram.core.settings.Schema;
import java.util.List;
import java.util.Optional;

/** Every key of a recipe, for {@code engram recipe explain} and the page of keys. */
public final class RecipeKeys {
  private RecipeKeys() {}

  /** All keys, in the order of a recipe. */
  public static List<Schema.Key> all() {
    return Recipe.SCHEMA.keys();
  }

  /** The key of this path. */
  public static Optional<Schema.Key> find(String path) {
    return Recipe.SCHEMA.find(path);
  }

  /** The known key or section that a wrong path most likely means. */
  public static String nearest(String path) {
    return Recipe.SCHEMA.nearest(path);
  }

  /** All keys as a page of Markdown, a table a section. */
  public static String page() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Recipe keys

        Written by `engram recipe explain --markdown`; every default, unit and reason stands on the record that
        holds the value. A section that is chosen by name (`method.name`, `order.name`, `stop.rule`, …) has the keys of
        that choice alone: "of" says which choices have a key. Setting a key that the choice doesn't have is an error.
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
