package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.model.score.Representations;
import java.util.List;
import java.util.Set;

/**
 * The distance of a sample from the retain set in the model's representation: 1 − cosine between
 * its representation and the mean of the retain set's, in [0, 2].
 */
@Choice(value = "representation_distance", summary = "distance from the retain set, 1 − cosine")
public record RepresentationDistance() implements DifficultyScore {
  @Override
  public String title() {
    return "distance from the retain set";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public String about() {
    return """
    Distance from the retain set: 1 − cosine between the model's representation of a sample and the mean representation of the samples to keep. Large = hard to forget: no other sample moves it along.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.RETAIN_SET);
  }

  @Override
  public Cost cost() {
    return new Cost(1, "one pass, and one over the retain set");
  }

  /** {@code 2 − d}. */
  @Override
  public double ease(double value) {
    return 2 - value;
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] centre = mean(Representations.of(scoring.model(), scoring.retained(this)));
    double[] values =
        Representations.of(scoring.model(), scoring.tokens()).stream()
            .mapToDouble(own -> 1 - cosine(own, centre))
            .toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }

  private static double[] mean(List<double[]> vectors) {
    double[] mean = new double[vectors.get(0).length];
    for (double[] vector : vectors) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / vectors.size();
      }
    }
    return mean;
  }

  private static double cosine(double[] x, double[] y) {
    double product = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      product += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return product / Math.sqrt(xx * yy);
  }
}
