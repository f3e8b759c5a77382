package io.engram.model.generate;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.TextReading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Greedy continuations from many positions of the same text: {@code gen(x_<i)} of as many tokens as
 * the text has left, the same as {@link Generator} gives for each beginning.
 *
 * <p>The text is read once, and every continuation starts from what was read. If the most probable
 * token at position i is {@code x_i} itself, {@code gen(x_<i) = x_i · gen(x_<i+1)}, so only
 * positions at which the model departs from the text are generated from. A text that the model
 * knows by heart costs one pass.
 */
public final class SuffixGenerator {
  private final Decoder decoder;
  private final Set<Integer> stopIds;
  private final int batchTokens;

  /** Generates with this model and its end tokens; borrows it. */
  public SuffixGenerator(LanguageModel model) {
    this(model.decoder(), model.stopIds(), model.options().batchTokens());
  }

  /** Generates with these weights, reading at most {@code batchTokens} tokens at once. */
  public SuffixGenerator(Decoder decoder, Set<Integer> stopIds, int batchTokens) {
    this.decoder = decoder;
    this.stopIds = Set.copyOf(stopIds);
    this.batchTokens = batchTokens;
  }

  /**
   * Positions of a text to continue from: after its first {@code from}, from + 1, … tokens, up to
   * {@code to}, excluded.
   *
   * @param ids the text
   * @param from at least 1
   * @param to at most the text's length
   */
  public record Places(int[] ids, int from, int to) {
    /** Checks the range. */
    public Places {
      if (from < 1 || to < from || to > ids.length) {
        throw new IllegalArgumentException(
            "places " + from + ".." + to + " of a text of " + ids.length + " tokens");
      }
    }
  }

  /** A position to generate from. */
  private record Start(int text, int length, int limit) {}

  /**
   * The continuations of each text, one per position, without end tokens.
   *
   * @param progress advances by one per text
   */
  public List<List<int[]>> greedy(List<Places> texts, ProgressListener progress) {
    List<List<int[]>> results = new ArrayList<>();
    texts.forEach(text -> results.add(List.of()));
    int[] asked = IntStream.range(0, texts.size()).filter(i -> isAsked(texts.get(i))).toArray();
    progress.advance(texts.size() - asked.length);
    int[] lengths = Arrays.stream(asked).map(i -> texts.get(i).ids().length).toArray();
    for (int[] group : Groups.byTokens(lengths, batchTokens)) {
      List<Places> own = Arrays.stream(group).mapToObj(i -> texts.get(asked[i])).toList();
      List<List<int[]>> found = together(own);
      for (int i = 0; i < group.length; i++) {
        results.set(asked[group[i]], found.get(i));
      }
      progress.advance(group.length);
    }
    return results;
  }

  private static boolean isAsked(Places text) {
    return text.from() < text.to();
  }

  private List<List<int[]>> together(List<Places> texts) {
    int[] from = texts.stream().mapToInt(Places::from).toArray();
    try (TextReading reading =
        TextReading.of(decoder, texts.stream().map(Places::ids).toList(), from)) {
      List<Map<Integer, int[]>> own = new ArrayList<>();
      List<Start> starts = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        own.add(new HashMap<>());
        starts.addAll(starts(i, texts.get(i), reading));
      }
      generate(starts, reading, own);
      List<List<int[]>> results = new ArrayList<>();
      for (int i = 0; i < texts.size(); i++) {
        results.add(joined(i, texts.get(i), reading, own.get(i)));
      }
      return results;
    }
  }

  /** The positions at which the model departs from the text, from the first one asked for. */
  private List<Start> starts(int number, Places text, TextReading reading) {
    List<Start> starts = new ArrayList<>();
    boolean reached = false;
    for (int length = text.from(); length < text.ids().length; length++) {
      boolean wanted = reached || length < text.to();
      boolean follows = follows(number, text, length, reading);
      if (wanted && !follows && !stopIds.contains(reading.choice(number, length))) {
        starts.add(new Start(number, length, text.ids().length - length));
      }
      reached = wanted && follows;
    }
    return starts;
  }

  /** Whether the model chooses the text's own next token, and that doesn't end the text. */
  private boolean follows(int number, Places text, int length, TextReading reading) {
    int choice = reading.choice(number, length);
    return choice == text.ids()[length] && !stopIds.contains(choice);
  }

  /**
   * Batches rows with equally much left to write, so that they end together.
   *
   * @param own by text, receives what was generated by the place's length
   */
  private void generate(List<Start> starts, TextReading reading, List<Map<Integer, int[]>> own) {
    List<Start> sorted =
        starts.stream().sorted(Comparator.comparingInt(Start::limit).reversed()).toList();
    for (int at = 0; at < sorted.size(); at += Generator.BATCH) {
      List<Start> batch = sorted.subList(at, Math.min(sorted.size(), at + Generator.BATCH));
      int[] texts = batch.stream().mapToInt(Start::text).toArray();
      int[] lengths = batch.stream().mapToInt(Start::length).toArray();
      int[] limits = batch.stream().mapToInt(Start::limit).toArray();
      int[] first =
          IntStream.range(0, texts.length).map(i -> reading.choice(texts[i], lengths[i])).toArray();
      int[] all = IntStream.range(0, texts.length).toArray();
      @Nullable Generation[] results = new Generation[texts.length];
      Rows rows = new Rows(lengths, limits, all, decoder.config().maxPositions());
      if (limits[0] > 1) {
        try (var continuation = reading.goOn(texts, lengths)) {
          TokenLoop.run(continuation, first, rows, stopIds, results, ProgressListener.NONE);
        }
      } else {
        rows.take(all, first, stopIds, results);
      }
      for (int i = 0; i < texts.length; i++) {
        own.get(texts[i]).put(lengths[i], Objects.requireNonNull(results[i]).ids());
      }
    }
  }

  /** Prepends the text's tokens that the model follows to what comes after them. */
  private List<int[]> joined(
      int number, Places text, TextReading reading, Map<Integer, int[]> own) {
    int[] ids = text.ids();
    int[][] all = new int[text.to() - text.from()][];
    int[] after = {};
    for (int length = ids.length - 1; length >= text.from(); length--) {
      int[] generated = own.get(length);
      if (generated != null) {
        after = generated;
      } else if (follows(number, text, length, reading)) {
        int[] longer = new int[after.length + 1];
        longer[0] = ids[length];
        System.arraycopy(after, 0, longer, 1, after.length);
        after = longer;
      } else {
        after = new int[0];
      }
      if (length < text.to()) {
        all[length - text.from()] = after;
      }
    }
    return List.of(all);
  }
}
