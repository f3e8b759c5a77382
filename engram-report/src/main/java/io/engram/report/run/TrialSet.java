package io.engram.report.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Runs that differ only in the seed: same recipe, model and data.
 *
 * @param label their name on the page; unique among the sets shown together
 * @param runs at least one
 */
public record TrialSet(String label, List<RunContents> runs) {
  private static final Set<String> OF_A_TRIAL = Set.of("seed", "trials");

  /** Groups runs into sets, in the order of their first runs. */
  public static List<TrialSet> of(List<RunContents> runs) {
    Map<Object, List<RunContents>> sets = new LinkedHashMap<>();
    for (RunContents run : runs) {
      sets.computeIfAbsent(key(run), key -> new ArrayList<>()).add(run);
    }
    List<List<RunContents>> found = List.copyOf(sets.values());
    List<String> labels = labels(found.stream().map(set -> set.get(0)).toList());
    return IntStream.range(0, found.size())
        .mapToObj(i -> new TrialSet(labels.get(i), List.copyOf(found.get(i))))
        .toList();
  }

  /** A run whose recipe is unknown gets its own set. */
  private static Object key(RunContents run) {
    return run.recipe().values().isEmpty() ? List.of(run.folder(), run.manifest()) : values(run);
  }

  private static Map<String, String> values(RunContents run) {
    Map<String, String> values = new LinkedHashMap<>(run.recipe().values());
    values.keySet().removeAll(OF_A_TRIAL);
    values.put("the model's files", run.manifest().modelHash());
    values.put("the data's files", run.manifest().dataHashes().toString());
    return values;
  }

  /**
   * The shortest label that distinguishes all sets: the order; method and order; the order's keys;
   * the folder.
   */
  private static List<String> labels(List<RunContents> firsts) {
    boolean methods = firsts.stream().map(RunContents::method).distinct().count() > 1;
    Function<RunContents, String> name =
        run -> (methods ? RunWords.method(run.method()) + ", " : "") + run.orderInWords();
    List<String> labels = firsts.stream().map(name).toList();
    if (unique(labels)) {
      return labels;
    }
    List<String> withKeys =
        firsts.stream().map(run -> name.apply(run) + orderKeys(run, firsts, name)).toList();
    return unique(withKeys)
        ? withKeys
        : RunReader.numbered(firsts.stream().map(TrialSet::folder).toList());
  }

  private static boolean unique(List<String> labels) {
    return labels.stream().distinct().count() == labels.size();
  }

  /** {@code , sigma 0.01}: how runs in an order of the same name differ. */
  private static String orderKeys(
      RunContents run, List<RunContents> all, Function<RunContents, String> name) {
    Set<String> keys = new LinkedHashSet<>();
    all.stream()
        .filter(other -> name.apply(other).equals(name.apply(run)))
        .forEach(other -> keys.addAll(differing(run, other)));
    StringBuilder text = new StringBuilder();
    for (String key : keys) {
      if (key.startsWith("order.")) {
        String last = key.substring(key.lastIndexOf('.') + 1).replace('_', ' ');
        text.append(", ").append(last).append(' ').append(run.recipe().get(key, "none"));
      }
    }
    return text.toString();
  }

  /** For trials, the folder that holds them. */
  private static String folder(RunContents run) {
    int slash = run.folder().indexOf('/');
    return slash < 0 ? run.folder() : run.folder().substring(0, slash);
  }

  /** As {@link RunContents#method()}. */
  public String method() {
    return runs.get(0).method();
  }

  /** As {@link RunContents#order()}. */
  public String order() {
    return runs.get(0).order();
  }

  /** Whether there are several runs with different seeds. */
  public boolean hasTrials() {
    return runs.size() > 1 && bySeed().size() == runs.size();
  }

  /**
   * The runs by seed; the first of several with the same seed. Runs without a seed are left out.
   */
  public Map<String, RunContents> bySeed() {
    Map<String, RunContents> bySeed = new LinkedHashMap<>();
    runs.stream()
        .filter(run -> !run.seed().isEmpty())
        .forEach(run -> bySeed.putIfAbsent(run.seed(), run));
    return bySeed;
  }

  /** The recipe's keys, and the files, that differ between the two, except the seed. */
  public List<String> differing(TrialSet other) {
    return differing(runs.get(0), other.runs.get(0));
  }

  private static List<String> differing(RunContents one, RunContents other) {
    Map<String, String> first = values(one);
    Map<String, String> second = values(other);
    Set<String> keys = new LinkedHashSet<>(first.keySet());
    keys.addAll(second.keySet());
    return keys.stream().filter(key -> !Objects.equals(first.get(key), second.get(key))).toList();
  }
}
