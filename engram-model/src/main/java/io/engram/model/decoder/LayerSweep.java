package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * Takes many batches through several variants of a model one layer at a time: every batch passes
 * layer i before any passes layer i + 1, so only one layer of a variant's weights exists at a time.
 * The stored weights are read and never written. Between layers, {@code [N, C]} is kept per batch
 * and variant.
 *
 * <p>Call it with gradients off.
 */
public final class LayerSweep {
  /** Weights of part of the model, one set per variant. */
  @FunctionalInterface
  public interface Variants {
    /**
     * The weights of these names, or of those among them that the model has.
     *
     * @return one per variant; closed by the caller
     */
    List<Parameters> of(List<String> names);
  }

  /** What is done with the last hidden states of a batch. */
  @FunctionalInterface
  public interface Consumer {
    /**
     * Takes them; they are freed afterwards. Called from several threads, once for each pair.
     *
     * @param hidden {@code [M, C]}, the rows asked for, after the last norm
     * @param head of the same variant
     */
    void accept(int variant, int batch, Tensor hidden, LmHead head);
  }

  private final DecoderConfig config;
  private final Device device;
  private final List<String> first;
  private final List<List<String>> layers;
  private final List<String> last;

  /**
   * For a model of this shape.
   *
   * @param names all names of its weights
   */
  public LayerSweep(DecoderConfig config, Device device, List<String> names) {
    this.config = config;
    this.device = device;
    WeightNames own = config.names();
    this.first =
        names.stream().filter(n -> n.equals(own.embedding()) || n.equals(own.positions())).toList();
    List<String> end =
        List.of(own.finalNorm(), LayerNames.biasOf(own.finalNorm()), config.lmHeadName());
    this.last = names.stream().filter(end::contains).toList();
    this.layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      String prefix = config.names().layer(i) + ".";
      layers.add(names.stream().filter(name -> name.startsWith(prefix)).toList());
    }
  }

  /** Runs the batches through all variants. */
  public void run(List<LabelledBatch> batches, Variants variants, Consumer consumer) {
    try (PointerScope scope = new PointerScope();
        States states = embed(batches, variants)) {
      List<Positions> positions = new ArrayList<>();
      for (int b = 0; b < batches.size(); b++) {
        positions.add(
            Positions.of(batches.get(b).batch(), config, states.at(0, b).scalar_type(), device));
      }
      for (int layer = 0; layer < layers.size(); layer++) {
        layer(layer, batches, positions, variants, states);
      }
      finish(batches, variants, states, consumer);
    }
  }

  private States embed(List<LabelledBatch> batches, Variants variants) {
    List<Parameters> weights = variants.of(first);
    States states = new States(weights.size(), batches.size());
    each(
        weights,
        batches.size(),
        (decoder, v, b) -> {
          PackedBatch batch = batches.get(b).batch();
          states.set(v, b, decoder.enter(decoder.embed(batch.ids()), batch.positions()));
        });
    return states;
  }

  private void layer(
      int layer,
      List<LabelledBatch> batches,
      List<Positions> positions,
      Variants variants,
      States states) {
    each(
        variants.of(layers.get(layer)),
        batches.size(),
        (decoder, v, b) -> {
          int[] labelled = batches.get(b).rows();
          Tensor rows = layer + 1 < layers.size() ? null : Tensors.ofInts(labelled, device);
          states.set(v, b, decoder.layer(layer, states.at(v, b), positions.get(b), rows));
        });
  }

  /** Asks for a tied head's weight again, since keeping it would cost the embedding's memory. */
  private void finish(
      List<LabelledBatch> batches, Variants variants, States states, Consumer consumer) {
    each(
        variants.of(last),
        batches.size(),
        (decoder, v, b) ->
            consumer.accept(v, b, decoder.lastNorm(states.at(v, b)), decoder.lmHead()));
  }

  /** Takes a batch through a part of the model. */
  @FunctionalInterface
  private interface Step {
    void run(Decoder decoder, int variant, int batch);
  }

  /** Every batch with every variant, side by side; closes the weights. */
  private void each(List<Parameters> weights, int batches, Step step) {
    try {
      List<Decoder> decoders =
          weights.stream().map(own -> new Decoder(config, own, device)).toList();
      Workers.run(
          weights.size() * batches,
          device,
          piece -> {
            try (PointerScope scope = new PointerScope()) {
              int variant = piece / batches;
              step.run(decoders.get(variant), variant, piece % batches);
            }
          });
    } finally {
      weights.forEach(Parameters::close);
    }
  }

  /** Hidden states by variant and batch; owns them. */
  private static final class States implements AutoCloseable {
    private final Tensor[][] tensors;

    States(int variants, int batches) {
      tensors = new Tensor[variants][batches];
    }

    Tensor at(int variant, int batch) {
      return tensors[variant][batch];
    }

    void set(int variant, int batch, Tensor tensor) {
      Tensor old = tensors[variant][batch];
      tensors[variant][batch] = Tensors.keep(tensor);
      if (old != null) {
        Tensors.release(old);
      }
    }

    @Override
    public void close() {
      Arrays.stream(tensors)
          .flatMap(Arrays::stream)
          .filter(Objects::nonNull)
          .forEach(Tensors::release);
    }
  }
}
