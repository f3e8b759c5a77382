package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawsFileTest {
  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  private static DrawsFile.Key key(double sigma, int draws) {
    Object estimator = Estimates.pairs(Control.OFF, sigma, draws).keyOfDraws();
    return new DrawsFile.Key("m", "tiny", 4096, "s", estimator, 3, 0, "1");
  }

  private DrawsFile open() {
    return DrawsFile.open(file(), key(0.01, 24), messages::add);
  }

  private Path file() {
    return folder.resolve("mrd.jsonl.draws");
  }

  private static DrawLoop.Result run(NoisyScorer scorer, KeptDraws kept) {
    QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    Antithetic pairs = Estimates.pairs(Control.ON, 0.01, 24);
    return Estimates.run(
        pairs, new DrawRequest(scorer, model, 5, 0.01, pairs.budget(), 3, 0), kept);
  }

  /** The quadratic model, whose pass number {@code fails} throws; the first is without noise. */
  private static final class Breaking implements NoisyScorer {
    private final QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    private final int fails;
    private int passes;

    Breaking(int fails) {
      this.fails = fails;
    }

    @Override
    public List<double[]> logProbs(
        int[] samples, io.engram.core.random.RandomStream noise, double scale) {
      if (passes++ == fails) {
        throw new IllegalStateException("power cut");
      }
      return model.logProbs(samples, noise, scale);
    }
  }

  @Test
  void anInterruptedMeasurementGoesOnWhereItWas() throws Exception {
    DrawLoop.Result whole = run(new Breaking(-1), KeptDraws.NONE);
    assertThatThrownBy(() -> run(new Breaking(10), open())).hasMessage("power cut");
    assertThat(messages).isEmpty();
    // Passes 1 to 8 are pairs 0 to 3; pair 4 broke off.
    assertThat(Files.readAllLines(file())).hasSize(5);
    DrawsFile again = open();
    Breaking counted = new Breaking(-1);
    DrawLoop.Result found = run(counted, again);
    assertThat(messages).containsExactly("reusing 4 of 12 pairs from an interrupted run");
    assertThat(counted.passes).isEqualTo(1 + 2 * 8);
    assertThat(found.estimates()).isEqualTo(whole.estimates());
    assertThat(found.values()).isDeepEqualTo(whole.values());
    assertThat(found.notes()).isEqualTo(whole.notes());
    again.done();
    assertThat(file()).doesNotExist();
  }

  @Test
  void keepsEveryDigitAndNaN() {
    DrawSource.Draw draw =
        new DrawSource.Draw(
            new double[] {0.1 + 0.2, Double.NaN, -Double.MIN_VALUE}, new double[] {1 / 3.0});
    open().keep(7, draw);
    DrawSource.Draw found = open().find(7);
    assertThat(found).isNotNull();
    assertThat(found.values()).containsExactly(draw.values());
    assertThat(found.controls()).containsExactly(draw.controls());
    assertThat(open().find(6)).isNull();
  }

  @Test
  void dropsAHalfWrittenLine() throws Exception {
    DrawSource.Draw draw = DrawSource.Draw.of(new double[] {1, 2});
    open().keep(0, draw);
    Files.writeString(file(), "{\"k\":1,\"values\":[1.0,", StandardOpenOption.APPEND);
    DrawsFile again = open();
    assertThat(again.find(1)).isNull();
    again.keep(1, draw);
    DrawsFile third = open();
    assertThat(third.find(0)).isNotNull();
    assertThat(third.find(1)).isNotNull();
    assertThat(messages).isEmpty();
  }

  @Test
  void drawsOfAnotherMeasurementAreNotUsed() throws Exception {
    open().keep(0, DrawSource.Draw.of(new double[] {1}));
    DrawsFile other = DrawsFile.open(file(), key(0.02, 24), messages::add);
    assertThat(other.find(0)).isNull();
    assertThat(messages)
        .containsExactly(
            file() + " holds draws of another model, data, settings or version; they are not used");
    Files.writeString(file(), "something else\n");
    assertThat(open().find(0)).isNull();
    assertThat(messages).hasSize(2);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() throws Exception {
    Files.writeString(folder.resolve("a"), "");
    assertThatThrownBy(
            () -> DrawsFile.open(folder.resolve("a/b.draws"), key(0.01, 2), messages::add))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("b.draws can't be written");
  }
}
