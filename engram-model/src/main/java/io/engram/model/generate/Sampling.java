package io.engram.model.generate;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.TokenChoice;
import io.engram.model.tensor.Tensors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How tokens are drawn: from {@code softmax(z / temperature)} cut to its nucleus, the fewest most
 * probable tokens that have at least {@code topP} of the probability together.
 *
 * <p><b>Source:</b> Holtzman et al.: The curious case of neural text degeneration (2020). The
 * nucleus is that of transformers' TopPLogitsWarper; of equally probable tokens the one with the
 * smaller id comes first.
 *
 * @param temperature above 0
 * @param topP in (0, 1]; 1: all tokens
 */
public record Sampling(double temperature, double topP) implements Serializable {
  /** Each search for the nucleus goes down to this share of the last threshold. */
  private static final double STEP = 1 / 64.0;

  /** Below this probability all tokens are sorted. */
  private static final double LEAST = 1e-9;

  /** Checks the ranges. */
  public Sampling {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("temperature " + temperature + " is not above 0");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p " + topP + " is not in (0, 1]");
    }
  }

  /**
   * Draws from a distribution.
   *
   * @param probabilities before it is cut, {@code [V]}, summing to 1 but for rounding
   * @param uniform in [0, 1): which part of the nucleus, its tokens laid out by falling probability
   */
  public int draw(double[] probabilities, double uniform) {
    return draw(probabilities, 0, probabilities.length, uniform);
  }

  private int draw(double[] probabilities, int from, int to, double uniform) {
    int[] nucleus = nucleus(probabilities, from, to);
    double mass = 0;
    for (int at : nucleus) {
      mass += probabilities[at];
    }
    double left = uniform * mass;
    for (int at : nucleus) {
      left -= probabilities[at];
      if (left < 0) {
        return at - from;
      }
    }
    return nucleus[nucleus.length - 1] - from;
  }

  /**
   * Where the tokens are that may be drawn, by falling probability. Only tokens above a threshold
   * are sorted, which is lowered until they suffice.
   */
  int[] nucleus(double[] probabilities, int from, int to) {
    double threshold = 0;
    for (int i = from; i < to; i++) {
      threshold = Math.max(threshold, probabilities[i]);
    }
    List<Integer> likely = new ArrayList<>();
    double mass;
    do {
      threshold = threshold * STEP < LEAST ? 0 : threshold * STEP;
      likely.clear();
      mass = 0;
      for (int i = from; i < to; i++) {
        if (probabilities[i] >= threshold) {
          likely.add(i);
          mass += probabilities[i];
        }
      }
    } while (threshold > 0 && mass < topP);
    likely.sort(Comparator.comparingDouble(i -> -probabilities[i]));
    int count = 0;
    for (double before = 0; count < likely.size() && before < topP; count++) {
      before += probabilities[likely.get(count)];
    }
    return likely.subList(0, Math.max(1, count)).stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Draws the next token of each row, one number of its sequence's stream a token.
   *
   * @param streams by sequence of the batch
   */
  TokenChoice choice(RandomStream[] streams) {
    return (sequences, logits) -> {
      Tensor scaled = temperature == 1 ? logits : logits.div(new Scalar(temperature));
      double[] all = Tensors.toDoubles(torch.softmax(scaled, 1));
      int width = all.length / sequences.length;
      int[] drawn = new int[sequences.length];
      for (int row = 0; row < drawn.length; row++) {
        double uniform = streams[sequences[row]].nextDouble();
        drawn[row] = draw(all, row * width, (row + 1) * width, uniform);
      }
      return drawn;
    };
  }
}
