package io.engram.testkit.model;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;

/** The weights of an open model, read and changed in place. */
public final class Weights {
  private Weights() {}

  /** All weights by name, each flattened row by row. */
  public static Map<String, double[]> of(LanguageModel model) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      for (String name : parameters.names()) {
        weights.put(name, Tensors.toDoubles(parameters.get(name)));
      }
    }
    return weights;
  }

  /** Sets all numbers of one weight to this one. */
  public static void fill(LanguageModel model, String name, double value) {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      model.decoder().parameters().get(name).fill_(new Scalar(value));
    }
  }

  /** Gives one weight a low-rank addition of zeros in both factors: it changes nothing. */
  public static void putZeroAdapter(LanguageModel model, String name, int rank) {
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      long out = parameters.get(name).size(0);
      long in = parameters.get(name).size(1);
      parameters.putAdapter(
          name, new Parameters.Adapter(torch.zeros(rank, in), torch.zeros(out, rank), 1, false));
    }
  }

  /** How many native objects are alive, after a garbage collection: a leak makes it grow. */
  public static long nativeObjects() {
    System.gc();
    return Pointer.totalCount();
  }
}
