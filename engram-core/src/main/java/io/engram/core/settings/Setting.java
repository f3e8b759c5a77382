package io.engram.core.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A key of a recipe, described on the record component that holds its value. The key's name is the
 * component's in {@code snake_case}; its type follows from the component's.
 *
 * <p>Records that share a setting describe it once, on the accessor of an interface that they all
 * implement; a component without an annotation takes over the one of the accessor with its name,
 * and {@link Default} may change the default alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface Setting {
  /** What it does and why one would change it, in a sentence or two. */
  String reason();

  /** The default, as YAML; {@code null}: there is none. */
  String value() default "null";

  /** The default in words, where it follows from something else than the recipe. */
  String shown() default "";

  /** Another key of the same record: where that one is given, this one has no default. */
  String unless() default "";

  /** Of the value, such as {@code nats}; empty: none. */
  String unit() default "";

  /**
   * The numbers allowed: {@code > 0}, {@code >= 1}, {@code [0, 1)}, {@code (0, 1]}; empty: all. Of
   * a list it holds for each element.
   */
  String range() default "";

  /** The words allowed; empty: any text, or all values of the component's enum. */
  String[] words() default {};

  /** How many elements a list has; 0: any number. */
  int size() default 0;

  /** Whether the word {@code auto} is allowed; the component then holds 0. */
  boolean auto() default false;

  /** What else a value has to be, where none of the above can say it. */
  Class<? extends ValueKind> kind() default ValueKind.class;
}
