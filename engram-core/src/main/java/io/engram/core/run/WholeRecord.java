package io.engram.core.run;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a record from a file lacks: JSON may leave out any field, or write {@code null}, where
 * the program relies on a value.
 */
final class WholeRecord {
  private static final ClassValue<List<Part>> PARTS =
      new ClassValue<>() {
        @Override
        protected List<Part> computeValue(Class<?> type) {
          return Stream.of(type.getRecordComponents())
              .filter(component -> !component.getType().isPrimitive())
              .map(Part::of)
              .toList();
        }
      };

  private WholeRecord() {}

  /** A component whose value may lack something. */
  private record Part(String name, Method accessor, AnnotatedType type) {
    static Part of(RecordComponent component) {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      String name = component.getName().replaceAll("[A-Z]", "_$0").toLowerCase(Locale.ROOT);
      return new Part(name, accessor, component.getAnnotatedType());
    }

    @Nullable Object of(Object record) {
      try {
        return accessor.invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * The path of the first value that is missing, among a record's components and in its lists, maps
   * and records; those marked {@link Nullable} may be.
   *
   * @return null if nothing is
   */
  static @Nullable String missing(Object record) {
    return record instanceof Record ? inRecord(record, "") : null;
  }

  private static @Nullable String inRecord(Object record, String path) {
    for (Part part : PARTS.get(record.getClass())) {
      String missing = in(part.of(record), part.type(), path + part.name());
      if (missing != null) {
        return missing;
      }
    }
    return null;
  }

  private static @Nullable String in(
      @Nullable Object value, @Nullable AnnotatedType type, String path) {
    if (value == null) {
      return type != null && type.isAnnotationPresent(Nullable.class) ? null : path;
    }
    if (value instanceof Record) {
      return inRecord(value, path + ".");
    }
    if (value instanceof Collection<?> all) {
      int i = 0;
      for (Object each : all) {
        String missing = in(each, argument(type, 0), path + "[" + i++ + "]");
        if (missing != null) {
          return missing;
        }
      }
    }
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        String missing = in(entry.getValue(), argument(type, 1), path + "." + entry.getKey());
        if (missing != null) {
          return missing;
        }
      }
    }
    return null;
  }

  private static @Nullable AnnotatedType argument(@Nullable AnnotatedType type, int index) {
    return type instanceof AnnotatedParameterizedType of
            && of.getAnnotatedActualTypeArguments().length > index
        ? of.getAnnotatedActualTypeArguments()[index]
        : null;
  }
}
