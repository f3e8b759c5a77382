package io.engram.cli.option;

import io.engram.core.recipe.Recipe;
import java.util.regex.Pattern;

/** What a recipe's text is for. */
public final class RecipeKind {
  /** A section {@code train}, or the method {@code finetune}: keys of {@code engram finetune}. */
  private static final Pattern FINETUNE =
      Pattern.compile(
          "(?m)^train\\s*:\\s*(\\{\\s*data|\\n\\s+data)|\\bname\\s*:\\s*\"?finetune\\b");

  private RecipeKind() {}

  /** Told by the keys that only fine-tuning has. */
  public static Recipe.Kind of(String yaml) {
    return FINETUNE.matcher(yaml).find() ? Recipe.Kind.FINETUNE : Recipe.Kind.UNLEARN;
  }
}
