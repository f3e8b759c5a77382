package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * The prefill: one pass over whole sequences that hands over the keys and values of every token, so
 * that generation can continue from them.
 *
 * @param room tokens that a sequence may reach
 */
record Prefill(Decoder decoder, int room) {
  /** Takes a layer's keys and values. */
  interface Reader {
    void take(int layer, AttentionHeads heads);
  }

  /**
   * Passes the batch.
   *
   * @param rowLengths how many tokens the sequence of each row has in all, {@code [N]}
   * @return the residual stream after the last layer, {@code [N, C]}
   */
  Tensor run(PackedBatch batch, int[] rowLengths, Reader reader) {
    DecoderConfig config = decoder.config();
    Tensor x = decoder.enter(decoder.embed(batch.ids()), batch.positions());
    Positions positions =
        Positions.of(batch, rowLengths, config, x.scalar_type(), decoder.device());
    for (int i = 0; i < config.layers(); i++) {
      int layer = i;
      LayerKind kind = config.layerKinds().get(i);
      Tensor before = x;
      x =
          Tensors.scoped(
              () -> {
                AttentionHeads heads = decoder.heads(layer, before, positions.rotary(kind));
                reader.take(layer, heads);
                Tensor attended = Attention.causal(heads, config, kind, positions);
                return decoder.finishLayer(layer, before, attended);
              });
    }
    return x;
  }

  /** {@link #run} that fills an empty cache, a row each sequence in the batch's order. */
  Tensor fill(PackedBatch batch, KvCache cache) {
    return run(
        batch,
        batch.lengths(),
        (layer, heads) -> cache.add(unpacked(heads.k(), batch), unpacked(heads.v(), batch)));
  }

  /** {@code [N, G, D]} of packed rows to {@code [B, G, room, D]}. */
  Tensor unpacked(Tensor packed, PackedBatch batch) {
    long groups = packed.size(1);
    long dim = packed.size(2);
    Tensor all = packed.new_zeros(batch.order().length, groups, room, dim);
    int shared = batch.shared();
    Tensor beginning = packed.narrow(0, 0, shared).transpose(0, 1).unsqueeze(0);
    all.narrow(2, 0, shared).copy_(beginning);
    int row = shared;
    int sequence = 0;
    for (PackedBatch.Bucket bucket : batch.buckets()) {
      Tensor part =
          packed
              .narrow(0, row, bucket.rows())
              .view(bucket.count(), bucket.length(), groups, dim)
              .transpose(1, 2);
      all.narrow(0, sequence, bucket.count()).narrow(2, shared, bucket.length()).copy_(part);
      row += bucket.rows();
      sequence += bucket.count();
    }
    return all;
  }

  /** The most probable next token of each row of a residual stream, {@code [N]}. */
  int[] choose(Tensor x) {
    return TokenChoice.GREEDY.of(new int[0], logits(x));
  }

  /** Logits of the next token of each row of a residual stream, {@code [N, V]}. */
  Tensor logits(Tensor x) {
    return decoder.lmHead().logits(decoder.lastNorm(x));
  }
}
