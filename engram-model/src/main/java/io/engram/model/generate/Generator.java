package io.engram.model.generate;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.BatchRunner;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Continuation;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.TokenChoice;
import io.engram.model.tensor.Workers;
import io.engram.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Generates token by token, the most probable one each time or one drawn at random, until an end
 * token, a stop text or a limit. Prompts of similar length are batched; sequences that have ended
 * leave the batch.
 */
public final class Generator {
  /** Sequences per batch; more don't use the cores any better. */
  static final int BATCH = 64;

  /** The same for one thread of many. */
  private static final int FEWEST = 8;

  private final Decoder decoder;
  private final Set<Integer> stopIds;
  private final @Nullable Supplier<Tokenizer> tokenizer;
  private final @Nullable BatchRunner runner;

  /** Generates with this model and its end tokens; borrows it. */
  public Generator(LanguageModel model) {
    this(model.decoder(), model.stopIds(), model::tokenizer, model.runner());
  }

  /** Generates with these weights. */
  public Generator(Decoder decoder, Set<Integer> stopIds) {
    this(decoder, stopIds, null, null);
  }

  private Generator(
      Decoder decoder,
      Set<Integer> stopIds,
      @Nullable Supplier<Tokenizer> tokenizer,
      @Nullable BatchRunner runner) {
    this.runner = runner;
    this.decoder = decoder;
    this.tokenizer = tokenizer;
    this.stopIds = Set.copyOf(stopIds);
  }

  /** Continues each prompt by at most {@code maxNewTokens} tokens; results in the order given. */
  public List<Generation> greedy(List<int[]> prompts, int maxNewTokens, ProgressListener progress) {
    int[] limits = new int[prompts.size()];
    Arrays.fill(limits, maxNewTokens);
    return greedy(prompts, limits, progress);
  }

  /**
   * Continues each prompt by at most its own limit of tokens.
   *
   * @throws EngramException if a prompt is empty or longer than the context
   */
  public List<Generation> greedy(List<int[]> prompts, int[] limits, ProgressListener progress) {
    return greedy(prompts, limits, StopTexts.NONE, progress);
  }

  /**
   * The same, in which a sequence also ends once its text contains a stop text.
   *
   * @throws EngramException if a prompt is empty or longer than the context
   * @throws IllegalArgumentException if there are stop texts, but weights without a tokenizer
   */
  public List<Generation> greedy(
      List<int[]> prompts, int[] limits, StopTexts stops, ProgressListener progress) {
    return generate(prompts, limits, null, List.of(), stops, progress);
  }

  /**
   * Continues each prompt by at most its own limit of tokens, drawn at random.
   *
   * @param streams one for each prompt, of which each token takes a number: what is drawn doesn't
   *     depend on the other prompts, but for rounding
   * @throws EngramException if a prompt is empty or longer than the context
   */
  public List<Generation> sample(
      List<int[]> prompts,
      int[] limits,
      Sampling sampling,
      List<RandomStream> streams,
      ProgressListener progress) {
    return generate(prompts, limits, sampling, streams, StopTexts.NONE, progress);
  }

  /**
   * Continues each prompt.
   *
   * @param sampling null: the most probable token
   * @param streams one for each prompt, if tokens are drawn
   * @param stops texts that end a sequence
   */
  private List<Generation> generate(
      List<int[]> prompts,
      int[] limits,
      @Nullable Sampling sampling,
      List<RandomStream> streams,
      StopTexts stops,
      ProgressListener progress) {
    int context = decoder.config().maxPositions();
    for (int[] prompt : prompts) {
      if (prompt.length == 0 || prompt.length > context) {
        throw EngramException.usage(
            "A prompt has "
                + prompt.length
                + " tokens; 1 to "
                + context
                + ", the model's context, are right.");
      }
    }
    @Nullable Generation[] results = new Generation[prompts.size()];
    int[] lengths = prompts.stream().mapToInt(p -> p.length).toArray();
    int most = Math.max(FEWEST, BATCH / Workers.threads(decoder.device()));
    List<int[]> groups = Groups.byTokens(lengths, most, Integer.MAX_VALUE);
    BatchRunner there = runner;
    if (there == null) {
      Predicate<List<Integer>> ends = stopping(stops);
      ProgressListener shared = ProgressListener.shared(progress);
      Workers.run(
          groups.size(),
          decoder.device(),
          group ->
              generate(
                  prompts,
                  limits,
                  groups.get(group),
                  choice(sampling, groups.get(group), streams),
                  ends,
                  results,
                  shared));
    } else {
      Elsewhere work = new Elsewhere(stopIds.stream().sorted().toList(), stops.texts(), sampling);
      List<Elsewhere.Prompts> batches =
          groups.stream().map(g -> Elsewhere.Prompts.of(prompts, limits, streams, g)).toList();
      int beside = Workers.besides(groups.size(), decoder.device());
      List<Generation[]> found = there.run(work, batches, beside, progress);
      for (int g = 0; g < found.size(); g++) {
        for (int i = 0; i < found.get(g).length; i++) {
          results[groups.get(g)[i]] = found.get(g)[i];
        }
      }
    }
    List<Generation> list = new ArrayList<>();
    for (Generation result : results) {
      list.add(Objects.requireNonNull(result));
    }
    return list;
  }

