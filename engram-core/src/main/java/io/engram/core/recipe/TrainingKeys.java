package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.above;
import static io.engram.core.recipe.Allowed.atLeast;
import static io.engram.core.recipe.Allowed.choice;
import static io.engram.core.recipe.Allowed.flag;
import static io.engram.core.recipe.Allowed.listOf;
import static io.engram.core.recipe.Allowed.share;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.within;
import static io.engram.core.recipe.Allowed.words;

import io.engram.core.recipe.KeyTable.Entry;
import java.util.List;

/** The keys of {@code optimizer}, {@code scope}, {@code budget} and {@code stop}. */
final class TrainingKeys {
  static final List<Entry> ENTRIES =
      List.of(
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
              choice(StopSection.Rule.values()),
              "budget",
              "",
              "When a run ends. budget: when its budget is spent; el_ma: also when its samples are"
                  + " forgotten, by EL_10 and MA; per_sample: the same, and forgotten samples"
                  + " aren't drawn until they recover."),
          new Entry(
              "stop.el",
              above(0),
              "null",
              "ratio",
              "A forgotten sample's EL_10 is below this. null: the forget set's mean before the"
                  + " first update; 1: EL isn't asked, nor generated."),
          new Entry(
              "stop.ma",
              above(0),
              "null",
              "ratio",
              "A forgotten sample's MA is below this. null: the forget set's mean before the first"
                  + " update."),
          new Entry(
              "stop.share",
              share(),
              "1",
              "ratio",
              "The run ends when this share of the forget set is forgotten. 1: all of it, however"
                  + " hard the last sample is."),
          new Entry(
              "stop.every_updates",
              wholeFrom(1),
              "null",
              "updates",
              "How often the rule looks at the samples; a look costs a pass over them and"
                  + " generations. null: at the end of each epoch."));

  private TrainingKeys() {}
}
