package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Sums and differences of two models' weights, adapters merged. */
public final class WeightArithmetic {
  private WeightArithmetic() {}

  /**
   * Replaces a model's weights by {@code (1 − share) θ + share θ_other}. Its adapters are merged
   * first.
   *
   * @throws EngramException if the models have different weights
   */
  public static void mix(LanguageModel model, LanguageModel other, double share) {
    requireAlike(model, other);
    Parameters own = model.decoder().parameters();
    NewAdapters.merge(own);
    for (String name : own.names()) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor added = merged(other, name).mul(new Scalar(share));
        Tensor weight = own.get(name);
        weight.copy_(weight.to(ScalarType.Float).mul(new Scalar(1 - share)).add(added));
      }
    }
  }

  /** Multiplies what a model's adapters add to the weights; 0 takes them off. */
  public static void scaleAdapters(LanguageModel model, double factor) {
    Parameters own = model.decoder().parameters();
    for (var entry : own.adapters().entrySet()) {
      Parameters.Adapter old = entry.getValue();
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        own.putAdapter(
            entry.getKey(),
            new Parameters.Adapter(
                old.a().clone(), old.b().clone(), old.scale() * factor, old.transposed()));
      }
    }
  }

  /**
   * {@code ‖θ − θ_other‖ / ‖θ_other‖} over all weights; about √2 for models that have nothing in
   * common.
   *
   * @throws EngramException if the models have different weights
   */
  public static double distance(LanguageModel model, LanguageModel other) {
    requireAlike(model, other);
    double squares = 0;
    double all = 0;
    for (String name : other.decoder().parameters().names()) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor base = merged(other, name);
        squares += squares(merged(model, name).sub(base));
        all += squares(base);
      }
    }
    return Math.sqrt(squares / all);
  }

  private static Tensor merged(LanguageModel model, String name) {
    return NewAdapters.merged(model.decoder().parameters(), name).to(ScalarType.Float);
  }

  private static double squares(Tensor tensor) {
    double norm = Tensors.norm(tensor);
    return norm * norm;
  }

  private static void requireAlike(LanguageModel model, LanguageModel other) {
    Parameters own = model.decoder().parameters();
    Parameters others = other.decoder().parameters();
    for (String name : others.names()) {
      Tensor mine = own.find(name);
      if (own.names().size() != others.names().size()
          || mine == null
          || !Arrays.equals(Tensors.shape(mine), Tensors.shape(others.get(name)))) {
        throw EngramException.usage(
            "%s and %s have different weights: %s."
                .formatted(model.describe(), other.describe(), name));
      }
    }
  }
}
