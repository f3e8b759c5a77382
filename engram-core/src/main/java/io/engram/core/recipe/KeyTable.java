package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.above;
import static io.engram.core.recipe.Allowed.atLeast;
import static io.engram.core.recipe.Allowed.choice;
import static io.engram.core.recipe.Allowed.data;
import static io.engram.core.recipe.Allowed.flag;
import static io.engram.core.recipe.Allowed.listOf;
import static io.engram.core.recipe.Allowed.number;
import static io.engram.core.recipe.Allowed.template;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.wholeNumber;
import static io.engram.core.recipe.Allowed.within;
import static io.engram.core.recipe.Allowed.words;

import java.util.List;

/**
 * Every key with what it may be, its default (as YAML; {@code null}: none), its unit and its
 * reason. The one place that knows them: reading, checking, defaults and {@code engram recipe
 * explain} all go by it. A table, hence its length.
 */
final class KeyTable {
  /** A row. */
  record Entry(String path, Allowed allowed, String defaultYaml, String unit, String reason) {}

  /** In the order of a resolved recipe. */
  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "model.path",
              words(),
              "mini",
              "path",
              "The model: a Hugging Face folder, a .gguf file, a PEFT adapter folder, hf:ORG/NAME"
                  + " after engram fetch, or mini, the model that comes with Engram."),
          new Entry(
              "model.dtype",
              choice("auto", "float32", "bfloat16"),
              "auto",
              "",
              "What the model computes in. auto: float32 below a billion parameters on a CPU,"
                  + " else the file's own; MRD is always perturbed in float32."),
          new Entry(
              "model.template",
              template(),
              "plain",
              "",
              "How a question and its answer become one text. plain: \"Question:"
                  + " {question}\\nAnswer: {answer}\"; chat: the model's own chat template, the"
                  + " question a user's message, the answer the assistant's with its end of turn."
                  + " A model answers best in the template it was trained in."),
          new Entry(
              "model.base",
              words(),
              "null",
              "path",
              "The model under a PEFT adapter, where the one its adapter_config.json names is"
                  + " not at hand."),
          new Entry(
              "model.init",
              flag(),
              "false",
              "",
              "Draw the weights from config.json's initializer_range instead of reading them:"
                  + " training from scratch, engram finetune only."),
          new Entry(
              "model.save_dtype",
              choice(Dtype.values()),
              "auto",
              "",
              "What the resulting model is written in. auto: what it was computed in; bfloat16"
                  + " halves the file, and rounds away changes below 0.4 % of a weight; float16"
                  + " below 0.05 %, and it ends at 65504."),
          new Entry(
              "forget.data",
              data(),
              "null",
              "",
              "The samples to forget. Needed by engram unlearn."),
          new Entry(
              "retain.data",
              data(),
              "null",
              "",
              "The samples to keep. Needed where method.retain_weight is above 0."),
          new Entry(
              "train.data",
              data(),
              "null",
              "",
              "The samples to learn. engram finetune only, and needed there."),
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
              "The refusals of po and dpo, a file with one a line; without it the list of the TOFU"
                  + " authors. A new one is drawn each time a sample is drawn."),
          new Entry(
              "order.name",
              choice(OrderSection.OrderName.values()),
              "uniform",
              "",
              "Which sample comes next. uniform: a new permutation each epoch; mrd: with"
                  + " replacement, by Memory Removal Difficulty (Algorithm 2)."),
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
                  + " sample alone, without schedule, decay, momentum and clipping."),
          new Entry(
              "optimizer.name",
              choice(OptimizerSection.OptimizerName.values()),
              "adamw",
              "",
              "adamw, or sgd, which keeps no state but the momentum."),
          new Entry(
              "optimizer.learning_rate",
              above(0),
              "1e-5",
              "per update",
              "The highest of the schedule. The first thing to change where too little or too"
                  + " much is forgotten."),
          new Entry(
              "optimizer.weight_decay",
              atLeast(0),
              "0.01",
              "",
              "Each update shrinks a weight by learning_rate · weight_decay of itself, apart"
                  + " from the gradient."),
          new Entry(
              "optimizer.betas",
              listOf(2, within(0, 1)),
              "[0.9, 0.999]",
              "",
              "β₁ and β₂ of adamw: how long the gradient's mean and square are remembered."),
          new Entry(
              "optimizer.epsilon",
              above(0),
              "1e-8",
              "",
              "ε of adamw, which keeps its division from 0."),
          new Entry("optimizer.momentum", within(0, 1), "0", "", "Momentum of sgd."),
          new Entry(
              "optimizer.clip_norm",
              atLeast(0),
              "0",
              "",
              "The gradient's norm is cut down to this. 0: never."),
          new Entry(
              "optimizer.decay",
              choice(OptimizerSection.Decay.values()),
              "all",
              "",
              "What weight_decay acts on. all: every trained parameter; matrices: norms and"
                  + " biases left out, as the Hugging Face trainer does."),
          new Entry(
              "optimizer.schedule",
              choice(OptimizerSection.Schedule.values()),
              "linear",
              "",
              "The learning rate after the warm-up: linear to 0, constant, or along a half"
                  + " cosine to 0."),
          new Entry(
              "optimizer.warmup_updates",
              wholeFrom(0),
              "0",
              "updates",
              "The learning rate rises from 0 over so many updates; steadies adamw's start."),
          new Entry(
              "scope.train",
              choice(ScopeSection.Train.values()),
              "all",
              "",
              "all weights, or lora: low-rank additions, far less memory."),
          new Entry("scope.rank", wholeFrom(1), "8", "", "Rank of lora: more can change more."),
          new Entry("scope.alpha", above(0), "16", "", "lora's product is scaled by alpha / rank."),
          new Entry(
              "scope.dropout",
              within(0, 1),
              "0",
              "",
              "Share of lora's inputs dropped in training."),
          new Entry(
              "scope.targets",
              listOf(words()),
              "[q_proj, v_proj]",
              "",
              "The projections lora is put on, as the model's weights name them; all-linear: all of"
                  + " them."),
          new Entry(
              "scope.layers",
              listOf(wholeFrom(0)),
              "[]",
              "",
              "Only these decoder layers are trained, counted from 0. Empty: all."),
          new Entry(
              "scope.merge",
              flag(),
              "true",
              "",
              "What a run with lora leaves. true: model/, the whole model with the adapter merged"
                  + " in, and adapter/, as PEFT reads it. false: adapter/ alone, a thousandth of"
                  + " the size; engram convert merges it later."),
          new Entry(
              "budget.epochs",
              wholeFrom(1),
              "null",
              "epochs",
              "How long. An epoch is as many draws as the forget set has samples. 5 where"
                  + " budget.updates is not given either."),
          new Entry(
              "budget.updates",
              wholeFrom(1),
              "null",
              "updates",
              "How long, in optimizer steps instead of epochs."),
          new Entry(
              "budget.batch",
              wholeFrom(1),
              "4",
              "samples",
              "Samples in a micro-batch: more is faster and takes more memory."),
          new Entry(
              "budget.accumulate",
              wholeFrom(1),
              "4",
              "batches",
              "Micro-batches in an update, which sees batch · accumulate samples; the result is"
                  + " that of one large batch."),
          new Entry(
              "stop.rule",
              choice(StopSection.Rule.values()).later("el_ma", "per_sample"),
              "budget",
              "",
              "When a run ends: when its budget is spent."),
          new Entry(
              "eval.suites",
              listOf(choice("tofu")),
              "[tofu]",
              "",
              "What is measured before and after. Empty: nothing."),
          new Entry(
              "eval.every_epochs",
              wholeFrom(0),
              "0",
              "epochs",
              "Measure also every so many epochs. 0: before and after only."),
          new Entry(
              "eval.limit",
              wholeFrom(0),
              "0",
              "rows",
              "The first so many rows of each set are measured: quicker, noisier. 0: all."),
          new Entry(
              "eval.encoder",
              words(),
              EvalSection.BUILT_IN,
              "path",
              "The sentence encoder that judges answers by meaning: built-in (all-MiniLM-L6-v2,"
                  + " quantised), or the Hugging Face folder of another, such as the paper's"
                  + " paraphrase-MiniLM-L6-v2. What one encoder judged can't be compared with what"
                  + " another did."),
          new Entry(
              "trials",
              wholeFrom(1),
              "1",
              "runs",
              "Runs with the seeds seed, seed + 1, …, to see how much of a difference is chance."),
          new Entry(
              "seed",
              wholeNumber(),
              "42",
              "",
              "All randomness comes from it: the same seed gives the same run."));

  private KeyTable() {}
}
