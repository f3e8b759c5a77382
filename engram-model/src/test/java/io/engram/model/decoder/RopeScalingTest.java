package io.engram.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.RotarySettings.RopeScaling;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frequencies computed by hand: θ = 10,000 and d = 8 give 1, 0.1, 0.01, 0.001. */
class RopeScalingTest {
  private static float[] frequencies(RopeScaling scaling, int length) {
    return new RotarySettings(10_000, 8, scaling).frequencies(length);
  }

  @Test
  void linearDivides() {
    assertThat(frequencies(new RopeScaling.Linear(4), 1))
        .containsExactly(new float[] {0.25f, 0.025f, 0.0025f, 0.00025f}, within(1e-8f));
  }

  /** Over 200 tokens the four turn 31.8, 3.18, 0.318 and 0.0318 times. */
  @Test
  void llama3SlowsLongWavesKeepsShortOnesAndMixesTheRest() {
    double kept = (200 * 0.1 / (2 * Math.PI) - 1) / (4 - 1);
    double mixed = (1 - kept) * 0.1 / 8 + kept * 0.1;
    assertThat(frequencies(new RopeScaling.Llama3(8, 1, 4, 200), 1))
        .containsExactly(new float[] {1, (float) mixed, 0.01f / 8, 0.001f / 8}, within(1e-7f));
  }

  @Test
  void yarnMixesBetweenItsTwoNumbers() {
    assertThat(frequencies(new RopeScaling.Yarn(4, 0, 2, 1.1), 1))
        .containsExactly(
            new float[] {1, 0.1f * 0.5f + 0.025f * 0.5f, 0.0025f, 0.00025f}, within(1e-8f));
  }

  @Test
  void longRopeHasOtherDivisorsBeyondTheFirstContext() {
    RopeScaling scaling =
        new RopeScaling.LongRope(List.of(1.0, 1.0, 2.0, 2.0), List.of(1.0, 2.0, 4.0, 8.0), 16, 1.2);
    assertThat(frequencies(scaling, 16))
        .containsExactly(new float[] {1, 0.1f, 0.005f, 0.0005f}, within(1e-8f));
    assertThat(frequencies(scaling, 17))
        .containsExactly(new float[] {1, 0.05f, 0.0025f, 0.000125f}, within(1e-8f));
  }
}
