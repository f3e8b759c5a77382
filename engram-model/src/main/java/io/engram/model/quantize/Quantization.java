package io.engram.model.quantize;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A number format of few bits, and the round trip of weights through it: each block of weights is
 * divided by a scale of its own, rounded to a code, and multiplied again.
 *
 * <p>Only the matrices of the linear layers inside decoder layers are rounded, as by bitsandbytes;
 * embeddings, the LM head, norms and biases stay as they are. llama.cpp also rounds the embeddings,
 * and the LM head to six bits.
 *
 * <p><b>Source:</b> {@code quantize_row_q8_0_ref} and {@code quantize_row_q4_0_ref} of llama.cpp;
 * NF4: Dettmers et al. 2023 (arXiv 2305.14314) as in bitsandbytes. <b>Differs:</b> a row that isn't
 * a whole number of blocks ends with a shorter block, where llama.cpp takes another format for the
 * tensor; NF4's scales stay in float32, where bitsandbytes can round them too.
 */
public enum Quantization {
  /**
   * Q8_0: blocks of 32 along a row, {@code d = max|w| / 127}, {@code q = round(w / d)} with halves
   * away from zero, {@code w' = d q}, d in half precision.
   */
  INT8(32, true) {
    @Override
    Codes codes(Tensor blocks) {
      Tensor largest = blocks.abs().amax(new long[] {1}, true);
      // By a tensor: on a GPU a number is divided by as a product with its inverse.
      Tensor d = largest.div(torch.full_like(largest, new Scalar(127f)));
      Tensor scaled = blocks.mul(inverse(d));
      Tensor size = scaled.abs();
      Tensor whole = size.floor();
      Tensor up = size.sub(whole).mul(new Scalar(2f)).floor();
      Tensor q = scaled.sign().mul(whole.add(up));
      return new Codes(q, q.mul(half(d)));
    }
  },

