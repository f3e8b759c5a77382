package io.engram.model.score;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The noise ε of the embedding rows that each sequence of a batch reads: one per token id and draw,
 * however often the sequence reads it. Token id v uses child v of the embedding's stream.
 */
final class EmbeddingNoise {
  private final DrawnBatch batch;
  private final Device device;
  private final int[][] distinct;
  private final int[] offsets;
  private final Tensor rows;

  /** Draws the noise; its tensors belong to the running scope. */
  EmbeddingNoise(DrawnBatch batch, DrawnNoise noise, DecoderConfig config, Device device) {
    this.batch = batch;
    this.device = device;
    int count = batch.samples().size();
    distinct = new int[count][];
    offsets = new int[count + 1];
    List<RandomStream> streams = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      RandomStream own = noise.stream(config.names().embedding(), s);
      distinct[s] = Arrays.stream(batch.inputs(s)).sorted().distinct().toArray();
      offsets[s + 1] = offsets[s] + distinct[s].length;
      Arrays.stream(distinct[s]).mapToObj(own::child).forEach(streams::add);
    }
    rows = GaussianNoise.rows(streams, config.hiddenSize(), device);
  }

  /** ε of each packed row, {@code [N, C]}. */
  Tensor packed() {
    int[] owners = batch.packedRows();
    int[] ids = batch.labelled().batch().ids();
    int[] index =
        IntStream.range(0, ids.length)
            .map(r -> offsets[owners[r]] + Arrays.binarySearch(distinct[owners[r]], ids[r]))
            .toArray();
    return rows.index_select(0, Tensors.ofInts(index, device));
  }

  /** The token ids that sequence s reads, ascending, int64 {@code [D]}. */
  Tensor ids(int s) {
    return Tensors.ofInts(distinct[s], device);
  }

  /** Their ε, {@code [D, C]}. */
  Tensor rows(int s) {
    return rows.narrow(0, offsets[s], distinct[s].length);
  }
}
