package io.engram.core.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import tools.jackson.databind.JsonNode;

/**
 * Describes a key of a recipe, on the record component that holds its value. The key's name is the
 * component's name in {@code snake_case}; its type follows from the component's type.
 *
 * <p>Records that share a setting describe it once, on the accessor of an interface that all of
 * them implement. A component without an annotation inherits that of the accessor with its name,
 * and {@link Default} can override just the default.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD})
public @interface Setting {
  /** What the key does and why to change it, in a sentence or two. */
  String reason();

  /** The default, as YAML; {@code null} if there is none. */
  String value() default "null";

  /** The default in words, if it depends on something outside the recipe. */
  String shown() default "";

  /** Another key of the same record; if that key is set, this one has no default. */
  String unless() default "";

  /** Unit of the value, such as {@code nats}; empty if there is none. */
  String unit() default "";

  /**
   * The numbers allowed: {@code > 0}, {@code >= 1}, {@code [0, 1)}, {@code (0, 1]}; empty allows
   * all. In a list it applies to each element.
   */
  String range() default "";

  /** The words allowed; empty allows any text, or all values of the component's enum. */
  String[] words() default {};

  /** Number of elements in the list; 0 allows any number. */
  int size() default 0;

  /** Whether the word {@code auto} is allowed; the component then holds 0. */
  boolean auto() default false;

  /** What else a value has to be, where none of the above can say it. */
  Class<? extends ValueKind> kind() default ValueKind.class;

  /** Overrides the default of a setting inherited from an interface. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  @interface Default {
    /** The default, as YAML. */
    String value();
  }

  /** Explains a key of a record that several sections share, for one of those sections. */
  @Documented
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.RECORD_COMPONENT)
  @interface Explained {
    /** The key within the section. */
    String key();

    /** The reason shown for the key in this section. */
    String reason();
  }

  /** Values of a kind of their own. Implementations are records without components. */
  interface ValueKind {
    /** What a value has to be, after "must be". */
    String text();

    /** Whether a value is one of these. */
    boolean admits(JsonNode value);
  }
}
