package io.engram.cli.option;

import io.engram.unlearn.recipe.Recipe;
import java.util.regex.Pattern;

/** Tells whether a recipe's text is for unlearning or fine-tuning. */
public final class RecipeKind {
  /**
   * A section {@code train} that names data (a resolved recipe of any kind has an empty one), or
   * the method {@code finetune}: both are only for {@code engram finetune}.
   */
  private static final Pattern FINETUNE =
      Pattern.compile(
          ""
              + "(?m)^train\\s*:\\s*\\{?\\s*data\\s*:(?!\\s*\\[\\s*\\])|\\bname\\s*:\\s*[\"']?finetune\\b");

  private RecipeKind() {}

  /** Decides by the keys that only fine-tuning has. */
  public static Recipe.Kind of(String yaml) {
    return FINETUNE.matcher(yaml).find() ? Recipe.Kind.FINETUNE : Recipe.Kind.UNLEARN;
  }
}
