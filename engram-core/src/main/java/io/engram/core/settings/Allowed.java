package io.engram.core.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The values that a key allows.
 *
 * @param text description that follows "must be"
 * @param admits whether a value is allowed
 */
record Allowed(String text, Predicate<JsonNode> admits) {
  private static final Pattern BOUND = Pattern.compile("(>=?) (\\S+)");
  private static final Pattern INTERVAL = Pattern.compile("([\\[(])(\\S+), (\\S+)([\\])])");

  /** One of these words. */
  static Allowed words(List<String> words) {
    return new Allowed(
        String.join(", ", words), node -> node.isString() && words.contains(node.asString()));
  }

  /** The values that a component of this type with this annotation allows. */
  static Allowed of(Type type, Setting setting) {
    Allowed allowed = byType(type, setting);
    return setting.auto()
        ? new Allowed(
            allowed.text + ", or auto",
            node -> allowed.admits.test(node) || isWord(node, Schema.AUTO))
        : allowed;
  }

  private static Allowed byType(Type type, Setting setting) {
    if (setting.kind() != Setting.ValueKind.class) {
      return ofKind(setting.kind());
    }
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return listOf(setting.size(), single(list.getActualTypeArguments()[0], setting));
    }
    return single(type, setting);
  }

  private static Allowed single(Type type, Setting setting) {
    if (setting.words().length > 0) {
      return words(List.of(setting.words()));
    }
    if (type instanceof Class<?> raw && raw.isEnum()) {
      return words(
          Arrays.stream(raw.getEnumConstants())
              .map(value -> ((Enum<?>) value).name().toLowerCase(Locale.ROOT))
              .toList());
    }
    if (type == int.class || type == Integer.class) {
      return whole(setting.range());
    }
    if (type == long.class) {
      return new Allowed(
          "a whole number", node -> node.isIntegralNumber() && node.canConvertToLong());
    }
    if (type == double.class || type == Double.class) {
      return number(setting.range());
    }
    if (type == boolean.class) {
      return new Allowed("true or false", JsonNode::isBoolean);
    }
    if (type == String.class) {
      return new Allowed("a text", node -> node.isString() && !node.asString().isBlank());
    }
    throw new IllegalArgumentException("a setting can't be a " + type + " without a kind");
  }

  private static Allowed ofKind(Class<? extends Setting.ValueKind> type) {
    try {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      Setting.ValueKind kind = constructor.newInstance();
      return new Allowed(kind.text(), kind::admits);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " can't be made", e);
    }
  }

  private static Allowed number(String range) {
    DoublePredicate within = range(range);
    return new Allowed(
        "a number" + words(range),
        node -> node.isNumber() && Double.isFinite(value(node)) && within.test(value(node)));
  }

  /** Infinite where a whole number is too large, where asDouble() would fail. */
  private static double value(JsonNode number) {
    return number.numberValue().doubleValue();
  }

  private static Allowed whole(String range) {
    DoublePredicate within = range(range);
    return new Allowed(
        "a whole number" + words(range),
        node -> node.isIntegralNumber() && node.canConvertToInt() && within.test(node.asInt()));
  }

  /** A list, possibly empty. A single value counts as a list of one, unless the size is fixed. */
  private static Allowed listOf(int size, Allowed element) {
    if (size > 0) {
      return new Allowed(
          "a list of %d, each %s".formatted(size, element.text),
          node -> node.isArray() && node.size() == size && all(node, element.admits));
    }
    return new Allowed(
        "a list, each of " + element.text,
        node -> node.isArray() ? all(node, element.admits) : element.admits.test(node));
  }

  private static boolean all(JsonNode list, Predicate<JsonNode> admits) {
    return StreamSupport.stream(list.spliterator(), false).allMatch(admits);
  }

  private static boolean isWord(JsonNode node, String word) {
    return node.isString() && node.asString().equals(word);
  }

  private static DoublePredicate range(String range) {
    Matcher bound = BOUND.matcher(range);
    if (bound.matches()) {
      double low = Double.parseDouble(bound.group(2));
      return bound.group(1).equals(">") ? x -> x > low : x -> x >= low;
    }
    Matcher interval = INTERVAL.matcher(range);
    if (interval.matches()) {
      double low = Double.parseDouble(interval.group(2));
      double high = Double.parseDouble(interval.group(3));
      boolean withLow = interval.group(1).equals("[");
      boolean withHigh = interval.group(4).equals("]");
      return x -> (withLow ? x >= low : x > low) && (withHigh ? x <= high : x < high);
    }
    if (range.isEmpty()) {
      return x -> true;
    }
    throw new IllegalArgumentException("not a range: " + range);
  }

  private static String words(String range) {
    Matcher interval = INTERVAL.matcher(range);
    if (interval.matches()) {
      return " %s %s and %s %s"
          .formatted(
              interval.group(1).equals("[") ? ">=" : ">",
              interval.group(2),
              interval.group(4).equals("]") ? "<=" : "<",
              interval.group(3));
    }
    return range.isEmpty() ? "" : " " + range;
  }
}
