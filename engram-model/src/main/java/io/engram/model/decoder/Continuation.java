package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Sequences that are being continued one token at a time, all together: the prompts are read in one
 * packed pass, then each step reads one token a sequence against the cache. Rows are in the order
 * of {@link #order}. Owns native memory; close it.
 */
public final class Continuation implements AutoCloseable {
  private final Decoder decoder;
  private final DecoderConfig config;
  private final KvCache cache = new KvCache();
  private final int room;
  private int[] order = {};
  private int[] lengths = {};

  /** What each row has read, {@code [B, room]}. */
  private int[][] texts = {};

  private Continuation(Decoder decoder, int room) {
    this.room = room;
    this.decoder = decoder;
    this.config = decoder.config();
  }

  /**
   * Reads the prompts.
   *
   * @param room tokens that a sequence may reach, its prompt included
   * @param next receives the most probable next token of each row
   */
  public static Continuation start(
      Decoder decoder, List<int[]> prompts, int room, List<int[]> next) {
    Continuation continuation = new Continuation(decoder, room);
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
    PackedBatch batch = PackedBatch.of(prompts);
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
    Tensor x =
        read(
            batch,
            batch.lengths(),
            (layer, heads) -> cache.add(unpacked(heads.k(), batch), unpacked(heads.v(), batch)));
    return choose(x.index_select(0, Tensors.ofInts(last, decoder.device())));
  }

  /** Takes a layer's keys and values. */
  private interface Reader {
    void take(int layer, Heads heads);
  }

  /** Passes whole sequences; {@code [N, C]}. */
  private Tensor read(PackedBatch batch, int[] rowLengths, Reader reader) {
    Tensor x = decoder.enter(decoder.embed(batch.ids()), batch.positions());
    Places places = Places.of(batch, rowLengths, config, x.scalar_type(), decoder.device());
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      LayerKind kind = config.layerKinds().get(i);
      Tensor before = x;
      x =
          Tensors.scoped(
              () -> {
                Heads heads = decoder.heads(layer, before, places.rotary(kind));
                reader.take(layer, heads);
                Tensor attended = Attention.causal(heads, config, kind, places);
                return decoder.finishLayer(layer, before, attended);
              });
    }
    return x;
  }

  /** {@code [N, G, D]} of packed rows to {@code [B, G, room, D]}. */
  private Tensor unpacked(Tensor packed, PackedBatch batch) {
    long groups = packed.size(1);
    long dim = packed.size(2);
    Tensor all =
        Tensors.to(
            torch.zeros(
                new long[] {batch.order().length, groups, room, dim},
                Tensors.options(packed.scalar_type())),
            decoder.device());
    int row = 0;
    int sequence = 0;
    for (PackedBatch.Bucket bucket : batch.buckets()) {
      Tensor part =
          packed
              .narrow(0, row, bucket.rows())
              .view(bucket.count(), bucket.length(), groups, dim)
              .transpose(1, 2);
      all.narrow(0, sequence, bucket.count()).narrow(2, 0, bucket.length()).copy_(part);
      row += bucket.rows();
      sequence += bucket.count();
    }
    return all;
  }

  /** Which prompt each row belongs to. */
  public int[] order() {
    return order.clone();
  }

  /**
   * Appends a token to each row.
   *
   * @param tokens {@code [B]}, in row order
   * @return the most probable next token of each row
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
        // Only rows whose sequence has ended can come to the end of the room; they are not read.
        lengths[row] = Math.min(longer[row], room - 1);
      }
      return choose(x);
    }
  }

  /** By window, which columns of the cache a row's next token doesn't see, {@code [B, 1, 1, T]}. */
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
    Heads heads =
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
   * Rows that are about to become so long that positions turn otherwise: what they have read is
   * read once more with the new frequencies, as if it had been given whole.
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
    read(
        batch,
        longer,
        (layer, heads) -> {
          cache.keys(layer).index_copy_(0, at, unpacked(heads.k(), batch));
          cache.values(layer).index_copy_(0, at, unpacked(heads.v(), batch));
        });
  }

  private int[] choose(Tensor x) {
    Tensor logits = decoder.head().logits(decoder.lastNorm(x));
    long[] best = Tensors.toLongs(logits.argmax(new LongOptional(1), false));
    return Arrays.stream(best).mapToInt(Math::toIntExact).toArray();
  }

  /** Goes on with these rows only. */
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
