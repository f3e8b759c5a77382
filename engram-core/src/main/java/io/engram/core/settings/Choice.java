package io.engram.core.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A record that a recipe can choose by name; its components are the options it has. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Choice {
  /** The name in a recipe, in {@code snake_case}. */
  String value();

  /** What one gets by choosing it, in a few words without a full stop. */
  String summary();
}
