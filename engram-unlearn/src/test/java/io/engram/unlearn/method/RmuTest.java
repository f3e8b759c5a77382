package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.model.train.TrainingScope;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RmuTest {
  private static TrainingScope scope(Integer... layers) {
    return TrainingScope.ofLayers(List.of(layers));
  }

  private static Rmu rmu(@Nullable Integer layer) {
    return new Rmu(1, 1, RetainLoss.HIDDEN, null, layer, 2, false);
  }

  @Test
  void theControlVectorIsPositiveOfItsLengthAndTheSeeds() {
    double[] vector = Rmu.controlVector(64, 6.5, 3);
    assertThat(Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum()))
        .isCloseTo(6.5, within(1e-12));
    assertThat(Arrays.stream(vector).min().orElseThrow()).isNotNegative();
    assertThat(Rmu.controlVector(64, 6.5, 3)).isEqualTo(vector);
    assertThat(Rmu.controlVector(64, 6.5, 4)).isNotEqualTo(vector);
  }

  @Test
  void theLayerIsAQuarterOfTheWayUpUnlessItIsGiven() {
    assertThat(rmu(null).stateLayer(32)).isEqualTo(7);
    assertThat(rmu(null).stateLayer(2)).isZero();
    assertThat(rmu(3).stateLayer(4)).isEqualTo(3);
    assertThatThrownBy(() -> rmu(4).stateLayer(4))
        .isInstanceOf(EngramException.class)
        .hasMessage("method.layer = 4: the model has layers 0 to 3.");
  }

  @Test
  void threeLayersAreTrainedUnlessTheyAreGiven() {
    assertThat(rmu(7).scope(scope(), 12)).isEqualTo(scope(5, 6, 7));
    assertThat(rmu(1).scope(scope(), 12)).isEqualTo(scope(0, 1));
    assertThat(rmu(7).scope(scope(2, 7), 12)).isEqualTo(scope(2, 7));
    assertThatThrownBy(() -> rmu(7).scope(scope(2, 8), 12))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("scope.layers has 8, which is above method.layer = 7");
  }
}
