package io.engram.model.decoder;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A transformer decoder: embedding, L layers of attention and MLP with residual connections, and a
 * last norm. Its output is the hidden state; {@link LmHead} makes logits, and only those that are
 * needed.
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

  /** A decoder over the same weights with an observer of its layers. */
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

  /** The batch's rows of the embedding, as they're stored: {@code [N, C]}. */
  public Tensor embed(int[] ids) {
    Tensor rows = Tensors.ofInts(ids, device);
    Tensor embedding = parameters.get(config.names().embedding());
    return observer.embedded(ids, embedding.index_select(0, rows));
  }

  /**
   * The first layer's input.
   *
   * @param embedded {@code [N, C]}, from {@link #embed}
   * @param positions each token's position in its sequence, {@code [N]}
   */
  Tensor enter(Tensor embedded, int[] positions) {
    Tensor x = scaled(embedded);
    String learned = config.names().positions();
    if (learned == null) {
      return x;
    }
    int[] rows =
        Arrays.stream(positions).map(p -> p + config.structure().firstPosition()).toArray();
    Tensor stored = parameters.get(learned).index_select(0, Tensors.ofInts(rows, device));
    return x.add(observer.positions(rows, stored));
  }

  private Tensor scaled(Tensor embedded) {
    if (config.embeddingScale() == 1) {
      return embedded;
    }
    // Rounded to the activations' number format, as transformers keeps it.
    double[] scale = {(float) config.embeddingScale()};
    return embedded.mul(Tensors.ofDoubles(scale, device).to(embedded.scalar_type()));
  }

  /** The LM head over these weights. */
  public LmHead lmHead() {
    return new LmHead(parameters.get(config.lmHeadName()), config.logitCap());
  }

  /**
   * Hidden states of the chosen rows after the last norm.
   *
   * @param embedded {@code [N, C]}, from {@link #embed}
   * @param rows rows of the batch that are wanted, int64 {@code [M]}
   * @return {@code [M, C]}
   */
  public Tensor hidden(PackedBatch batch, Tensor embedded, Tensor rows) {
    Positions places = places(batch, embedded);
    Tensor x = enter(embedded, batch.positions());
    for (int i = 0; i < config.layers(); i++) {
      x = layer(i, x, places, isLast(i) ? rows : null);
    }
    return lastNorm(x);
  }

  /**
   * The residual stream of the chosen rows after a layer, before any later norm.
   *
   * @param layer from 0
   * @param embedded {@code [N, C]}, from {@link #embed}
   * @param rows rows of the batch that are wanted, int64 {@code [M]}
   * @return {@code [M, C]}
   */
  public Tensor hiddenAfter(int layer, PackedBatch batch, Tensor embedded, Tensor rows) {
    Positions places = places(batch, embedded);
    Tensor x = enter(embedded, batch.positions());
    for (int i = 0; i <= layer; i++) {
      x = layer(i, x, places, i == layer ? rows : null);
    }
    return x;
  }

  /**
   * {@link #hidden} without gradients: each layer's temporaries are freed as soon as it is done.
   * Call it with gradients off.
   */
  public Tensor hiddenWithoutGradient(PackedBatch batch, int[] rows) {
    return Tensors.scoped(
        () -> {
          Tensor x = enter(embed(batch.ids()), batch.positions());
          Positions places = places(batch, x);
          Tensor wanted = Tensors.ofInts(rows, device);
          for (int i = 0; i < config.layers(); i++) {
            int number = i;
            Tensor before = x;
            x = Tensors.scoped(() -> layer(number, before, places, isLast(number) ? wanted : null));
          }
          return lastNorm(x);
        });
  }

  /**
   * Packs sequences, and the beginning that they have in common once, unless an observer expects
   * whole sequences or a row would depend on its sequence's length.
   *
   * @param most tokens of each that may be shared
   */
  PackedBatch packed(List<int[]> sequences, int most) {
    boolean isFree =
        observer == LayerObserver.NONE
            && config.rotaries().stream()
                .allMatch(rotary -> rotary.scaling().switchLength() == Integer.MAX_VALUE);
    int shortest = sequences.stream().mapToInt(s -> s.length).min().orElse(1);
    return isFree
        ? PackedBatch.sharing(sequences, Math.min(most, shortest - 1))
        : PackedBatch.of(sequences);
  }

  Positions places(PackedBatch batch, Tensor like) {
    return Positions.of(batch, config, like.scalar_type(), device);
  }

  /** The last norm; x itself where there is none. */
  Tensor lastNorm(Tensor x) {
    return !config.structure().lastNorm()
        ? x
        : Norm.apply(parameters, observer, config, config.names().finalNorm(), x);
  }

  private boolean isLast(int i) {
    return i + 1 == config.layers();
  }

  /**
   * Layer i.
   *
   * @param rows the rows of the output that are wanted, {@code [M]}; null: all. After the last
   *     attention the others are not needed.
   * @return {@code [M, C]} or {@code [N, C]}
   */
  Tensor layer(int i, Tensor x, Positions places, @Nullable Tensor rows) {
    LayerKind kind = config.layerKinds().get(i);
    AttentionHeads heads = heads(i, x, places.rotary(kind));
    Tensor attended = Attention.causal(heads, config, kind, places);
    if (rows == null) {
      return finishLayer(i, x, attended);
    }
    // An observer expects rows of whole sequences in every layer.
    return observer == LayerObserver.NONE
        ? finishLayer(i, x.index_select(0, rows), attended.index_select(0, rows))
        : finishLayer(i, x, attended).index_select(0, rows);
  }

  /**
   * Queries, keys and values of layer i.
   *
   * @param rotary null: positions play no part
   */
  AttentionHeads heads(int i, Tensor x, @Nullable Rotary rotary) {
    Tensor normed = normed(i, config.names().parts().attentionNorm(), x);
    return new AttentionHeads.Projection(parameters, observer, config, i).of(normed, rotary);
  }

  /** The part of layer i after attention: output projection, MLP, residual connections. */
  Tensor finishLayer(int i, Tensor x, Tensor attended) {
    LayerNames parts = config.names().parts();
    String output = config.names().in(i, parts.output());
    Tensor given = Linear.apply(parameters, observer, config, output, attended);
    Mlp mlp = new Mlp(parameters, observer, config, i);
    return switch (config.structure().residual()) {
      case SEQUENTIAL -> {
        Tensor h = torch.add(x, normed(i, parts.attentionPostNorm(), given));
        Tensor wide = mlp.of(normed(i, parts.mlpNorm(), h));
        yield torch.add(h, normed(i, parts.mlpPostNorm(), wide));
      }
      case PARALLEL -> mlp.of(normed(i, parts.mlpNorm(), x)).add(given).add(x);
      case NORMED_SUMS -> {
        Tensor h = normed(i, parts.attentionPostNorm(), torch.add(x, given));
        yield normed(i, parts.mlpPostNorm(), torch.add(h, mlp.of(h)));
      }
    };
  }

  /** The norm of this name in layer i; x itself if the family has none there. */
  private Tensor normed(int i, @Nullable String part, Tensor x) {
    return part == null
        ? x
        : Norm.apply(parameters, observer, config, config.names().in(i, part), x);
  }

  /**
   * The MLP of one layer: gated (Shazeer 2020), {@code down(activation(gate(x)) ⊙ up(x))}, or
   * {@code down(activation(up(x)))}.
   */
  record Mlp(Parameters parameters, LayerObserver observer, DecoderConfig config, int layer) {
    /** Applies it to {@code x [N, C]}. */
    Tensor of(Tensor x) {
      return linear(config.names().parts().down(), activated(x));
    }

    private Tensor activated(Tensor x) {
      LayerNames parts = config.names().parts();
      ActivationFunction activation = config.mlp().activation();
      if (parts.gateUp() != null) {
        TensorVector halves = linear(parts.gateUp(), x).chunk(2, 1);
        return activation.of(halves.get(0)).mul(halves.get(1));
      }
      if (parts.gate() == null) {
        return activation.of(linear(parts.up(), x));
      }
      Tensor gate = activation.of(linear(parts.gate(), x));
      return gate.mul(linear(parts.up(), x));
    }

    private Tensor linear(@Nullable String part, Tensor x) {
      String name = config.names().in(layer, Objects.requireNonNull(part));
      return Linear.apply(parameters, observer, config, name, x);
    }
  }
}
