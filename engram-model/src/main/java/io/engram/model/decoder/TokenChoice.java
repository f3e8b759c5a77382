package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** Chooses the next token of each row of a batch. */
@FunctionalInterface
public interface TokenChoice {
  /** The most probable token. */
  TokenChoice GREEDY =
      (sequences, logits) ->
          Arrays.stream(Tensors.toLongs(logits.argmax(new LongOptional(1), false)))
              .mapToInt(Math::toIntExact)
              .toArray();

  /**
   * Chooses.
   *
   * @param sequences which sequence of the batch each row belongs to, {@code [B]}; rows whose
   *     sequence has ended may be among them
   * @param logits {@code [B, V]}; borrowed
   * @return token ids, {@code [B]}
   */
  int[] of(int[] sequences, Tensor logits);
}
