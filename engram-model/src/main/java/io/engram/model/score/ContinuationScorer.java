package io.engram.model.score;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.TokenTree;
import io.engram.model.decoder.TreePass;
import io.engram.model.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How probable continuations are after their contexts: {@code Σ log p(y_t | context, y_<t)} in
 * nats. Common prefixes are computed once for the whole list: the context of several answers, the
 * examples before many questions, the row of logits from which one-token answers are read. Results
 * differ from plain scoring only by rounding.
 *
 * <p>Logits are made only for the rows that predict a continuation's token.
 */
public final class ContinuationScorer {
  /** A context and a possible continuation, in tokens; neither is empty. */
  public record Request(int[] context, int[] continuation) {}

  /**
   * A continuation's score.
   *
   * @param logProb its log-probability, nats, summed in float64
   * @param greedy whether each of its tokens is the model's first choice
   * @param cut tokens of the context that were left out, from its beginning, so that the rest fits
   *     into the window
   */
  public record Score(double logProb, boolean greedy, int cut) {}

  private final Decoder decoder;
  private final int window;
  private volatile int batchTokens;

  /** Scores with this model and its own window; borrows it. */
  public ContinuationScorer(LanguageModel model) {
    this(model.decoder(), model.config().maxPositions(), model.options().batchTokens());
  }

  /**
   * Scores with these weights.
   *
   * @param window maximum tokens of the model's input
   * @param batchTokens maximum tokens in a pass
   */
  public ContinuationScorer(Decoder decoder, int window, int batchTokens) {
    this.decoder = decoder;
    this.window = window;
    this.batchTokens = batchTokens;
  }

  /**
   * Scores all requests; results are in the order given. If a context and its continuation don't
   * fit into the window, the context loses its beginning; the last token of a continuation takes no
   * place.
   *
   * @throws EngramException if a continuation alone doesn't fit into the window, or there is too
   *     little memory
   */
  public List<Score> score(List<Request> requests, ProgressListener progress) {
    Score[] scores = new Score[requests.size()];
    ProgressListener shared = ProgressListener.shared(progress);
    for (int[] group : byTurning(requests)) {
      List<int[]> given = Arrays.stream(group).mapToObj(i -> given(requests.get(i))).toList();
      List<int[]> parts = TokenTree.parts(given, Workers.threads(decoder.device()));
      Workers.run(
          parts.size(),
          decoder.device(),
          part -> {
            int[] own = Arrays.stream(parts.get(part)).map(i -> group[i]).toArray();
            scoreTogether(requests, own, shared, scores);
          });
    }
    return new ArrayList<>(Arrays.asList(scores));
  }

  /** Groups sequences with equal rotary frequencies: prefixes can't be shared between groups. */
  private List<int[]> byTurning(List<Request> requests) {
    Map<Integer, List<Integer>> groups =
        IntStream.range(0, requests.size())
            .boxed()
            .collect(
                Collectors.groupingBy(
                    i -> turning(given(requests.get(i)).length),
                    TreeMap::new,
                    Collectors.toList()));
    return groups.values().stream()
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** How many of the model's rotary length limits a sequence of this length exceeds. */
  private int turning(int length) {
    return (int)
        decoder.config().rotaries().stream()
            .filter(rotary -> length > rotary.scaling().switchLength())
            .count();
  }

  /** The model's input: all tokens but the last, cut at the beginning if there are too many. */
  private int[] given(Request request) {
    int[] context = request.context();
    int[] continuation = request.continuation();
    if (context.length == 0 || continuation.length == 0) {
      throw new IllegalArgumentException("an empty context or continuation");
    }
    if (continuation.length > window) {
      throw EngramException.usage(
          "A continuation has %d tokens; the model's window is %d."
              .formatted(continuation.length, window));
    }
    int length = context.length + continuation.length - 1;
    int[] all = Arrays.copyOf(context, length);
    System.arraycopy(continuation, 0, all, context.length, continuation.length - 1);
    return Arrays.copyOfRange(all, Math.max(0, length - window), length);
  }

  /** Scores some of the requests with one tree. */
  private void scoreTogether(
      List<Request> all, int[] own, ProgressListener progress, Score[] scores) {
    List<Request> requests = Arrays.stream(own).mapToObj(all::get).toList();
    List<int[]> sequences = requests.stream().map(this::given).toList();
    int[] from =
        IntStream.range(0, sequences.size())
            .map(i -> sequences.get(i).length - requests.get(i).continuation().length)
            .toArray();
    TokenTree tree = TokenTree.of(sequences, from);
    WantedRows wanted = WantedRows.of(tree, requests);
    int longest = sequences.stream().mapToInt(s -> s.length).max().orElse(0);
    try (TreePass pass = new TreePass(decoder, tree, longest)) {
      while (pass.next() < tree.rows()) {
        readBatch(pass, tree, wanted);
        progress.advance(wanted.finished(pass.next()));
      }
    }
    for (int i = 0; i < own.length; i++) {
      Request request = requests.get(i);
      int whole = request.context().length + request.continuation().length - 1;
      int cut = whole - sequences.get(i).length;
      scores[own[i]] = new Score(wanted.logProb(i), wanted.greedy(i), cut);
    }
  }

  /** Uses fewer rows per batch from then on if memory runs out. */
  private void readBatch(TreePass pass, TokenTree tree, WantedRows wanted) {
    while (true) {
      int from = pass.next();
      long most = Math.max(1, batchTokens / Workers.beside());
      int to = (int) Math.min(tree.rows(), from + most);
      WantedRows.Batch batch = wanted.batch(from, to);
      try {
        pass.read(to, batch.rows(), hidden -> batch.score(decoder.lmHead(), hidden));
        return;
      } catch (RuntimeException | OutOfMemoryError e) {
        if (!OutOfMemoryRetry.isAllocation(e)) {
          throw e;
        }
        halve(to - from, e);
      }
    }
  }

  private void halve(int rows, Throwable cause) {
    if (rows <= 1) {
      throw EngramException.resources(
          "There isn't enough memory for one token at a time.\nbfloat16 weights, a smaller model"
              + " or a machine with more memory would help.",
          cause);
    }
    batchTokens = rows / 2 * Workers.beside();
  }
}
