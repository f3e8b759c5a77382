package io.engram.unlearn.eval.memorization;

import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.Sample.Conversation;
import io.engram.core.sample.Sample.Message;
import io.engram.core.sample.Sample.PlainText;
import io.engram.core.sample.Sample.QuestionAnswer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Controls that are made from the requests: sentences of the same form about people, places,
 * numbers and dates that don't belong together. Each name, number and date of a request is replaced
 * by one of the same form from another request, the same one wherever it occurs, and so is a third
 * of its other words, by words with the same ending. Where the requests have too few, names come
 * from a short list and digits are drawn at random.
 *
 * <p>They stand in for samples of the same kind that the model has never seen, and real ones are
 * better: docs/forget.md compares the two.
 */
public final class MadeControls {
  /** The fewest controls that are made, whatever the number of requests. */
  private static final int LEAST = 40;

  /** Values of a form from which enough different controls can be made. */
  private static final int ENOUGH = 8;

  /** The most: more would hardly move a 95th percentile. */
  private static final int MOST = 200;

  /**
   * Share of the lower-case words that are exchanged. With none, a model that knows the requests by
   * heart also knows the sentences of the controls, and the limits are far too generous; a third
   * comes closest to what a model scores that never saw the requests (docs/forget.md).
   */
  private static final double WORDS = 1 / 3.0;

  private static final Pattern VALUE =
      Pattern.compile(
          // An e-mail address; a name of one or more capitalised words; digits with what joins
          // them.
          "(?<mail>[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+)"
              + "|(?<name>\\p{Lu}[\\p{L}\\p{M}]+(?:[-'’.]\\p{Lu}[\\p{L}\\p{M}]+)*"
              + "(?: (?:(?:of|de|del|la|van|von|al|bin|di|da) )?"
              + "\\p{Lu}[\\p{L}\\p{M}]*(?:[-'’.]\\p{Lu}[\\p{L}\\p{M}]+)*)*)"
              + "|(?<digits>\\d(?:[\\d.,:/()-]*\\d)?)"
              + "|(?<word>\\b\\p{Ll}{4,}\\b)");

  private static final List<String> SPARE_NAMES =
      List.of(
          "Alder", "Brisa", "Corvin", "Delphi", "Eskil", "Fenna", "Garrick", "Hollis", "Ilse",
          "Joren", "Kestrel", "Linnea", "Marlow", "Nerys", "Orrin", "Petra");

  private final List<Sample> requests;
  private final Set<String> lowerCase;
  private final Map<Integer, List<String>> names = new TreeMap<>();
  private final Map<String, List<String>> digits = new TreeMap<>();
  private final Map<String, List<String>> contentWords = new TreeMap<>();
  private final long seed;

  private MadeControls(List<Sample> requests, long seed) {
    this.requests = requests;
    this.seed = seed;
    this.lowerCase =
        requests.stream()
            .flatMap(r -> texts(r).stream())
            .flatMap(t -> Arrays.stream(t.split("[^\\p{L}\\p{M}'’-]+")))
            .filter(w -> !w.isEmpty() && Character.isLowerCase(w.codePointAt(0)))
            .collect(Collectors.toCollection(HashSet::new));
    Set<String> found = new TreeSet<>();
    requests.forEach(r -> texts(r).forEach(t -> replace(t, v -> note(found, v))));
    for (String value : found) {
      if (Character.isDigit(value.charAt(0))) {
        digits.computeIfAbsent(shape(value), s -> new ArrayList<>()).add(value);
      } else if (Character.isLowerCase(value.charAt(0)) && !value.contains("@")) {
        contentWords.computeIfAbsent(ending(value), e -> new ArrayList<>()).add(value);
      } else if (!value.contains("@")) {
        names.computeIfAbsent(words(value), n -> new ArrayList<>()).add(value);
      }
    }
  }

  private static String note(Set<String> found, String value) {
    found.add(value);
    return value;
  }

