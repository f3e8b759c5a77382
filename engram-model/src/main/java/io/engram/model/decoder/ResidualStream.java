package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The residual stream of a batch after each layer: read, or continued with some rows replaced. Call
 * it with gradients off; tensors belong to the running scope.
 *
 * @param decoder the model
 * @param batch the tokens
 * @param after the stream after each layer, {@code [N, C]}
 */
public record ResidualStream(Decoder decoder, PackedBatch batch, List<Tensor> after) {
  /** Copies the list. */
  public ResidualStream {
    after = List.copyOf(after);
  }

  /** One pass over the batch. */
  public static ResidualStream of(Decoder decoder, PackedBatch batch) {
    Tensor x = decoder.enter(decoder.embed(batch.ids()), batch.positions());
    Positions places = decoder.places(batch, x);
    List<Tensor> after = new ArrayList<>();
    for (int layer = 0; layer < decoder.config().layers(); layer++) {
      int number = layer;
      Tensor before = x;
      x = Tensors.scoped(() -> decoder.layer(number, before, places, null));
      after.add(x);
    }
    return new ResidualStream(decoder, batch, after);
  }

  /**
   * What is predicted if the stream after a layer is another one at some rows: the pass goes on
   * from there.
   *
   * @param layer from 0
   * @param rows int64 {@code [M]}
   * @param other the stream at these rows, {@code [M, C]}
   * @return hidden states of these rows after the last norm, {@code [M, C]}
   */
  public Tensor patched(int layer, Tensor rows, Tensor other) {
    return Tensors.scoped(
        () -> {
          Tensor own = after.get(layer);
          Positions places = decoder.places(batch, own);
          Tensor x = own.index_copy(0, rows, other.to(own.scalar_type()));
          for (int next = layer + 1; next < after.size(); next++) {
            int number = next;
            Tensor before = x;
            x = Tensors.scoped(() -> decoder.layer(number, before, places, null));
          }
          return decoder.lastNorm(x.index_select(0, rows));
        });
  }

  /**
   * The stream of another model of this shape as this one's last norm sees it.
   *
   * @param stream {@code [M, C]}
   */
  public static Tensor normed(Decoder decoder, Tensor stream) {
    Tensor weight = decoder.lmHead().weight();
    return decoder.lastNorm(stream.to(weight.scalar_type()));
  }
}
