package io.engram.core.settings;

import io.engram.core.run.JsonFiles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The keys of a recipe, derived from the records that hold its values: their names, types and
 * {@link Setting} annotations. Reading, checking, defaults, writing, {@code engram recipe explain}
 * and the page of keys all follow from it.
 *
 * <p>A component is either a key, a section (a record), or a section chosen by name ({@link
 * Choices}), which has only the keys of the chosen record.
 */
public final class Schema<T extends Record> {
  /** The word in a recipe for a number that Engram should choose; the record then holds 0. */
  public static final String AUTO = "auto";

  private static final YAMLMapper YAML = Yaml.MAPPER;

  private final Class<T> type;
  private final Section root;
  private final List<Key> keys = new ArrayList<>();

  private Schema(Class<T> type, Section root) {
    this.type = type;
    this.root = root;
    collect(root.members(), "", List.of());
  }

  /**
   * One key.
   *
   * @param path {@code optimizer.learning_rate}
   * @param type the values it allows: {@code a number > 0}
   * @param defaultValue as YAML; {@code none} if there is none
   * @param unit empty if there is none
   * @param reason what it does and why to change it
   * @param of the choices that have it; empty if the section is not chosen by name
   */
  public record Key(
      String path, String type, String defaultValue, String unit, String reason, List<String> of) {}

  /** Part of a record. */
  private sealed interface Member {
    String name();
  }

  private record Leaf(
      String name, Setting setting, String reason, String defaultYaml, Allowed allowed, Type type)
      implements Member {
    boolean isList() {
      return type != String.class && type.getTypeName().startsWith("java.util.List");
    }

    String shownDefault() {
      return setting.shown().isEmpty()
          ? defaultYaml.equals("null") ? "none" : defaultYaml
          : setting.shown();
    }
  }

  private record Section(String name, Class<?> type, List<Member> members) implements Member {
    @Nullable Member find(String key) {
      return members.stream().filter(m -> m.name().equals(key)).findFirst().orElse(null);
    }
  }

  private record Chosen(
      String name, Choices<?> choices, Map<String, Section> options, String byDefault)
      implements Member {
    /** The option of this name of each choice that has one, under the choice's name. */
    Map<String, Member> owners(String key) {
      Map<String, Member> owners = new LinkedHashMap<>();
      options.forEach(
          (name, section) -> {
            Member member = section.find(key);
            if (member != null) {
              owners.put(name, member);
            }
          });
      return owners;
    }
  }

  /**
   * The schema of a record.
   *
   * @param choices the choices of every component type that is chosen by name
   * @throws IllegalArgumentException if a component is neither described nor a section
   */
  public static <T extends Record> Schema<T> of(Class<T> type, List<Choices<?>> choices) {
    Map<Class<?>, Choices<?>> byType =
        choices.stream().collect(Collectors.toMap(Choices::type, Function.identity()));
    return new Schema<>(type, section("", type, null, byType));
  }