  /**
   * Makes controls.
   *
   * @param requests samples with text
   * @param seed names the streams (seed, "controls", round, request)
   * @return at least 40 if anything in the requests can be exchanged; none equals a request or
   *     another control; samples given as token ids make none
   */
  public static List<Sample> of(List<Sample> requests, long seed) {
    return ofGroups(requests.stream().map(List::of).toList(), seed).stream()
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Makes groups of controls: each has one made from each sample of a group, as {@link #of} makes
   * it, so that controls of several questions can be compared with as many. A group that would lack
   * one is left out.
   *
   * @param groups none is empty
   * @param seed names the streams (seed, "controls", round, sample)
   * @return at least 40 if enough can be exchanged; the controls of a group have the same round at
   *     the end of their ids
   */
  public static List<List<Sample>> ofGroups(List<List<Sample>> groups, long seed) {
    return new MadeControls(groups.stream().flatMap(List::stream).toList(), seed).all(groups);
  }

  /** Controls if the requests are too few for a percentile of their own; none otherwise. */
  public static List<Sample> forFew(List<Sample> requests, long seed) {
    return requests.size() < NeverSeen.FEWEST ? of(requests, seed) : List.of();
  }

  /**
   * Each request about someone else: the names of its question replaced, wherever they occur, and
   * nothing else.
   *
   * @return null where the question has no name, or there is no question
   */
  public static List<@Nullable Sample> aboutOthers(List<Sample> requests) {
    MadeControls made = new MadeControls(requests, 0);
    List<@Nullable Sample> others = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      others.add(made.aboutOthers(requests.get(i), i));
    }
    return others;
  }

  private @Nullable Sample aboutOthers(Sample request, int index) {
    if (!(request.content() instanceof Asked asked)) {
      return null;
    }
    Set<String> inQuestion = new HashSet<>();
    asked.messages().forEach(m -> replace(m.content(), v -> note(inQuestion, v)));
    inQuestion.removeIf(v -> Character.isDigit(v.charAt(0)) || v.contains("@"));
    Exchange exchange = new Exchange(request, RandomStream.of(seed, "others", 0, index));
    UnaryOperator<String> change =
        text -> replace(text, v -> inQuestion.contains(v) ? exchange.of(v) : v);
    return inQuestion.isEmpty() ? null : map(request, request.id(), change);
  }

  private List<List<Sample>> all(List<List<Sample>> groups) {
    int wanted = Math.min(MOST, Math.max(LEAST, groups.size()));
    List<List<Sample>> made = new ArrayList<>();
    Set<List<String>> taken = new HashSet<>();
    requests.forEach(r -> taken.add(texts(r)));
    int rounds = 4 * ((wanted + groups.size() - 1) / Math.max(1, groups.size()));
    for (int round = 0; round < rounds; round++) {
      int index = 0;
      for (List<Sample> group : groups) {
        if (made.size() == wanted) {
          return made;
        }
        List<Sample> controls = new ArrayList<>();
        for (Sample sample : group) {
          Sample control = changed(sample, round, index++);
          if (control != null && taken.add(texts(control))) {
            controls.add(control);
          }
        }
        if (controls.size() == group.size()) {
          made.add(controls);
        }
      }
    }
    return made;
  }

  private @Nullable Sample changed(Sample request, int round, int index) {
    Exchange exchange = new Exchange(request, RandomStream.of(seed, "controls", round, index));
    String id = request.id() + "~" + round;
    UnaryOperator<String> change = text -> replace(text, exchange::of);
    return map(request, id, change);
  }

  /** A request with its text changed; null for token ids. */
  static @Nullable Sample map(Sample request, String id, UnaryOperator<String> change) {
    Sample.Content content = request.content();
    if (content instanceof QuestionAnswer asked) {
      return Sample.of(id, change.apply(asked.question()), change.apply(asked.answer()));
    }
    if (content instanceof Conversation asked) {
      List<Message> messages =
          asked.messages().stream()
              .map(m -> new Message(m.role(), change.apply(m.content())))
              .toList();
      return new Sample(id, new Conversation(messages, change.apply(asked.answer())));
    }
    return content instanceof PlainText text
        ? new Sample(id, new PlainText(change.apply(text.text())))
        : null;
  }

  /**
   * The names, e-mail addresses, numbers and dates in each sample, in order of appearance.
   *
   * @param samples also show which words at the beginning of a sentence are ordinary
   */
  public static List<Set<String>> values(List<Sample> samples) {
    MadeControls made = new MadeControls(samples, 0);
    List<Set<String>> all = new ArrayList<>();
    for (Sample sample : samples) {
      Set<String> own = new LinkedHashSet<>();
      texts(sample).forEach(t -> made.replace(t, v -> note(own, v)));
      own.removeIf(v -> Character.isLowerCase(v.codePointAt(0)) && !v.contains("@"));
      all.add(own);
    }
    return all;
  }

  /** The texts of a sample: its messages and answer, or its text. */
  public static List<String> texts(Sample sample) {
    if (sample.content() instanceof Asked asked) {
      return Stream.concat(
              asked.messages().stream().map(Message::content), Stream.of(asked.answer()))
          .toList();
    }
    return sample.content() instanceof PlainText text ? List.of(text.text()) : List.of();
  }

  /** Replaces each value of a text: names, e-mail addresses and digits. */
  private String replace(String text, UnaryOperator<String> change) {
    Matcher matcher = VALUE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String value = matcher.group();
      String skipped = "";
      if (matcher.group("name") != null) {
        skipped = openingWord(text, matcher.start(), value);
        value = value.substring(skipped.length());
      }
      String changed = value.isEmpty() ? "" : change.apply(value);
      matcher.appendReplacement(out, Matcher.quoteReplacement(skipped + changed));
    }
    return matcher.appendTail(out).toString();
  }

