package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.recipe.OptimizerSection;
import io.engram.model.Golden;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class LearningRateTest {
  @ParameterizedTest
  @EnumSource(OptimizerSection.Schedule.class)
  void schedulesEqualThoseOfTransformers(OptimizerSection.Schedule schedule) {
    JsonNode golden = Golden.json("schedules.json");
    OptimizerSection optimizer =
        new OptimizerSection(
            OptimizerSection.OptimizerName.SGD,
            0.5,
            0,
            List.of(0.9, 0.999),
            1e-8,
            0,
            0,
            OptimizerSection.Decay.ALL,
            schedule,
            golden.path("warmup_updates").asInt());
    double[] factors = Golden.doubles(golden.path(schedule.name().toLowerCase(Locale.ROOT)));
    assertThat(factors).hasSize(10);
    for (int update = 0; update < factors.length; update++) {
      assertThat(LearningRate.at(optimizer, update, 10))
          .isCloseTo(0.5 * factors[update], within(1e-15));
    }
  }
}
