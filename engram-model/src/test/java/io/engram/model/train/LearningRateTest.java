package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class LearningRateTest {
  @ParameterizedTest
  @EnumSource(OptimizerSettings.Schedule.class)
  void schedulesEqualThoseOfTransformers(OptimizerSettings.Schedule schedule) {
    JsonNode golden = Golden.json("schedules.json");
    OptimizerSettings optimizer =
        new OptimizerSettings(
            OptimizerSettings.Algorithm.SGD,
            0.5,
            0,
            0.9,
            0.999,
            1e-8,
            0,
            0,
            OptimizerSettings.Decay.ALL,
            schedule,
            golden.path("warmup_updates").asInt());
    double[] factors = Golden.doubles(golden.path(schedule.name().toLowerCase(Locale.ROOT)));
    assertThat(factors).hasSize(10);
    for (int update = 0; update < factors.length; update++) {
      assertThat(optimizer.learningRate(update, 10))
          .isCloseTo(0.5 * factors[update], within(1e-15));
    }
  }
}