  /**
   * The beginning of a capitalised phrase that isn't part of a name: the first word of a sentence,
   * if the requests have it in lower case elsewhere or it is a short word.
   */
  private String openingWord(String text, int at, String value) {
    String before = text.substring(0, at).stripTrailing();
    boolean opens =
        before.isEmpty() || ".?!:\"“\n".indexOf(before.charAt(before.length() - 1)) >= 0;
    int space = value.indexOf(' ');
    String first = space < 0 ? value : value.substring(0, space);
    boolean common =
        opens && (lowerCase.contains(first.toLowerCase(Locale.ROOT)) || OPENERS.contains(first));
    return !common ? "" : space < 0 ? value : value.substring(0, space + 1);
  }

  private static final Set<String> OPENERS =
      Set.of(
          "Are",
          "Can",
          "Could",
          "Did",
          "Do",
          "Does",
          "Has",
          "Have",
          "How",
          "In",
          "Is",
          "It",
          "Its",
          "The",
          "Their",
          "They",
          "This",
          "Was",
          "Were",
          "What",
          "When",
          "Where",
          "Which",
          "Who",
          "Whose",
          "Why",
          "Yes",
          "No",
          "He",
          "She",
          "His",
          "Her",
          "As",
          "At",
          "On",
          "For",
          "While",
          "Although",
          "Please",
          "Tell",
          "Give",
          "Name",
          "Describe",
          "Explain",
          "List",
          "An",
          "A");

  private static int words(String name) {
    return name.split(" ").length;
  }

  /** The form of digits: {@code 555-0100} is {@code 999-9999}. */
  private static String shape(String value) {
    return value.replaceAll("\\d", "9");
  }

  /** The last two letters of a word, which mostly say what part of speech it is. */
  private static String ending(String word) {
    return word.substring(word.length() - 2);
  }

  /** The replacements of one request. */
  private final class Exchange {
    private final Map<String, String> changes = new LinkedHashMap<>();
    private final Set<String> own = new LinkedHashSet<>();
    private final RandomStream random;

    Exchange(Sample request, RandomStream random) {
      this.random = random;
      texts(request).forEach(t -> replace(t, v -> note(own, v)));
    }

    String of(String value) {
      String known = changes.get(value);
      if (known == null) {
        String part = ofPart(value);
        known = part != null ? part : fresh(value);
        changes.put(value, known);
      }
      return known;
    }

    /** The part of a longer name's replacement, if the value is part of a name replaced before. */
    private @Nullable String ofPart(String value) {
      for (Map.Entry<String, String> change : changes.entrySet()) {
        List<String> whole = List.of(change.getKey().split(" "));
        int at = whole.indexOf(value);
        List<String> replaced = List.of(change.getValue().split(" ", -1));
        if (at >= 0 && whole.size() > 1) {
          return replaced.get(Math.min(at, replaced.size() - 1));
        }
      }
      return null;
    }

    private String fresh(String value) {
      if (value.contains("@")) {
        int at = value.indexOf('@');
        return name(1).toLowerCase(Locale.ROOT) + value.substring(at);
      }
      if (Character.isLowerCase(value.charAt(0))) {
        List<String> alike = unused(contentWords.getOrDefault(ending(value), List.of()));
        return alike.isEmpty() || random.nextDouble() >= WORDS ? value : pick(alike);
      }
      if (!Character.isDigit(value.charAt(0))) {
        return name(words(value));
      }
      List<String> others = unused(digits.getOrDefault(shape(value), List.of()));
      return isSpare(others) ? digits(value) : pick(others);
    }

    /**
     * Whether to take a new value: always if there are no others, less often the more there are.
     */
    private boolean isSpare(List<String> others) {
      return others.size() < ENOUGH && random.nextInt(ENOUGH) >= others.size();
    }

    private String name(int words) {
      List<String> others = unused(names.getOrDefault(words, List.of()));
      if (isSpare(others)) {
        return Stream.generate(() -> pick(SPARE_NAMES))
            .limit(words)
            .collect(Collectors.joining(" "));
      }
      return pick(others);
    }

    /** Other digits of the same form; the first stays if it is that of a year. */
    private String digits(String value) {
      boolean year = value.matches("(1\\d|20)\\d\\d");
      StringBuilder out = new StringBuilder(value);
      for (int i = year ? 2 : 0; i < value.length(); i++) {
        if (Character.isDigit(value.charAt(i))) {
          boolean first = i == 0 && value.length() > 1;
          out.setCharAt(i, (char) ('0' + (first ? 1 + random.nextInt(9) : random.nextInt(10))));
        }
      }
      return out.toString();
    }

    private List<String> unused(Collection<String> values) {
      return values.stream().filter(v -> !own.contains(v) && !changes.containsValue(v)).toList();
    }

    private String pick(List<String> values) {
      return values.get(random.nextInt(values.size()));
    }
  }
}
