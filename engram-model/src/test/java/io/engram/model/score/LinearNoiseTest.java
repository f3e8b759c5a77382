package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The noise of one linear layer, and the factor it is made from. */
class LinearNoiseTest {
  private static final int DRAWS = 10_000;
  private static final int IN = 6;
  private static final int OUT = 3;
  private static final double SIGMA = 0.5;

  @BeforeAll
  static void load() {
    Torch.load();
  }

  private static Tensor floats(double[] values, long... shape) {
    return Tensors.ofDoubles(values, Device.CPU).to(ScalarType.Float).view(shape);
  }

  private static double[] input(int tokens) {
    RandomStream random = RandomStream.of(3, "input", 0, tokens);
    double[] x = new double[tokens * IN];
    for (int i = 0; i < x.length; i++) {
      // The first token is a hundred times as long as the others, the last is the one before it.
      x[i] = (i < IN ? 100 : 1) * random.nextGaussian();
    }
    System.arraycopy(x, (tokens - 2) * IN, x, (tokens - 1) * IN, IN);
    return x;
  }

  /** Σ_i x_ti x_ui. */
  private static double gram(double[] x, int t, int u) {
    return IntStream.range(0, IN).mapToDouble(i -> x[t * IN + i] * x[u * IN + i]).sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void covarianceIsThatOfNoiseOnTheWeight(int tokens) {
    double[] x = input(tokens);
    double[] noise = draw(x, tokens);
    double n = DRAWS;
    for (int a = 0; a < tokens * OUT; a++) {
      for (int b = 0; b <= a; b++) {
        double mean = 0;
        for (int k = 0; k < DRAWS; k++) {
          mean += noise[k * tokens * OUT + a] * noise[k * tokens * OUT + b] / n;
        }
        double aa = SIGMA * SIGMA * gram(x, a / OUT, a / OUT);
        double bb = SIGMA * SIGMA * gram(x, b / OUT, b / OUT);
        double ab = a % OUT == b % OUT ? SIGMA * SIGMA * gram(x, a / OUT, b / OUT) : 0;
        // The variance of a product of two normal numbers.
        double error = Math.sqrt((aa * bb + ab * ab) / n);
        assertThat(mean).as("%d, %d", a, b).isCloseTo(ab, within(5 * error));
      }
    }
  }

  /** Noise of 10,000 draws on an output that is 1: {@code [draws, T, out]}. */
  private static double[] draw(double[] x, int tokens) {
    try (PointerScope scope = new PointerScope();
        Parameters parameters = new Parameters()) {
      parameters.put("w", torch.ones(new long[] {1}, Tensors.options(ScalarType.Float)));
      RandomStream stream = RandomStream.of(1, "test", 0, 0);
      List<RandomStream> draws = IntStream.range(0, DRAWS).mapToObj(stream::child).toList();
      Tensor all = floats(x, 1, tokens, IN).repeat(DRAWS, 1, 1);
      long[] shape = {(long) DRAWS * tokens, OUT};
      Tensor y = torch.ones(shape, Tensors.options(ScalarType.Float));
      LinearNoise.of(
              all,
              IntStream.range(0, DRAWS).toArray(),
              Collections.nCopies(DRAWS, "s"),
              new DrawnNoise(parameters, draws, Device.CPU))
          .add("w", y, new Scalar(SIGMA));
      return Tensors.toDoubles(y.sub(new Scalar(1.0)));
    }
  }

  @Test
  void factorTimesItsTransposeIsTheGramMatrix() {
    try (PointerScope scope = new PointerScope()) {
      double[] x = input(4);
      Tensor factor = LinearNoise.GramFactor.of(floats(x, 1, 4, IN), List.of("s"));
      double[] product = Tensors.toDoubles(factor.bmm(factor.transpose(1, 2)));
      for (int t = 0; t < 4; t++) {
        for (int u = 0; u < 4; u++) {
          double scale = Math.sqrt(gram(x, t, t) * gram(x, u, u));
          assertThat(product[4 * t + u] / scale).isCloseTo(gram(x, t, u) / scale, within(1e-5));
        }
      }
    }
  }

  @Test
  void oneSequenceThatIsNotFiniteLeavesTheOthersAlone() {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = floats(new double[] {3, 4, 0, 2, Double.NaN, 1, 1, 1}, 2, 2, 2);
      double[] factor = Tensors.toDoubles(LinearNoise.GramFactor.of(x, List.of("good", "bad")));
      // Rows (3, 4) and (0, 2): Gram 25, 8, 4; L = (5, 0; 1.6, 1.2).
      assertThat(Arrays.copyOf(factor, 4))
          .containsExactly(new double[] {5, 0, 1.6, 1.2}, within(1e-5));
      assertThat(factor[4]).isNaN();
    }
  }

  @Test
  void jitterRisesForTheOneThatNeedsItAndEndsInAnError() {
    try (PointerScope scope = new PointerScope()) {
      // Eigenvalues 2.00005 and −0.00005: real from a jitter of 1e-4 on.
      Tensor gram = floats(new double[] {1, 0.6, 0.6, 1, 1, 1.00005, 1.00005, 1}, 2, 2, 2);
      double[] factor = Tensors.toDoubles(LinearNoise.GramFactor.cholesky(gram, List.of("a", "b")));
      assertThat(factor[0] * factor[0]).isCloseTo(1 + 1e-6, within(3e-7));
      assertThat(factor[4] * factor[4]).isCloseTo(1 + 1e-4, within(3e-7));
      Tensor broken = floats(new double[] {1, 2, 2, 1}, 1, 2, 2);
      assertThatThrownBy(() -> LinearNoise.GramFactor.cholesky(broken, List.of("q17")))
          .isInstanceOf(EngramException.class)
          .hasMessage(
              "Sample q17: its activations' Gram matrix has no Cholesky factor, even with 0.01 on"
                  + " the diagonal.\nThe estimators antithetic, shared and paper need none.");
    }
  }
}
