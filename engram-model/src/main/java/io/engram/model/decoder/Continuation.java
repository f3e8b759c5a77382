package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sequences that are being continued one token at a time, all together: a packed prefill reads the
 * prompts, then each step reads one token per sequence against the cache. Rows are in the order of
 * {@link #order}. Owns native memory; close it.
 */
public final class Continuation implements AutoCloseable {
  private final Decoder decoder;
  private final DecoderConfig config;
  private final KvCache cache;
  private final Prefill pass;
  private final TokenChoice choice;
  private final int room;
  private int[] order = {};
  private int[] lengths = {};

  /** What each row has read, {@code [B, room]}. */
  private int[][] texts = {};

  private Continuation(Decoder decoder, int room, KvCache cache, TokenChoice choice) {
    this.room = room;
    this.choice = choice;
    this.cache = cache;
    this.decoder = decoder;
    this.config = decoder.config();
    this.pass = new Prefill(decoder, room);
  }

  /**
   * Continues from a cache and takes ownership of it.
   *
   * @param room of the cache
   * @param order names the rows
   * @param texts what each row has read, {@code [B, room]}
   * @param lengths how much of it
   */
  static Continuation from(
      Decoder decoder, KvCache cache, int room, int[] order, int[][] texts, int[] lengths) {
    Continuation continuation = new Continuation(decoder, room, cache, TokenChoice.GREEDY);
    continuation.order = order.clone();
    continuation.texts = texts;
    continuation.lengths = lengths.clone();
    return continuation;
  }

  /**
   * Reads the prompts.
   *
   * @param room tokens that a sequence may reach, its prompt included
   * @param choice of each next token
   * @param next receives the next token of each row
   */
  public static Continuation start(
      Decoder decoder, List<int[]> prompts, int room, TokenChoice choice, List<int[]> next) {
    Continuation continuation = new Continuation(decoder, room, new KvCache(), choice);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      next.add(continuation.readPrompts(prompts));
    } catch (RuntimeException e) {
      continuation.close();
      throw e;
    }
    return continuation;
  }

  private int[] readPrompts(List<int[]> prompts) {
    PackedBatch batch = decoder.packed(prompts, Integer.MAX_VALUE);
    order = batch.order();
    lengths = Arrays.stream(order).map(index -> prompts.get(index).length).toArray();
    texts =
        Arrays.stream(order)
            .mapToObj(index -> Arrays.copyOf(prompts.get(index), room))
            .toArray(int[][]::new);
    int[] last =
        Arrays.stream(order)
            .map(index -> batch.starts()[index] + prompts.get(index).length - 1)
            .toArray();
    Tensor x = pass.fill(batch, cache);
    return next(x.index_select(0, Tensors.ofInts(last, decoder.device())));
  }

  /** Which prompt each row belongs to. */
  public int[] order() {
    return order.clone();
  }

  /**
   * Appends a token to each row.
   *
   * @param tokens {@code [B]}, in row order
   * @return the next token of each row
   */
  public int[] step(int[] tokens) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      readAgainWhereFrequenciesChange();
      int[] longer = Arrays.stream(lengths).map(length -> length + 1).toArray();
      Tensor x = decoder.enter(decoder.embed(tokens), lengths);
      List<Rotary> rotaries =
          Rotary.all(config, lengths, longer, x.scalar_type(), decoder.device());
      int reach = Arrays.stream(longer).max().orElse(1);
      Tensor positions = Tensors.ofInts(lengths, decoder.device()).view(-1, 1, 1, 1);
      Map<Integer, Tensor> hidden = hidden(positions, reach);
      for (int i = 0; i < config.layers(); i++) {
        int layer = i;
        Tensor before = x;
        x = Tensors.scoped(() -> write(layer, before, rotaries, positions, hidden, reach));
      }
      for (int row = 0; row < lengths.length; row++) {
        texts[row][lengths[row]] = tokens[row];
        // Only rows whose sequence has ended can reach the end of the room; they are not read.
        lengths[row] = Math.min(longer[row], room - 1);
      }
      return next(x);
    }
  }

  private int[] next(Tensor x) {
    return choice.of(order, pass.logits(x));
  }

  /**
   * By window: which columns of the cache a row's next token doesn't attend to, {@code [B, 1, 1,
   * T]}.
   */
  private Map<Integer, Tensor> hidden(Tensor positions, int reach) {
    Tensor numbers = torch.arange(new Scalar(reach), Tensors.options(ScalarType.Long));
    Tensor columns = Tensors.to(numbers, decoder.device()).view(1, 1, 1, reach);
    Tensor later = columns.gt(positions);
    Map<Integer, Tensor> hidden = new HashMap<>();
    for (LayerKind kind : config.layerKinds()) {
      hidden.computeIfAbsent(
          kind.window(),
          window ->
              kind.cuts(reach)
                  ? later.logical_or(columns.le(positions.sub(new Scalar(window))))
                  : later);
    }
    return hidden;
  }

  private Tensor write(
      int layer,
      Tensor x,
      List<Rotary> rotaries,
      Tensor positions,
      Map<Integer, Tensor> hidden,
      int reach) {
    LayerKind kind = config.layerKinds().get(layer);
    AttentionHeads heads =
        decoder.heads(
            layer, x, kind.rotary() == LayerKind.NO_POSITIONS ? null : rotaries.get(kind.rotary()));
    Tensor at = positions.expand(x.size(0), config.kvHeads(), 1, config.headDim());
    Tensor keys = cache.keys(layer).scatter_(2, at, heads.k().unsqueeze(2)).narrow(2, 0, reach);
    Tensor values = cache.values(layer).scatter_(2, at, heads.v().unsqueeze(2)).narrow(2, 0, reach);
    long perGroup = config.heads() / config.kvHeads();
    Tensor q = heads.q().view(x.size(0), config.kvHeads(), perGroup, config.headDim());
    Tensor scores = Attention.scores(q, keys, config.attention());
    scores.masked_fill_(hidden.get(kind.window()), new Scalar(Double.NEGATIVE_INFINITY));
    Tensor attended = torch.softmax(scores, -1).matmul(values);
    return decoder.finishLayer(layer, x, attended.view(x.size(0), config.shape().queryWidth()));
  }

  /**
   * Rows that are about to become so long that rotary frequencies change: their tokens are read
   * again with the new frequencies, as if they had been given at once.
   */
  private void readAgainWhereFrequenciesChange() {
    int[] rows =
        IntStream.range(0, lengths.length)
            .filter(
                row ->
                    config.rotaries().stream()
                        .anyMatch(r -> r.scaling().switchLength() == lengths[row]))
            .toArray();
    if (rows.length == 0) {
      return;
    }
    PackedBatch batch =
        PackedBatch.of(
            Arrays.stream(rows).mapToObj(row -> Arrays.copyOf(texts[row], lengths[row])).toList());
    int[] longer = Arrays.stream(batch.lengths()).map(length -> length + 1).toArray();
    int[] inOrder = Arrays.stream(batch.order()).map(index -> rows[index]).toArray();
    Tensor at = Tensors.ofInts(inOrder, decoder.device());
    pass.run(
        batch,
        longer,
        (layer, heads) -> {
          cache.keys(layer).index_copy_(0, at, pass.unpacked(heads.k(), batch));
          cache.values(layer).index_copy_(0, at, pass.unpacked(heads.v(), batch));
        });
  }

  /** Keeps these rows and drops the others. */
  public void keepOnly(int[] rows) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      cache.keepOnly(Tensors.ofInts(rows, decoder.device()));
    }
    order = Arrays.stream(rows).map(r -> order[r]).toArray();
    lengths = Arrays.stream(rows).map(r -> lengths[r]).toArray();
    texts = Arrays.stream(rows).mapToObj(r -> texts[r]).toArray(int[][]::new);
  }

  @Override
  public void close() {
    cache.close();
  }
}
