package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.WeightFiles;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A post-norm transformer encoder: embeddings of words, positions and token type 0, then L layers
 * of attention and feed-forward blocks, each added to its input and normed. Computes in float32.
 *
 * <p>Batches are packed: {@code [N, C]} with N the number of tokens, no padding. Owns its weights.
 *
 * <p><b>Source:</b> Devlin et al., BERT (2019); Liu et al., RoBERTa (2019); Sanh et al., DistilBERT
 * (2019).
 */
final class Encoder implements AutoCloseable {
  private final EncoderConfig config;
  private final EncoderNames names;
  private final Parameters parameters;
  private final Device device;

  /**
   * Reads the weights of an encoder and of its head.
   *
   * @param head shapes of the head's weights by name
   * @throws EngramException if a weight is missing or has another shape
   */
  Encoder(
      Path folder,
      EncoderConfig config,
      EncoderNames names,
      Map<String, long[]> head,
      Device device) {
    this.config = config;
    this.names = names;
    this.device = device;
    Map<String, long[]> shapes = names.shapes(config);
    shapes.putAll(head);
    this.parameters = WeightFiles.read(folder, shapes, Dtype.FLOAT32, device);
  }

  /** Where the weights are. */
  Device device() {
    return device;
  }

  /**
   * Last hidden states of all tokens. Call it with gradients off.
   *
   * @return {@code [N, C]}, rows as in the batch; belongs to the running scope
   */
  Tensor hidden(PackedBatch batch) {
    return Tensors.scoped(
        () -> {
          Tensor x = embed(batch);
          for (int i = 0; i < config.layers(); i++) {
            EncoderNames.Layer layer = names.layer(i);
            Tensor before = x;
            x = Tensors.scoped(() -> layer(layer, before, batch.buckets()));
          }
          return x;
        });
  }

  /** {@code x Wᵀ + b} with the linear layer of this name. */
  Tensor linear(String name, Tensor x) {
    return torch.linear(x, parameters.get(name + ".weight"), parameters.get(name + ".bias"));
  }

  private Tensor embed(PackedBatch batch) {
    Tensor x = rows(names.words(), batch.ids()).add(rows(names.positions(), positions(batch)));
    if (config.tokenTypes() > 0) {
      x = x.add(parameters.get(names.tokenTypes()).narrow(0, 0, 1));
    }
    return norm(names.embeddingNorm(), x);
  }

  private Tensor rows(String table, int[] numbers) {
    return parameters.get(table).index_select(0, Tensors.ofInts(numbers, device));
  }

  /**
   * RoBERTa counts tokens other than padding from {@code padId + 1}. A padding token, which a text
   * can spell out, is at {@code padId}.
   */
  private int[] positions(PackedBatch batch) {
    int[] positions = batch.positions().clone();
    if (config.family() != EncoderConfig.Family.ROBERTA) {
      return positions;
    }
    int next = 0;
    for (int row = 0; row < positions.length; row++) {
      next = positions[row] == 0 ? config.firstPosition() : next;
      positions[row] = batch.ids()[row] == config.padId() ? config.padId() : next++;
    }
    return positions;
  }

  private Tensor layer(EncoderNames.Layer layer, Tensor x, List<PackedBatch.Bucket> buckets) {
    Tensor attended =
        SelfAttention.of(
            linear(layer.query(), x),
            linear(layer.key(), x),
            linear(layer.value(), x),
            config,
            buckets);
    Tensor h = norm(layer.attentionNorm(), linear(layer.attended(), attended).add(x));
    Tensor wide = config.activation().of(linear(layer.up(), h));
    return norm(layer.outputNorm(), linear(layer.down(), wide).add(h));
  }

  /** {@code (x − mean) / √(variance + ε) ⊙ gain + shift} over the last dimension. */
  private Tensor norm(String name, Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {config.hiddenSize()},
        new TensorOptional(parameters.get(name + "." + names.gain())),
        new TensorOptional(parameters.get(name + "." + names.shift())),
        config.normEpsilon(),
        false);
  }

  @Override
  public void close() {
    parameters.close();
  }

  /**
   * {@code softmax(q kᵀ / √D) v} in H heads, every token to every token of its text: within each
   * bucket of texts of equal length, so no token attends to padding or to another text.
   */
  static final class SelfAttention {
    private SelfAttention() {}

    /**
     * Attends.
     *
     * @param q {@code [N, C]}, as k and v
     * @return {@code [N, C]}, before the output projection
     */
    static Tensor of(
        Tensor q, Tensor k, Tensor v, EncoderConfig config, List<PackedBatch.Bucket> buckets) {
      Tensor[] parts = new Tensor[buckets.size()];
      long row = 0;
      for (int i = 0; i < parts.length; i++) {
        PackedBatch.Bucket bucket = buckets.get(i);
        parts[i] =
            torch
                .scaled_dot_product_attention(
                    heads(q, row, bucket, config),
                    heads(k, row, bucket, config),
                    heads(v, row, bucket, config))
                .transpose(1, 2)
                .reshape(bucket.rows(), config.hiddenSize());
        row += bucket.rows();
      }
      return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), 0);
    }

    /** The bucket's rows of {@code [N, C]} as {@code [b, H, T, D]}. */
    private static Tensor heads(
        Tensor x, long row, PackedBatch.Bucket bucket, EncoderConfig config) {
      return x.narrow(0, row, bucket.rows())
          .view(bucket.count(), bucket.length(), config.heads(), config.headDim())
          .transpose(1, 2);
    }
  }
}
