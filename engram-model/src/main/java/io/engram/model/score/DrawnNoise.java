package io.engram.model.score;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.GaussianNoise;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The noise ε of every parameter for several draws: parameter number i uses a draw's child i. */
final class DrawnNoise {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<RandomStream> draws;
  private final Device device;

  DrawnNoise(Parameters parameters, List<RandomStream> draws, Device device) {
    parameters.names().forEach(name -> numbers.put(name, numbers.size()));
    this.draws = draws;
    this.device = device;
  }

  /** {@code count} numbers for each of these draws, {@code [which, count]}. */
  Tensor of(String parameter, int[] which, long count) {
    List<RandomStream> streams =
        Arrays.stream(which).mapToObj(draw -> stream(parameter, draw)).toList();
    return GaussianNoise.rows(streams, count, device);
  }

  /** The stream of a parameter in a draw. */
  RandomStream stream(String parameter, int draw) {
    Integer number = numbers.get(parameter);
    if (number == null) {
      throw new IllegalArgumentException("no weight named " + parameter);
    }
    return draws.get(draw).child(number);
  }
}
