package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.above;
import static io.engram.core.recipe.Allowed.choice;
import static io.engram.core.recipe.Allowed.flag;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.within;

import io.engram.core.recipe.KeyTable.Entry;
import java.util.List;

/** The keys of {@code order} and its estimator. */
final class OrderKeys {
  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "order.name",
              choice(OrderSection.OrderName.values()),
              "uniform",
              "",
              "Which sample comes next. uniform: a new permutation each epoch; mrd: with"
                  + " replacement, by Memory Removal Difficulty (Algorithm 2)."),
          new Entry(
              "order.replacement",
              flag(),
              "false",
              "",
              "uniform only. true: every draw is of all samples, each with chance 1/n, and an epoch"
                  + " is still n draws. The control for mrd, which draws with replacement too:"
                  + " what differs between the two is then the chances alone."),
          new Entry(
              "order.refresh_epochs",
              wholeFrom(0),
              "1",
              "epochs",
              "m: MRD is computed anew every m epochs, for the model changes. 0: once, at the"
                  + " start, and cheapest."),
          new Entry(
              "order.weight",
              choice(OrderSection.Weight.values()),
              "mrd",
              "",
              "How MRD becomes a chance of being drawn. mrd: p_i = MRD_i / Σ MRD, easy samples"
                  + " first, as Definition 3.4 has it; inverse: hard ones first; rank: by place"
                  + " alone."),
          new Entry(
              "order.estimator.name",
              choice(EstimatorSection.EstimatorName.values()),
              "antithetic",
              "",
              "How MRD is estimated. antithetic: pairs of noise and its negative, which cancel"
                  + " the gradient's share; shared: one noise for all samples; paper: Algorithm 1"
                  + " as printed, slowest; activation: as exact, own noise for"
                  + " each sample, without a float32 copy of the weights. Scores of their own, from gradients alone: gradient,"
                  + " gauss_newton. In MRD's place: predicted_updates, how many updates a sample"
                  + " needs by one gradient and one look along it; with weight: mrd, p_i ∝"
                  + " 1 / updates."),
          new Entry(
              "order.estimator.control_variate",
              choice(EstimatorSection.ControlVariate.values()),
              "auto",
              "",
              "A term whose mean a few backward passes tell, and which takes noise out of"
                  + " antithetic pairs. auto: with pairs and absolute: outside; left off, with a"
                  + " note, where σ is too large for it."),
          new Entry(
              "order.estimator.sigma",
              above(0).or(EstimatorSection.AUTO),
              "1e-3",
              "parameter",
              "σ of the noise on every parameter. Measured on SmolLM2-135M, MRD grows as σ² up to 1e-3, as"
                  + " Theorem 3.2 has it, and no longer at 3e-3; other models may differ. auto:"
                  + " one pair at 1e-3, then the σ at which the median MRD is about 0.03."),
          new Entry(
              "order.estimator.draws",
              wholeFrom(1).or(EstimatorSection.AUTO),
              "32",
              "passes",
              "Perturbed passes an estimate is made of; an antithetic pair is two, so even"
                  + " there. The standard error falls with its root. auto: until the ranking is"
                  + " stable, see stable_tau."),
          new Entry(
              "order.estimator.max_draws",
              wholeFrom(2),
              "256",
              "passes",
              "The most passes that draws: auto makes."),
          new Entry(
              "order.estimator.stable_tau",
              within(0, 1),
              "0.9",
              "",
              "draws: auto stops when Kendall's τ between the ranking and the true one, as two"
                  + " halves of the draws tell it, is expected to be this or more, twice in a"
                  + " row."),
          new Entry(
              "order.estimator.absolute",
              choice(EstimatorSection.Absolute.values()),
              "outside",
              "",
              "outside: |E r|, as Algorithm 1 says, a measure of curvature; inside: E |r|, for"
                  + " small σ the gradient's norm."),
          new Entry(
              "order.estimator.tokens",
              choice(EstimatorSection.Tokens.values()),
              "mean",
              "",
              "mean over a sample's tokens, as Eq. 4, so that length does not enter; or their"
                  + " sum."),
          new Entry(
              "order.estimator.scope",
              choice(EstimatorSection.Scope.values()),
              "answer",
              "",
              "Which tokens count: the answer's, or all but the first."),
          new Entry(
              "order.estimator.clamp",
              above(0),
              "1e-6",
              "nats",
              "A |log-probability| below this is taken as this; it stands in a denominator, and"
                  + " a memorised token's is near 0."),
          new Entry(
              "order.estimator.until",
              above(0),
              "1.5",
              "nats a token",
              "predicted_updates only: the mean loss at which a sample counts as forgotten. The"
                  + " updates are those of optimizer.name at optimizer.learning_rate, on this"
                  + " sample alone, without schedule, decay, momentum and clipping."));

  private OrderKeys() {}
}
