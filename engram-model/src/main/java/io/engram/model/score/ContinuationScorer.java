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
 * nats. What contexts and continuations have in common is computed once, over the whole list: the
 * context of several answers, the examples before many questions, the row of logits from which
 * answers of one token are read. Results differ from plain scoring by rounding alone.
 *
 * <p>Logits are made only of the rows that predict a continuation's token.
 */
public final class ContinuationScorer {
  /** A context and what may follow it, in tokens; neither empty. */
  public record Request(int[] context, int[] continuation) {}

  /**
   * What a continuation got.
   *
   * @param logProb its log-probability, nats, summed in float64
   * @param greedy whether each of its tokens is the model's first choice
   * @param cut tokens of the context that were left out, from its beginning, so that the rest fits
   *     the window
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
   * @param window tokens that the model is given at most
   * @param batchTokens tokens of a pass at most
   */
  public ContinuationScorer(Decoder decoder, int window, int batchTokens) {
    this.decoder = decoder;
    this.window = window;
    this.batchTokens = batchTokens;
  }

  /**
   * Scores of all requests, in the order given. A context that doesn't fit the window with its
   * continuation loses its beginning; the last token of a continuation needs no place.
   *
   * @throws EngramException if a continuation alone doesn't fit the window, or memory doesn't
   *     suffice
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

  /** Sequences whose positions turn alike: prefixes of others are no prefixes of theirs. */
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

  /** How many of the model's rotary positions a sequence of this length has gone beyond. */
  private int turning(int length) {
    return (int)
        decoder.config().rotaries().stream()
            .filter(rotary -> length > rotary.scaling().switchLength())
            .count();
  }

  /** The tokens that the model is given: all but the last, the end of them where they are many. */
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

  /** Scores some of the requests by one tree. */
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

  /** Fewer rows at once, from then on, where memory doesn't suffice. */
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
