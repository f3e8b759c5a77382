package io.engram.model.generate;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Continuation;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.TokenChoice;
import io.engram.model.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Generates token by token, the most probable one each time or one drawn at random, until an end
 * token or a limit. Prompts of similar length are batched; sequences that have ended leave the
 * batch.
 */
public final class Generator {
  /** Sequences per batch; more don't use the cores any better. */
  static final int BATCH = 64;

  /** The same for one thread of many. */
  private static final int FEWEST = 8;

  private final Decoder decoder;
  private final Set<Integer> stopIds;

  /** Generates with this model and its end tokens; borrows it. */
  public Generator(LanguageModel model) {
    this(model.decoder(), model.stopIds());
  }

  /** Generates with these weights. */
  public Generator(Decoder decoder, Set<Integer> stopIds) {
    this.decoder = decoder;
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
    return generate(prompts, limits, group -> TokenChoice.GREEDY, progress);
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
    return generate(
        prompts,
        limits,
        group ->
            sampling.choice(
                Arrays.stream(group).mapToObj(streams::get).toArray(RandomStream[]::new)),
        progress);
  }

  /**
   * Continues each prompt.
   *
   * @param choices of a batch, by which prompts are in it
   */
  private List<Generation> generate(
      List<int[]> prompts,
      int[] limits,
      Function<int[], TokenChoice> choices,
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
    ProgressListener shared = ProgressListener.shared(progress);
    Workers.run(
        groups.size(),
        decoder.device(),
        group ->
            generate(
                prompts,
                limits,
                groups.get(group),
                choices.apply(groups.get(group)),
                results,
                shared));
    List<Generation> list = new ArrayList<>();
    for (Generation result : results) {
      list.add(Objects.requireNonNull(result));
    }
    return list;
  }

  private void generate(
      List<int[]> prompts,
      int[] limits,
      int[] group,
      TokenChoice choice,
      @Nullable Generation[] results,
      ProgressListener progress) {
    int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    Rows rows = new Rows(lengths, limits, group, decoder.config().maxPositions());
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
