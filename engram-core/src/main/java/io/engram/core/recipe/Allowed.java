package io.engram.core.recipe;

import io.engram.core.sample.SampleSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * What a key's value may be.
 *
 * @param text in words, after "must be"
 * @param admits whether a value is allowed
 */
record Allowed(String text, Predicate<JsonNode> admits) {
  /** One of these words. */
  static Allowed choice(String... words) {
    List<String> all = List.of(words);
    return new Allowed(
        String.join(", ", all), node -> node.isString() && all.contains(node.asString()));
  }

  /** The words of an enum, in lower case. */
  static Allowed choice(Enum<?>[] values) {
    return choice(
        Arrays.stream(values)
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new));
  }

  /** Or this word. */
  Allowed or(String word) {
    return new Allowed(
        text + ", or " + word,
        node -> admits.test(node) || (node.isString() && node.asString().equals(word)));
  }

  static Allowed number() {
    return number("a number", x -> true);
  }

  static Allowed above(double low) {
    return number("a number > " + plain(low), x -> x > low);
  }

  static Allowed atLeast(double low) {
    return number("a number >= " + plain(low), x -> x >= low);
  }

  /** From low, included, up to high, left out. */
  static Allowed within(double low, double high) {
    return number("a number >= " + plain(low) + " and < " + plain(high), x -> x >= low && x < high);
  }

  /** A part of a whole, not none. */
  static Allowed share() {
    return number("a number > 0 and <= 1", x -> x > 0 && x <= 1);
  }

  static Allowed wholeFrom(int low) {
    return new Allowed(
        "a whole number >= " + low,
        node -> node.isIntegralNumber() && node.canConvertToInt() && node.asInt() >= low);
  }

  static Allowed wholeNumber() {
    return new Allowed(
        "a whole number", node -> node.isIntegralNumber() && node.canConvertToLong());
  }

  static Allowed flag() {
    return new Allowed("true or false", JsonNode::isBoolean);
  }

  static Allowed words() {
    return new Allowed("a text", node -> node.isString() && !node.asString().isBlank());
  }

  /** A list, empty too; a single value is a list of one. */
  static Allowed listOf(Allowed element) {
    return new Allowed(
        "a list, each of " + element.text,
        node -> node.isArray() ? all(node, element.admits) : element.admits.test(node));
  }

  static Allowed listOf(int size, Allowed element) {
    return new Allowed(
        "a list of %d, each %s".formatted(size, element.text),
        node -> node.isArray() && node.size() == size && all(node, element.admits));
  }

  /** What samples can come from, or a list of it. Whether the file is there isn't asked. */
  static Allowed data() {
    return new Allowed(
        SampleSource.names() + ", or a list of them",
        node -> node.isArray() ? all(node, Allowed::isSource) : isSource(node));
  }

  static Allowed template() {
    Allowed names = choice("plain", "chat", "llama2-chat");
    return new Allowed(
        names.text
            + ", or {prompt: …, answer: …} with {question} in the prompt and {answer} in the"
            + " answer",
        node -> names.admits.test(node) || isPair(node));
  }

  private static Allowed number(String text, Predicate<Double> range) {
    return new Allowed(
        text,
        node -> node.isNumber() && Double.isFinite(node.asDouble()) && range.test(node.asDouble()));
  }

  private static boolean all(JsonNode list, Predicate<JsonNode> admits) {
    return StreamSupport.stream(list.spliterator(), false).allMatch(admits);
  }

  private static boolean isSource(JsonNode node) {
    return node.isString() && SampleSource.isName(node.asString());
  }

  private static boolean isPair(JsonNode node) {
    return node.isObject()
        && node.propertyNames().stream()
            .sorted()
            .collect(Collectors.joining(" "))
            .equals("answer prompt")
        && node.path("prompt").isString()
        && node.path("prompt").asString().contains("{question}")
        && node.path("answer").isString()
        && node.path("answer").asString().contains("{answer}");
  }

  private static String plain(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
