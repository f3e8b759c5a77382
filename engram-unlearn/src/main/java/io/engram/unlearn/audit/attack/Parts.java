package io.engram.unlearn.audit.attack;

import io.engram.core.sample.Sample;
import io.engram.unlearn.eval.memorization.MadeControls;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Divides samples into two parts so that the facts of one say nothing of the other. Samples about
 * the same subject stay together: a sample's subject is, of the names of two words or more that it
 * mentions, the one that most samples mention, where part of a name ("Abilov") counts as the whole
 * ("Nikolai Abilov"). Samples that share an e-mail address or a number of five digits or more stay
 * together too, whatever their subject.
 *
 * @param part 0 or 1 for each sample
 * @param divided whether a subject had to be divided, because it is that of most samples
 */
record Parts(int[] part, boolean divided) {
  /** The largest share of the samples that a part may have. */
  private static final double LARGEST = 0.75;

  private static final int IDENTIFYING_DIGITS = 5;
  private static final int LEAST_PART = 4;

  /** Divides samples. */
  static Parts of(List<Sample> samples) {
    int[] group = groups(samples);
    Map<Integer, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < group.length; i++) {
      members.computeIfAbsent(group[i], g -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> bySize =
        members.values().stream()
            .sorted(Comparator.<List<Integer>>comparingInt(List::size).reversed())
            .toList();
    int[] part = new int[samples.size()];
    int[] sizes = new int[2];
    for (List<Integer> own : bySize) {
      int smaller = sizes[1] < sizes[0] ? 1 : 0;
      own.forEach(i -> part[i] = smaller);
      sizes[smaller] += own.size();
    }
    boolean divided = Math.max(sizes[0], sizes[1]) > LARGEST * samples.size();
    if (divided) {
      for (int i = 0; i < part.length; i++) {
        part[i] = i % 2;
      }
    }
    return new Parts(part, divided);
  }

  /** The samples of one part, in order. */
  <T> List<T> of(int which, List<T> samples) {
    List<T> own = new ArrayList<>();
    for (int i = 0; i < part.length; i++) {
      if (part[i] == which) {
        own.add(samples.get(i));
      }
    }
    return own;
  }

  /** A number for each sample, the same for those that stay together. */
  static int[] groups(List<Sample> samples) {
    List<Set<String>> values = MadeControls.values(samples);
    Map<String, Integer> mentions = mentions(values);
    int[] group = new int[samples.size()];
    Map<String, Integer> first = new HashMap<>();
    for (int i = 0; i < group.length; i++) {
      group[i] = i;
    }
    for (int i = 0; i < group.length; i++) {
      String subject = subject(values.get(i), mentions);
      if (subject != null) {
        unite(group, first, subject, i);
      }
      for (String value : values.get(i)) {
        if (isIdentifying(value)) {
          unite(group, first, value, i);
        }
      }
    }
    for (int i = 0; i < group.length; i++) {
      group[i] = root(group, i);
    }
    return group;
  }

  private static void unite(int[] group, Map<String, Integer> first, String key, int sample) {
    Integer earlier = first.putIfAbsent(key, sample);
    if (earlier != null) {
      int one = root(group, earlier);
      int other = root(group, sample);
      group[Math.max(one, other)] = Math.min(one, other);
    }
  }

  private static int root(int[] group, int i) {
    int at = i;
    while (group[at] != at) {
      at = group[at];
    }
    return at;
  }

  /** How many samples mention each name of two words or more, in whole or in part. */
  private static Map<String, Integer> mentions(List<Set<String>> values) {
    Map<String, Integer> mentions = new LinkedHashMap<>();
    values.forEach(own -> own.stream().filter(Parts::isFull).forEach(n -> mentions.put(n, 0)));
    mentions.replaceAll(
        (name, none) ->
            (int)
                values.stream()
                    .filter(own -> own.stream().anyMatch(value -> isMention(value, name)))
                    .count());
    return mentions;
  }

  private static @Nullable String subject(Set<String> own, Map<String, Integer> mentions) {
    String subject = null;
    for (String name : mentions.keySet()) {
      if (own.stream().anyMatch(value -> isMention(value, name))
          && (subject == null || count(mentions, name) > count(mentions, subject))) {
        subject = name;
      }
    }
    return subject == null
        ? own.stream().filter(v -> Character.isUpperCase(v.codePointAt(0))).findFirst().orElse(null)
        : subject;
  }

  private static int count(Map<String, Integer> mentions, String name) {
    return Objects.requireNonNull(mentions.get(name));
  }

  private static boolean isFull(String value) {
    return value.contains(" ") && Character.isUpperCase(value.codePointAt(0));
  }

  /** Whether a value is a name, or one word of it that is long enough. */
  private static boolean isMention(String value, String name) {
    return value.equals(name)
        || (value.length() >= LEAST_PART
            && !value.contains(" ")
            && List.of(name.split(" ")).contains(value));
  }

  private static boolean isIdentifying(String value) {
    return value.contains("@")
        || value.chars().filter(Character::isDigit).count() >= IDENTIFYING_DIGITS;
  }
}
