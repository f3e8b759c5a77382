package io.engram.core.settings;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The records among which a section of a recipe chooses by one of its keys: {@code method: {name:
 * npo, beta: 0.1}}. To register a new choice, add its record to the list.
 *
 * @param type the common type of the records
 * @param key the key that names the choice: {@code name}
 * @param reason what is chosen: the start of the key's explanation, followed by the summaries of
 *     the choices
 * @param shown the default in words if it is not always the first choice; otherwise empty
 * @param all the choices, the default first
 */
public record Choices<T>(
    Class<T> type, String key, String reason, String shown, List<Class<? extends T>> all) {
  /** Checks that all are records with a name. */
  public Choices {
    all = List.copyOf(all);
    for (Class<? extends T> choice : all) {
      if (!choice.isRecord() || choice.getAnnotation(Choice.class) == null) {
        throw new IllegalArgumentException(choice + " is not a record with a @Choice");
      }
    }
  }

  /** The first choice is always the default. */
  public Choices(Class<T> type, String key, String reason, List<Class<? extends T>> all) {
    this(type, key, reason, "", all);
  }

  /** Their names, in order. */
  public List<String> names() {
    return all.stream().map(Choices::nameOf).toList();
  }

  /** The choice of this name. */
  public Optional<Class<? extends T>> find(String name) {
    return all.stream()
        .filter(choice -> nameOf(choice).equals(name))
        .<Class<? extends T>>map(choice -> choice)
        .findFirst();
  }

  /** What is chosen, and what each choice does. */
  String explanation() {
    return all.stream()
        .map(choice -> nameOf(choice) + ": " + annotation(choice).summary())
        .collect(Collectors.joining("; ", reason + " ", "."));
  }

  /** The name that recipes use for a chosen value. */
  public static String nameOf(Object chosen) {
    return nameOf(chosen.getClass());
  }

  /** The name that recipes use for a choice. */
  public static String nameOf(Class<?> choice) {
    return annotation(choice).value();
  }

  private static Choice annotation(Class<?> choice) {
    Choice annotation = choice.getAnnotation(Choice.class);
    if (annotation == null) {
      throw new IllegalArgumentException(choice + " has no @Choice");
    }
    return annotation;
  }
}