  private Predicate<List<Integer>> stopping(StopTexts stops) {
    if (stops.texts().isEmpty()) {
      return written -> false;
    }
    if (tokenizer == null) {
      throw new IllegalArgumentException("stop texts need a model with a tokenizer");
    }
    Tokenizer own = tokenizer.get();
    return written -> stops.reached(written, own);
  }

  private static TokenChoice choice(
      @Nullable Sampling sampling, int[] group, List<RandomStream> streams) {
    return sampling == null
        ? TokenChoice.GREEDY
        : sampling.choice(Arrays.stream(group).mapToObj(streams::get).toArray(RandomStream[]::new));
  }

  /**
   * {@link #generate} of batches elsewhere.
   *
   * @param sampling null: the most probable token
   */
  private record Elsewhere(
      List<Integer> stopIds, List<String> stopTexts, @Nullable Sampling sampling)
      implements BatchWork<Elsewhere.Prompts, Generation[]> {
    /**
     * Prompts that are continued together.
     *
     * @param limits tokens that may be written, each
     * @param streams keys of their streams, if tokens are drawn
     */
    private record Prompts(List<int[]> prompts, int[] limits, long[] streams) implements Batch {
      static Prompts of(
          List<int[]> prompts, int[] limits, List<RandomStream> streams, int[] group) {
        return new Prompts(
            Arrays.stream(group).mapToObj(prompts::get).toList(),
            Arrays.stream(group).map(i -> limits[i]).toArray(),
            streams.isEmpty()
                ? new long[0]
                : Arrays.stream(group).mapToLong(i -> streams.get(i).key()).toArray());
      }

      @Override
      public long tokens() {
        long written = Arrays.stream(limits).asLongStream().sum();
        return written + prompts.stream().mapToLong(prompt -> prompt.length).sum();
      }

      @Override
      public int count() {
        return limits.length;
      }
    }

    @Override
    public List<Generation[]> compute(LanguageModel model, List<Prompts> batches) {
      Generator generator =
          new Generator(model.decoder(), Set.copyOf(stopIds), model::tokenizer, null);
      return batches.stream()
          .map(
              batch ->
                  generator
                      .generate(
                          batch.prompts(),
                          batch.limits(),
                          sampling,
                          Arrays.stream(batch.streams()).mapToObj(RandomStream::ofKey).toList(),
                          new StopTexts(stopTexts),
                          ProgressListener.NONE)
                      .toArray(new Generation[0]))
          .toList();
    }
  }

  private void generate(
      List<int[]> prompts,
      int[] limits,
      int[] group,
      TokenChoice choice,
      Predicate<List<Integer>> ends,
      @Nullable Generation[] results,
      ProgressListener progress) {
    int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    Rows rows = new Rows(lengths, limits, group, decoder.config().maxPositions(), ends);
    if (rows.room() == rows.longest()) {
      rows.endAll(results);
      progress.advance(group.length);
      return;
    }
    List<int[]> first = new ArrayList<>();
    try (Continuation continuation =
        Continuation.start(
            decoder,
            Arrays.stream(group).mapToObj(prompts::get).toList(),
            rows.room(),
            choice,
            first)) {
      TokenLoop.run(continuation, first.get(0), rows, stopIds, results, progress);
    }
  }
}