  private static Section section(
      String name,
      Class<?> type,
      Setting.@Nullable Explained explained,
      Map<Class<?>, Choices<?>> choices) {
    List<Member> members = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      members.add(member(component, explained, choices));
    }
    return new Section(name, type, List.copyOf(members));
  }

  private static Member member(
      RecordComponent component,
      Setting.@Nullable Explained explained,
      Map<Class<?>, Choices<?>> choices) {
    String name = snakeCase(component.getName());
    Choices<?> chosen = choices.get(component.getType());
    if (chosen != null) {
      Map<String, Section> options = new LinkedHashMap<>();
      for (Class<?> option : chosen.all()) {
        options.put(Choices.nameOf(option), section(name, option, null, choices));
      }
      Setting.Default own = component.getAnnotation(Setting.Default.class);
      return new Chosen(name, chosen, options, own == null ? chosen.names().get(0) : own.value());
    }
    if (component.getType().isRecord() && setting(component) == null) {
      Setting.Explained own = component.getAnnotation(Setting.Explained.class);
      return section(name, component.getType(), own, choices);
    }
    Setting setting = setting(component);
    if (setting == null) {
      throw new IllegalArgumentException(
          component.getDeclaringRecord() + "." + component.getName() + " has no @Setting");
    }
    Setting.Default own = component.getAnnotation(Setting.Default.class);
    boolean renamed = explained != null && explained.key().equals(name);
    return new Leaf(
        name,
        setting,
        explained != null && renamed ? explained.reason() : setting.reason(),
        own == null ? setting.value() : own.value(),
        Allowed.of(component.getGenericType(), setting),
        component.getGenericType());
  }

  /** The component's own annotation, or that of the accessor of the same name in an interface. */
  private static @Nullable Setting setting(RecordComponent component) {
    Setting own = component.getAnnotation(Setting.class);
    return own != null ? own : inherited(component.getDeclaringRecord(), component.getName());
  }

  private static @Nullable Setting inherited(Class<?> type, String accessor) {
    for (Class<?> parent : type.getInterfaces()) {
      for (Method method : parent.getDeclaredMethods()) {
        Setting setting = method.getAnnotation(Setting.class);
        if (setting != null && method.getName().equals(accessor)) {
          return setting;
        }
      }
      Setting further = inherited(parent, accessor);
      if (further != null) {
        return further;
      }
    }
    return null;
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  // Explaining.

  /** All keys, in the order of a resolved recipe. */
  public List<Key> keys() {
    return List.copyOf(keys);
  }

  /** The key of this path. */
  public Optional<Key> find(String path) {
    return keys.stream().filter(key -> key.path().equals(path)).findFirst();
  }

  /**
   * The key or section that a misspelt path most likely means: one with the same last part, or else
   * the one with the smallest edit distance.
   */
  public String nearest(String path) {
    return keys.stream()
        .flatMap(key -> Stream.concat(Stream.of(key.path()), Faults.sections(key.path())))
        .distinct()
        .min(
            Comparator.comparingInt(
                known ->
                    lastName(known).equals(lastName(path)) ? 0 : NearestNames.edits(known, path)))
        .orElseThrow();
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private void collect(Collection<Member> members, String prefix, List<String> of) {
    for (Member member : members) {
      if (member instanceof Leaf leaf) {
        keys.add(key(prefix, List.of(leaf), of, Map.of()));
      } else if (member instanceof Section section) {
        collect(section.members(), prefix + section.name() + ".", of);
      } else if (member instanceof Chosen chosen) {
        collectChosen(chosen, prefix + chosen.name() + ".", of, chosen.byDefault());
      }
    }
  }

  private void collectChosen(Chosen chosen, String prefix, List<String> of, String byDefault) {
    Choices<?> choices = chosen.choices();
    keys.add(
        new Key(
            prefix + choices.key(),
            String.join(", ", choices.names()),
            choices.shown().isEmpty() ? byDefault : choices.shown(),
            "",
            choices.explanation(),
            of));
    Set<String> names = new LinkedHashSet<>();
    chosen.options().values().forEach(o -> o.members().forEach(m -> names.add(m.name())));
    for (String name : names) {
      Map<String, Member> owners = chosen.owners(name);
      List<Leaf> leaves = new ArrayList<>();
      Map<Leaf, String> ownerOf = new LinkedHashMap<>();
      Map<String, Chosen> inner = new LinkedHashMap<>();
      owners.forEach(
          (owner, member) -> {
            if (member instanceof Leaf leaf) {
              leaves.add(leaf);
              ownerOf.merge(leaf, owner, (a, b) -> a + ", " + b);
            } else if (member instanceof Chosen own) {
              inner.put(owner, own);
            } else {
              collect(List.of(member), prefix, List.of(owner));
            }
          });
      if (!inner.isEmpty()) {
        Chosen any = inner.values().iterator().next();
        collectChosen(any, prefix + any.name() + ".", List.copyOf(inner.keySet()), defaults(inner));
      }
      if (!leaves.isEmpty()) {
        keys.add(key(prefix, leaves, List.copyOf(owners.keySet()), ownerOf));
      }
    }
  }

  /** The default choice, with the owners that have another: {@code a (owner: b)}. */
  private static String defaults(Map<String, Chosen> byOwner) {
    Chosen first = byOwner.values().iterator().next();
    String others =
        byOwner.entrySet().stream()
            .filter(e -> !e.getValue().byDefault().equals(first.byDefault()))
            .map(e -> e.getKey() + ": " + e.getValue().byDefault())
            .collect(Collectors.joining(", "));
    return others.isEmpty() ? first.byDefault() : first.byDefault() + " (" + others + ")";
  }

  /** Merges the leaves of that name in several choices into one key. */
  private static Key key(
      String prefix, List<Leaf> leaves, List<String> of, Map<Leaf, String> ownerOf) {
    Leaf first = leaves.get(0);
    return new Key(
        prefix + first.name(),
        merged(leaves, ownerOf, leaf -> leaf.allowed().text()),
        merged(leaves, ownerOf, Leaf::shownDefault),
        units(leaves, ownerOf),
        reasons(leaves, ownerOf),
        of);
  }

  private static String units(List<Leaf> leaves, Map<Leaf, String> ownerOf) {
    boolean same = leaves.stream().map(leaf -> leaf.setting().unit()).distinct().count() == 1;
    return same
        ? leaves.get(0).setting().unit()
        : merged(
            leaves,
            ownerOf,
            leaf -> leaf.setting().unit().isEmpty() ? "none" : leaf.setting().unit());
  }

  /**
   * The most common text of the leaves, with the others in brackets: {@code 0.1 (wga: 1, undial:
   * 10)}.
   */
  private static String merged(
      List<Leaf> leaves, Map<Leaf, String> ownerOf, Function<Leaf, String> text) {
    Map<String, List<Leaf>> byText =
        leaves.stream()
            .collect(Collectors.groupingBy(text, LinkedHashMap::new, Collectors.toList()));
    String common =
        byText.entrySet().stream()
            .max(Comparator.comparingInt((Map.Entry<String, List<Leaf>> e) -> e.getValue().size()))
            .orElseThrow()
            .getKey();
    byText.remove(common);
    return byText.isEmpty()
        ? common
        : byText.entrySet().stream()
            .map(e -> owners(e.getValue(), ownerOf) + ": " + e.getKey())
            .collect(Collectors.joining(", ", common + " (", ")"));
  }

  private static String reasons(List<Leaf> leaves, Map<Leaf, String> ownerOf) {
    Map<String, List<Leaf>> byReason =
        leaves.stream()
            .collect(Collectors.groupingBy(Leaf::reason, LinkedHashMap::new, Collectors.toList()));
    List<Leaf> common =
        byReason.values().stream().max(Comparator.comparingInt(List::size)).orElseThrow();
    boolean most = common.size() * 3 > leaves.size() * 2;
    return byReason.entrySet().stream()
        .sorted(Comparator.comparingInt(e -> most && e.getValue() == common ? 0 : 1))
        .map(
            e ->
                most && e.getValue() == common
                    ? e.getKey()
                    : owners(e.getValue(), ownerOf) + ": " + e.getKey())
        .collect(Collectors.joining(" "));
  }

  private static String owners(List<Leaf> leaves, Map<Leaf, String> ownerOf) {
    return leaves.stream().distinct().map(ownerOf::get).collect(Collectors.joining(", "));
  }

  // Reading.

  /**
   * Makes a record from a tree, with the given or default value of every key.
   *
   * @param given the values from a recipe and the command line
   * @param defaultChoices default choices by the section's path; a section without an entry
   *     defaults to the first of its choices
   * @param lenient whether to ignore options of other choices, which earlier versions wrote into
   *     resolved recipes, instead of reporting them
   * @param faults collects the faults; a faulty value is replaced by its default
   */
  public T read(
      ObjectNode given, Map<String, String> defaultChoices, boolean lenient, Faults faults) {
    return type.cast(new Reading(defaultChoices, lenient, faults).section(root, "", given));
  }

  private final class Reading {
    private final Map<String, String> defaultChoices;
    private final boolean lenient;
    private final Faults faults;

    Reading(Map<String, String> defaultChoices, boolean lenient, Faults faults) {
      this.defaultChoices = defaultChoices;
      this.lenient = lenient;
      this.faults = faults;
    }

    private Object section(Section section, String prefix, ObjectNode given) {
      for (Map.Entry<String, JsonNode> property : given.properties()) {
        if (section.find(property.getKey()) == null) {
          String path = prefix + property.getKey();
          faults.add(path, ": no such key; the nearest is " + nearest(path));
        }
      }
      Object[] values =
          section.members().stream().map(m -> value(m, prefix, given)).toArray(Object[]::new);
      String path = prefix.isEmpty() ? prefix : prefix.substring(0, prefix.length() - 1);
      Object record = instance(section.type(), values);
      if (record instanceof SelfChecking checked) {
        checked.check(path, faults);
      }
      return record;
    }

    private @Nullable Object value(Member member, String prefix, ObjectNode given) {
      String path = prefix + member.name();
      if (member instanceof Leaf leaf) {
        return leaf(leaf, path, given);
      }
      ObjectNode inner = inner(given, member, path);
      return member instanceof Chosen chosen
          ? chosen(chosen, path, inner)
          : section((Section) member, path + ".", inner);
    }

    private ObjectNode inner(ObjectNode given, Member member, String path) {
      JsonNode node = given.path(member.name());
      if (node instanceof ObjectNode inner) {
        return inner;
      }
      if (!isUnset(node)) {
        faults.add(path, " = " + node + ": is a section with the keys " + keysOf(path));
      }
      return YAML.createObjectNode();
    }

    private @Nullable Object leaf(Leaf leaf, String path, ObjectNode given) {
      JsonNode value = given.path(leaf.name());
      if (!isUnset(value)) {
        if (leaf.allowed().admits().test(value)) {
          return converted(leaf, value);
        }
        faults.add(path, " = %s: must be %s".formatted(value, leaf.allowed().text()));
      }
      boolean hasDefault =
          leaf.setting().unless().isEmpty() || isUnset(given.path(leaf.setting().unless()));
      return converted(leaf, YAML.readTree(hasDefault ? leaf.defaultYaml() : "null"));
    }

    private Object chosen(Chosen chosen, String path, ObjectNode given) {
      Choices<?> choices = chosen.choices();
      String key = path + "." + choices.key();
      JsonNode named = given.path(choices.key());
      String byDefault = defaultChoices.getOrDefault(path, chosen.byDefault());
      boolean known = named.isString() && chosen.options().containsKey(named.asString());
      if (!known && !isUnset(named)) {
        faults.add(key, " = %s: must be %s".formatted(named, String.join(", ", choices.names())));
      }
      String name = known ? named.asString() : byDefault;
      Section section = chosen.options().get(name);
      if (section == null) {
        throw new IllegalArgumentException(name + " is not a choice of " + path);
      }
      ObjectNode own = YAML.createObjectNode();
      for (Map.Entry<String, JsonNode> property : given.properties()) {
        String option = property.getKey();
        if (option.equals(choices.key())) {
          continue;
        }
        Map<String, Member> owners = chosen.owners(option);
        if (owners.isEmpty() || section.find(option) != null) {
          own.set(option, property.getValue());
        } else if (!known && !isUnset(named)) {
          // The choice is unknown, and so are its options, but the value can still be checked.
          value(owners.values().iterator().next(), path + ".", given);
        } else if (!isUnset(property.getValue())) {
          lacking(
              path + "." + option,
              key,
              " = %s: is for %s = %s; here it is %s"
                  .formatted(property.getValue(), key, String.join(" or ", owners.keySet()), name));
        }
      }
      return section(section, path + ".", own);
    }

    /**
     * Reports an option that the choice does not have, unless the recipe is from an earlier version
     * or one of several, or the command line replaced the file's choice, to which the option
     * belonged.
     */
    private void lacking(String path, String key, String text) {
      if (lenient && faults.isOverridden(path)) {
        faults.leaveOut(path, text);
      } else if (!lenient && (faults.isOverridden(path) || !faults.isOverridden(key))) {
        faults.add(path, text);
      }
    }

    private String keysOf(String section) {
      return keys.stream()
          .map(Key::path)
          .filter(path -> path.startsWith(section + "."))
          .map(path -> path.substring(section.length() + 1))
          .collect(Collectors.joining(", "));
    }
  }

  private static boolean isUnset(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  /** Turns a single value, or none, into a list if the key is a list. */
  private static @Nullable Object converted(Leaf leaf, JsonNode value) {
    JsonNode whole = value;
    if (leaf.isList() && !value.isArray()) {
      ArrayNode list = YAML.createArrayNode();
      whole = value.isNull() ? list : list.add(value);
    } else if (leaf.setting().auto() && value.isString()) {
      whole = YAML.readTree("0");
    } else if (value.isNull()) {
      return null;
    }
    var mapper = JsonFiles.mapper();
    return mapper.treeToValue(whole, mapper.constructType(leaf.type()));
  }

  private static Object instance(Class<?> type, @Nullable Object[] values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " can't be made", e);
    }
  }

  // Writing.

  /** Writes every key with its value. {@link #read} reads it back as an equal record. */
  public ObjectNode write(T record) {
    return tree(root, record);
  }

  private static ObjectNode tree(Section section, Object record) {
    ObjectNode tree = YAML.createObjectNode();
    RecordComponent[] components = section.type().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      Member member = section.members().get(i);
      tree.set(member.name(), tree(member, valueOf(components[i], record)));
    }
    return tree;
  }

  private static JsonNode tree(Member member, @Nullable Object value) {
    if (member instanceof Section section && value != null) {
      return tree(section, value);
    }
    if (member instanceof Chosen chosen && value != null) {
      String name = Choices.nameOf(value);
      Section section = chosen.options().get(name);
      if (section == null) {
        throw new IllegalArgumentException(name + " is not registered in " + chosen.name());
      }
      ObjectNode tree = YAML.createObjectNode();
      tree.put(chosen.choices().key(), name);
      return tree.setAll(tree(section, value));
    }
    boolean auto =
        member instanceof Leaf leaf
            && leaf.setting().auto()
            && value instanceof Number number
            && number.doubleValue() == 0;
    return JsonFiles.mapper().valueToTree(auto ? AUTO : value);
  }

  private static @Nullable Object valueOf(RecordComponent component, Object record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " can't be read", e);
    }
  }
}
