package io.engram.unlearn.difficulty;

import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;

/**
 * A score made of how far, relatively, the log-probabilities of a sample's tokens move: MRD and its
 * parts. Its values have no unit, and its rows keep them under {@code mrd}.
 */
public interface RelativeScore extends DrawnScore {
  /** Mean or sum over a sample's tokens. */
  @Setting(
      value = "mean",
      reason =
          "mean over a sample's tokens, as Eq. 4, so that length does not enter; or their sum.")
  Tokens tokens();

  /** |ℓ_t| below this is taken as this in a denominator, nats. */
  @Setting(
      value = "1e-6",
      range = "> 0",
      unit = "nats",
      reason =
          "A |log-probability| below this is taken as this; it stands in a denominator, and a"
              + " memorised token's is near 0.")
  double clamp();

  @Override
  default List<RelativeChange> changes(List<double[]> plain) {
    return RelativeChange.ofAll(plain, tokens(), clamp());
  }

  @Override
  default String unit() {
    return "";
  }

  @Override
  default String column() {
    return "mrd";
  }
}
