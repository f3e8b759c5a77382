package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.above;
import static io.engram.core.recipe.Allowed.atLeast;
import static io.engram.core.recipe.Allowed.choice;
import static io.engram.core.recipe.Allowed.number;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.words;

import io.engram.core.recipe.KeyTable.Entry;
import java.util.List;

/** The keys of {@code method}. */
final class MethodKeys {
  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "method.name",
              choice(MethodSection.MethodName.values()),
              "ga",
              "",
              "The loss. ga: ascent on the forget set; grad_diff: ascent there, descent on the"
                  + " retain set; po: answers become refusals; npo: answers less likely than"
                  + " under the reference; simnpo: npo without a reference; dpo: refusals rather"
                  + " than answers; wga: ascent that fades with a token's probability; undial:"
                  + " the reference's distribution with the true token lowered; ceu: the model's"
                  + " own without the true token; rmu: hidden states led to one place; ngdiff: both"
                  + " gradients normalised; gru: ascent without what harms the retain set. finetune: plain descent, for engram finetune"
                  + " and its default."),
          new Entry(
              "method.forget_weight",
              atLeast(0),
              "1",
              "",
              "w_f, the weight of the forget loss. 0 leaves its forward pass out."),
          new Entry(
              "method.retain_weight",
              atLeast(0),
              "1",
              "",
              "w_r, the weight of the retain loss. Higher keeps more and forgets slower; 0"
                  + " leaves its forward pass out. Methods published without one have none unless"
                  + " it is set."),
          new Entry(
              "method.retain_loss",
              choice(MethodSection.RetainLoss.values()),
              "nll",
              "",
              "What keeps the retain set: nll, its answers stay likely; kl, KL(reference ||"
                  + " model) over its labelled tokens: the whole distribution stays; hidden: its"
                  + " hidden states at method.layer, rmu only."),
          new Entry(
              "method.beta",
              above(0),
              "0.1",
              "",
              "npo, simnpo, dpo (1/nats): how soon a sample's push fades once it is forgotten;"
                  + " smaller is closer to grad_diff. wga: the power of a token's probability."
                  + " undial (nats): how far the true token's logit is lowered. Defaults as the"
                  + " methods' authors."),
          new Entry(
              "method.delta",
              number(),
              "0",
              "nats a token",
              "δ of simnpo: below this mean loss a sample is pushed at full strength."),
          new Entry(
              "method.layer",
              wholeFrom(0),
              "null",
              "layer",
              "rmu takes the hidden states after this layer, from 0, and trains it and the two"
                  + " before it, or scope.layers."),
          new Entry(
              "method.steering",
              above(0),
              "2",
              "",
              "Length of the random vector that rmu leads hidden states to: several times a"
                  + " usual state's at that layer. 6.5 to 20 for 7B models by its authors."),
          new Entry(
              "method.fit_updates",
              wholeFrom(0),
              "10",
              "updates",
              "ngdiff fits the learning rate every so many updates, by the retain loss after a"
                  + " trial step forwards and one backwards. 0: never."),
          new Entry(
              "method.reduction",
              choice(MethodSection.Reduction.values()),
              "sum",
              "",
              "npo's log-ratio, of the whole sequence (sum, as published) or per labelled token"
                  + " (mean: long answers count as short ones)."),
          new Entry(
              "method.refusals",
              words(),
              "null",
              "path",
              "The refusals of po and dpo: a list that comes with Engram, tofu (the TOFU authors'),"
                  + " copyright or polite, or a file with one a line; without it tofu. A new one is"
                  + " drawn each time a sample is drawn."));

  private MethodKeys() {}
}
