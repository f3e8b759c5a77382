package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.Families;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** One ε of a gain that all heads share, another for each sequence. */
class HeadGainNoiseTest {
  private static final double SIGMA = 0.5;
  private static final String GAIN = "model.layers.1.self_attn.q_norm.weight";

  @Test
  void headsOfASequenceShareTheNoiseOfTheirGain() {
    List<TokenizedSample> samples =
        List.of(
            new TokenizedSample("a", new int[] {5, 6, 7, 8}, 1),
            new TokenizedSample("b", new int[] {9, 10, 11}, 1));
    List<RandomStream> draws =
        List.of(RandomStream.of(3, "test", 0, 0), RandomStream.of(3, "test", 0, 1));
    try (LanguageModel model = Families.open("qwen3");
        PointerScope scope = new PointerScope()) {
      Parameters parameters = model.decoder().parameters();
      DrawnBatch batch = DrawnBatch.of(samples, draws);
      DrawnNoise noise = new DrawnNoise(parameters, draws, Device.CPU);
      EmbeddingNoise read = new EmbeddingNoise(batch, noise, model.config(), Device.CPU);
      ActivationNoise watched =
          new ActivationNoise(parameters, model.config(), batch, noise, read, Device.CPU, SIGMA);
      long[] shape = {5, 4, 8}; // two tokens of b, three of a; four heads of eight
      Tensor zeros = torch.zeros(shape, Tensors.options(ScalarType.Float));
      Tensor x = GaussianNoise.like(zeros, RandomStream.of(4, "x", 0, 0));
      double[] plain = Tensors.toDoubles(Norm.withoutGain(x, model.config()));
      double[] found = Tensors.toDoubles(watched.norm(GAIN, x, zeros));
      double[] gains = Tensors.toDoubles(noise.of(GAIN, new int[] {0, 1}, 8));
      double[] expected =
          IntStream.range(0, plain.length)
              .mapToDouble(i -> SIGMA * plain[i] * gains[(i / 32 < 2 ? 8 : 0) + i % 8])
              .toArray();
      assertThat(found).containsExactly(expected, within(1e-6));
    }
  }
}
