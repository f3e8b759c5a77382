package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
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
  private final KvCache cache;
  private final int room;
  private int[] order;
  private int[] lengths;

  private Continuation(Decoder decoder, int room) {
    this.room = room;
    this.decoder = decoder;
    this.config = decoder.config();
    this.cache = new KvCache();
    this.order = new int[0];
    this.lengths = new int[0];
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
      PackedBatch batch = PackedBatch.of(prompts);
      continuation.order = batch.order();
      continuation.lengths = new int[prompts.size()];
      int[] last = new int[prompts.size()];
      for (int row = 0; row < last.length; row++) {
        int index = batch.order()[row];
        continuation.lengths[row] = prompts.get(index).length;
        last[row] = batch.starts()[index] + prompts.get(index).length - 1;
      }
      Tensor x = decoder.embed(batch.ids());
      Rotary rotary = decoder.rotary(batch.positions(), x);
      for (int i = 0; i < continuation.config.layers(); i++) {
        int layer = i;
        Tensor before = x;
        x = Tensors.scoped(() -> continuation.read(layer, before, rotary, batch));
      }
      Tensor ends = x.index_select(0, Tensors.ofInts(last, decoder.device()));
      next.add(continuation.choose(ends));
    } catch (RuntimeException e) {
      continuation.close();
      throw e;
    }
    return continuation;
  }

  private Tensor read(int layer, Tensor x, Rotary rotary, PackedBatch batch) {
    Attention.Heads heads = decoder.heads(layer, x, rotary);
    cache.add(unpacked(heads.k(), batch), unpacked(heads.v(), batch));
    return decoder.finishLayer(layer, x, Attention.causal(heads, config, batch.buckets()));
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
      Tensor x = decoder.embed(tokens);
      Rotary rotary = decoder.rotary(lengths, x);
      int reach = Arrays.stream(lengths).max().orElse(0) + 1;
      Tensor positions = Tensors.ofInts(lengths, decoder.device()).view(-1, 1, 1, 1);
      Tensor columns = torch.arange(new Scalar(reach), Tensors.options(ScalarType.Long));
      Tensor hidden = Tensors.to(columns, decoder.device()).view(1, 1, 1, reach).gt(positions);
      for (int i = 0; i < config.layers(); i++) {
        int layer = i;
        Tensor before = x;
        x = Tensors.scoped(() -> write(layer, before, rotary, positions, hidden, reach));
      }
      for (int row = 0; row < lengths.length; row++) {
        // Only rows whose sequence has ended can come to the end of the room; they are not read.
        lengths[row] = Math.min(lengths[row] + 1, room - 1);
      }
      return choose(x);
    }
  }

  private Tensor write(
      int layer, Tensor x, Rotary rotary, Tensor positions, Tensor hidden, int reach) {
    Attention.Heads heads = decoder.heads(layer, x, rotary);
    Tensor at = positions.expand(x.size(0), config.kvHeads(), 1, config.headDim());
    Tensor keys = cache.keys(layer).scatter_(2, at, heads.k().unsqueeze(2)).narrow(2, 0, reach);
    Tensor values = cache.values(layer).scatter_(2, at, heads.v().unsqueeze(2)).narrow(2, 0, reach);
    long perGroup = config.heads() / config.kvHeads();
    Tensor q = heads.q().view(x.size(0), config.kvHeads(), perGroup, config.headDim());
    Tensor scores =
        q.matmul(keys.transpose(2, 3)).mul_(new Scalar(1 / Math.sqrt(config.headDim())));
    scores.masked_fill_(hidden, new Scalar(Double.NEGATIVE_INFINITY));
    Tensor attended = torch.softmax(scores, -1).matmul(values);
    return decoder.finishLayer(
        layer, x, attended.view(x.size(0), (long) config.heads() * config.headDim()));
  }

  private int[] choose(Tensor x) {
    Tensor head = decoder.parameters().get(WeightNames.head(config));
    Tensor logits = LogitsHead.logits(decoder.lastNorm(x), head);
    long[] best = Tensors.toLongs(logits.argmax(new org.bytedeco.pytorch.LongOptional(1), false));
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
  }

  @Override
  public void close() {
    cache.close();
  }
}