  /**
   * Q4_0: blocks of 32 along a row, {@code d = −m / 8} with m the number of largest magnitude,
   * {@code q = min(15, ⌊w / d + 8.5⌋)}, {@code w' = d (q − 8)}, d in half precision.
   */
  INT4(32, true) {
    @Override
    Codes codes(Tensor blocks) {
      Tensor d = largest(blocks).div(new Scalar(-8f));
      Tensor q =
          blocks
              .to(ScalarType.Double)
              .mul(inverse(d).to(ScalarType.Double))
              .add(new Scalar(8.5))
              .trunc()
              .clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(15.0)))
              .to(ScalarType.Float);
      return new Codes(q, q.sub(new Scalar(8f)).mul(half(d)));
    }
  },

  /**
   * NF4: blocks of 64 of the whole matrix, row after row; {@code q} the nearest of sixteen
   * quantiles of a normal distribution to {@code w / max|w|}, {@code w' = max|w| · v(q)}.
   */
  NF4(64, false) {
    @Override
    Codes codes(Tensor blocks) {
      Tensor scale = blocks.abs().amax(new long[] {1}, true);
      Tensor scaled = blocks.mul(inverse(scale));
      Tensor middles = table(MIDDLES, blocks);
      Tensor q = torch.bucketize(scaled.contiguous(), middles, false, false);
      Tensor values =
          table(NORMAL, blocks).index_select(0, q.reshape(-1)).reshape(Tensors.shape(q));
      return new Codes(q.to(ScalarType.Float), values.mul(scale));
    }
  };

  /** NF4's values, from bitsandbytes. */
  private static final double[] NORMAL = {
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0
  };

  private static final double[] MIDDLES = middles();

  private final int block;
  private final boolean byRow;

  Quantization(int block, boolean byRow) {
    this.block = block;
    this.byRow = byRow;
  }

  /**
   * Codes and the weights that they stand for.
   *
   * @param q whole numbers, in the shape of the weights
   * @param values float32, in the same shape
   */
  record Codes(Tensor q, Tensor values) {}

  /** Codes of blocks {@code [blocks, numbers of a block]}, float32. */
  abstract Codes codes(Tensor blocks);

  /**
   * How much of a change of weights survives.
   *
   * @param changed weights that differ, of those that are rounded
   * @param codesChanged those of them whose code differs too
   * @param distance ‖w_u − w_o‖
   * @param quantizedDistance ‖q(w_u) − q(w_o)‖
   */
  public record Survival(
      long changed, long codesChanged, double distance, double quantizedDistance) {
    /** Share of the changed weights whose code changed; NaN if none was changed. */
    public double share() {
      return (double) codesChanged / changed;
    }

    /** {@code ‖q(w_u) − q(w_o)‖ / ‖w_u − w_o‖}; NaN if no weight was changed. */
    public double ratio() {
      return quantizedDistance / distance;
    }
  }

  /**
   * Replaces the weights of all linear layers by what is left of them after the round trip.
   *
   * @throws IllegalStateException if the model has adapters; merge them first
   */
  public void roundTrip(LanguageModel model) {
    Parameters parameters = model.decoder().parameters();
    if (!parameters.adapters().isEmpty()) {
      throw new IllegalStateException("adapters must be merged before weights are rounded");
    }
    for (String name : linears(model.decoder())) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor weight = parameters.get(name);
        weight.copy_(of(weight, isTransposed(model)).values());
      }
    }
  }

  /**
   * Compares a model with the one that it was trained from; adapters count as merged.
   *
   * <p><b>Source:</b> the forecast of MANSU (arXiv 2605.15138).
   */
  public Survival survival(LanguageModel model, LanguageModel original) {
    long changed = 0;
    long codesChanged = 0;
    double squares = 0;
    double quantizedSquares = 0;
    for (String name : linears(model.decoder())) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor own = merged(model, name);
        Tensor old = merged(original, name);
        Codes now = of(own, isTransposed(model));
        Codes then = of(old, isTransposed(original));
        Tensor differs = own.ne(old);
        Tensor codeDiffers = now.q().ne(then.q());
        changed += count(differs);
        codesChanged += count(codeDiffers.logical_and(differs));
        squares += squares(own.sub(old));
        quantizedSquares += squares(now.values().sub(then.values()));
      }
    }
    return new Survival(changed, codesChanged, Math.sqrt(squares), Math.sqrt(quantizedSquares));
  }

  /**
   * The round trip of one matrix.
   *
   * @param transposed whether it is stored {@code [in, out]}; blocks run along {@code in}
   */
  Codes of(Tensor weight, boolean transposed) {
    Tensor matrix = weight.detach().to(ScalarType.Float);
    Tensor rows = (transposed ? matrix.t() : matrix).contiguous();
    long width = byRow ? rows.size(1) : rows.numel();
    long lines = rows.numel() / width;
    long padded = (width + block - 1) / block * block;
    Tensor whole = torch.zeros(new long[] {lines, padded}, rows.options());
    whole.narrow(1, 0, width).copy_(rows.reshape(lines, width));
    Codes coded = codes(whole.reshape(-1, block));
    return new Codes(
        back(coded.q(), lines, padded, width, rows, transposed),
        back(coded.values(), lines, padded, width, rows, transposed));
  }

  private static Tensor back(
      Tensor blocks, long lines, long padded, long width, Tensor rows, boolean transposed) {
    Tensor own = blocks.reshape(lines, padded).narrow(1, 0, width).reshape(Tensors.shape(rows));
    return transposed ? own.t() : own;
  }

  /** Names of the weights that are rounded. */
  private static List<String> linears(Decoder decoder) {
    List<String> names = new ArrayList<>();
    for (String name : decoder.parameters().names()) {
      if (decoder.config().names().layerOf(name).isPresent()
          && decoder.parameters().get(name).dim() == 2) {
        names.add(name);
      }
    }
    return names;
  }

  private static boolean isTransposed(LanguageModel model) {
    return model.config().structure().transposed();
  }

  private static Tensor merged(LanguageModel model, String name) {
    Parameters parameters = model.decoder().parameters();
    Tensor weight = parameters.get(name).detach().to(ScalarType.Float);
    Parameters.Adapter adapter = parameters.adapter(name);
    return adapter == null ? weight : weight.add(adapter.added());
  }

  /** 1/d, and 0 where d is 0. */
  static Tensor inverse(Tensor d) {
    return d.reciprocal().masked_fill(d.eq(new Scalar(0f)), new Scalar(0f));
  }

  /** Rounded to half precision. */
  static Tensor half(Tensor d) {
    return d.to(ScalarType.Half).to(ScalarType.Float);
  }

  /** The first number of largest magnitude in each block, {@code [blocks, 1]}. */
  static Tensor largest(Tensor blocks) {
    Tensor size = blocks.abs();
    Tensor is = size.eq(size.amax(new long[] {1}, true));
    Tensor first = is.cumsum(1).eq(new Scalar(1L)).logical_and(is);
    return blocks.mul(first.to(ScalarType.Float)).sum(1).unsqueeze(1);
  }

  /** Float32 on the device of another tensor. */
  static Tensor table(double[] values, Tensor like) {
    Tensor tensor = Tensors.ofDoubles(values, Device.CPU);
    return tensor.to(like.device(), ScalarType.Float);
  }

  private static double[] middles() {
    double[] middles = new double[NORMAL.length - 1];
    for (int i = 0; i < middles.length; i++) {
      middles[i] = (NORMAL[i] + NORMAL[i + 1]) / 2;
    }
    return middles;
  }

  private static long count(Tensor flags) {
    return flags.sum().item_long();
  }

  private static double squares(Tensor numbers) {
    double norm = Tensors.norm(numbers);
    return norm * norm;
  }
}
