package io.engram.model.decoder;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A pre-norm transformer decoder: embedding, L layers of attention and MLP with residual
 * connections, and a last norm. Its output is the hidden state; logits are the business of {@link
 * LogitsHead}, which makes only those that someone needs.
 *
 * <p>Rows of different sequences never mix outside attention, so a batch is packed: {@code [N, C]}
 * with N the number of tokens, no padding.
 */
public final class Decoder {
  private final DecoderConfig config;
  private final Parameters parameters;
  private final Device device;
  private final LayerObserver observer;

  /** A decoder over these weights; borrows them. */
  public Decoder(DecoderConfig config, Parameters parameters, Device device) {
    this(config, parameters, device, LayerObserver.NONE);
  }

  private Decoder(
      DecoderConfig config, Parameters parameters, Device device, LayerObserver observer) {
    this.config = config;
    this.parameters = parameters;
    this.device = device;
    this.observer = observer;
  }

  /** A decoder over the same weights whose layers are watched. */
  public Decoder watchedBy(LayerObserver watcher) {
    return new Decoder(config, parameters, device, watcher);
  }

  /** The shape of the model. */
  public DecoderConfig config() {
    return config;
  }

  /** The weights; borrowed. */
  public Parameters parameters() {
    return parameters;
  }

  /** Where the weights are. */
  public Device device() {
    return device;
  }

  /** Embeds the batch's tokens: {@code [N, C]}. */
  public Tensor embed(int[] ids) {
    Tensor rows = Tensors.ofInts(ids, device);
    return observer.embedded(ids, parameters.get(WeightNames.EMBEDDING).index_select(0, rows));
  }

  /**
   * Hidden states of the chosen rows after the last norm.
   *
   * @param embedded {@code [N, C]}, from {@link #embed}
   * @param rows rows of the batch that are wanted, int64 {@code [M]}
   * @return {@code [M, C]}
   */
  public Tensor hidden(PackedBatch batch, Tensor embedded, Tensor rows) {
    Rotary rotary = rotary(batch.positions(), embedded);
    Tensor x = embedded;
    for (int i = 0; i < config.layers(); i++) {
      x = layer(i, x, rotary, batch, isLast(i) ? rows : null);
    }
    return lastNorm(x);
  }

  /**
   * {@link #hidden} without gradients: each layer's temporaries are freed as soon as it's done.
   * Call it where gradients are off.
   */
  public Tensor hiddenWithoutGradient(PackedBatch batch, int[] rows) {
    return Tensors.scoped(
        () -> {
          Tensor x = embed(batch.ids());
          Rotary rotary = rotary(batch.positions(), x);
          Tensor wanted = Tensors.ofInts(rows, device);
          for (int i = 0; i < config.layers(); i++) {
            int number = i;
            Tensor before = x;
            x =
                Tensors.scoped(
                    () -> layer(number, before, rotary, batch, isLast(number) ? wanted : null));
          }
          return lastNorm(x);
        });
  }

  Rotary rotary(int[] positions, Tensor like) {
    return Rotary.at(positions, config, like.scalar_type(), device);
  }

  Tensor lastNorm(Tensor x) {
    return RmsNorm.apply(parameters, observer, config, WeightNames.FINAL_NORM, x);
  }

  private boolean isLast(int i) {
    return i + 1 == config.layers();
  }

  /**
   * Layer i.
   *
   * @param rows the rows of the output that are wanted, {@code [M]}; null: all. After the last
   *     attention the others are of no use to anyone.
   * @return {@code [M, C]} or {@code [N, C]}
   */
  Tensor layer(int i, Tensor x, Rotary rotary, PackedBatch batch, @Nullable Tensor rows) {
    Attention.Heads heads = heads(i, x, rotary);
    Tensor attended = Attention.causal(heads, config, batch.buckets());
    if (rows == null) {
      return finishLayer(i, x, attended);
    }
    // Whoever watches counts on rows of whole sequences in every layer.
    return observer == LayerObserver.NONE
        ? finishLayer(i, x.index_select(0, rows), attended.index_select(0, rows))
        : finishLayer(i, x, attended).index_select(0, rows);
  }

  /** Queries, keys and values of layer i. */
  Attention.Heads heads(int i, Tensor x, Rotary rotary) {
    String name = WeightNames.layer(i);
    Tensor normed =
        RmsNorm.apply(parameters, observer, config, name + ".input_layernorm.weight", x);
    return Attention.project(parameters, observer, config, name + ".self_attn", normed, rotary);
  }

  /** What comes after attention in layer i: output projection, residual, MLP, residual. */
  Tensor finishLayer(int i, Tensor x, Tensor attended) {
    String name = WeightNames.layer(i);
    Tensor h =
        torch.add(x, Linear.apply(parameters, observer, name + ".self_attn.o_proj", attended));
    Tensor normed =
        RmsNorm.apply(parameters, observer, config, name + ".post_attention_layernorm.weight", h);
    return torch.add(h, Mlp.apply(parameters, observer, name + ".mlp", normed));
  }
}
