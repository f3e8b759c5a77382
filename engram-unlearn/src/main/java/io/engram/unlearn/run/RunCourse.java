package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.settings.Choices;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a run adds to {@link UnlearningLoop}: difficulty for the order, the stopping rule, the
 * journal, checkpoints at the ends of epochs, and evaluations between them. If training diverges, a
 * NaN or infinite loss is never applied to the weights, and NaN or infinite weights never reach the
 * checkpoint.
 */
final class RunCourse implements UnlearningLoop.Course {
  /** How many ids a message lists at most; an update may draw many. */
  private static final int NAMED = 20;

  /** Work between two checkpoints, in units of the time that it takes to write one. */
  static final int WORK_PER_SAVING = 20;

  private static final String ADVICE =
      "Use a smaller optimizer.learning_rate or set optimizer.clip_norm.";

  private final Recipe recipe;
  private final RunFolder folder;
  private final Setup setup;
  private final RunData data;
  private final RunState state;
  private final RunEvaluation evaluation;
  private final Stopping stopping;
  private final Keeping keeping;
  private final Trainer trainer;
  private final Batches batches;
  private final Plan plan;
  private final SampleWeights weights;
  private final RateAdvice advice;
  private final EasingBack easing;

  /** Whether samples are checked every few updates; the run is then shown as one stage. */
  private final boolean checksOften;

  private boolean isShown;
  private long savedAt;
  private long saving;

  RunCourse(
      Recipe recipe,
      RunFolder folder,
      Setup setup,
      RunData data,
      RunState state,
      RunEvaluation evaluation,
      Stopping stopping,
      Keeping keeping,
      Trainer trainer,
      Batches batches,
      SampleWeights weights,
      EasingBack easing,
      Plan plan) {
    this.recipe = recipe;
    this.folder = folder;
    this.setup = setup;
    this.data = data;
    this.state = state;
    this.evaluation = evaluation;
    this.stopping = stopping;
    this.keeping = keeping;
    this.trainer = trainer;
    this.batches = batches;
    this.plan = plan;
    this.checksOften = recipe.stop().comparesWithNeverSeen();
    this.weights = weights;
    this.advice = new RateAdvice(recipe.optimizer().settings(), plan.updates());
    this.easing = easing;
  }

  @Override
  public double[] weights(int epoch) {
    return weights.ofDraws(epoch);
  }

  @Override
  public int[] pool() {
    return stopping.pool();
  }

  @Override
  public boolean hasEnded() {
    return stopping.isMet() && keeping.isWithin();
  }

  @Override
  public UnlearningLoop.Batch batch(int epoch, int[] samples, int firstDraw, int draws) {
    weights.beforeUpdate(epoch, samples);
    return batches
        .saying(stopping.words(epoch))
        .of(
            epoch,
            samples,
            firstDraw,
            draws,
            stopping.forgetScale(),
            keeping.retainScale(),
            weights);
  }

  @Override
  public void begins(int update, int epoch) {
    if (checksOften) {
      if (!isShown) {
        String what = Choices.nameOf(recipe.method()) + ", at most";
        setup.progress().start(what, plan.updates() - update, "updates");
        setup.progress().note(standing());
        isShown = true;
      }
      return;
    }
    int left =
        Math.min(plan.updates() - update, plan.updatesPerEpoch() - update % plan.updatesPerEpoch());
    String what =
        String.format(
            Locale.ROOT,
            "%s, epoch %d of %d",
            Choices.nameOf(recipe.method()),
            epoch + 1,
            plan.epochs());
    setup.progress().start(what, left, "updates");
  }

  @Override
  public double rate(int update, double scheduled) {
    return scheduled * keeping.rateScale() * stopping.rateScale();
  }

  @Override
  public void made(UnlearningLoop.Update update) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", update.number());
    fields.put("epoch", update.epoch());
    fields.put("loss", update.forgetLoss() + update.retainLoss());
    fields.put("forget_loss", update.forgetLoss());
    fields.put("retain_loss", update.retainLoss());
    fields.put("gradient_norm", update.gradientNorm());
    fields.put("learning_rate", update.learningRate());
    fields.put("seconds", update.seconds());
    folder.journal().write("update", fields);
    weights.made(update);
    state.count(update.epoch(), update.samples(), data.forget().size());
    advice.made(update.learningRate());
    setup.progress().advance(1);
  }

  @Override
  public boolean looksAfter(int updates) {
    if (stopping.isDue(updates)) {
      return true;
    }
    return keeping.isOn() && !checksOften && measuresKept(updates);
  }

  /** After the last update and every few epochs: so few that it takes no longer than checks may. */
  private boolean measuresKept(int updates) {
    int perEpoch = plan.updatesPerEpoch();
    int epochs = (Stopping.leastApart(plan, data) + perEpoch - 1) / perEpoch;
    return updates == plan.updates()
        || (plan.startsEpoch(updates) && plan.epoch(updates) % epochs == 0);
  }

  @Override
  public void look() {
    stopping.look();
    SampleChecks.Found found = stopping.last();
    weights.looked(found);
    keeping.look(trainer, stopping.left(), stopping.known());
    easing.afterCheck();
    if (isShown) {
      setup.progress().note(standing());
    }
    SampleChecks.First first = stopping.first();
    if (first != null && found != null) {
      advice.look(first, found, keeping.rise(), keeping.mostRise()).ifPresent(this::warn);
    }
  }

  private void warn(String text) {
    folder.journal().write("warning", Map.of("text", text));
    setup.progress().say(text);
  }

  /** How the run stands, in a few words. */
  private String standing() {
    int all = data.forget().size();
    String kept = keeping.standing();
    return "%d of %d forgotten%s"
        .formatted(all - stopping.left(), all, kept.isEmpty() ? "" : "; " + kept);
  }

  /** Called when the run has ended or was interrupted. */
  void ends() {
    if (isShown) {
      setup.progress().finish();
    }
  }

  @Override
  public void pauses() {
    if (!checksOften) {
      setup.progress().finish();
    }
    if (!trainer.isFinite()) {
      throw EngramException.usage(
          "Update %d left weights that are NaN or infinite: training has diverged.\n%s\n%s"
              .formatted(state.updates(), kept(), ADVICE));
    }
  }

  @Override
  public void save() {
    long begun = System.nanoTime();
    keeping.write();
    state.save(trainer, setup.group());
    savedAt = System.nanoTime();
    saving = savedAt - begun;
    if (setup.group().leads()) {
      folder.journal().write("checkpoint", Map.of("update", state.updates()));
    }
  }

  /** A part of the optimizer's state is gone with the worker that had it. */
  @Override
  public void isLost() {
    if (!setup.group().sharesState()) {
      save();
    }
  }

  @Override
  public boolean isWorthSaving() {
    boolean own = saving == 0 || System.nanoTime() - savedAt >= WORK_PER_SAVING * saving;
    return setup.group().sharesState() ? setup.group().any(own) : own;
  }

  @Override
  public void epochEnded(int epochs) {
    int every = recipe.eval().everyEpochs();
    boolean due = every > 0 && epochs % every == 0 && state.updates() < plan.updates();
    if (due && setup.group().leads()) {
      evaluation.run(String.format(Locale.ROOT, "epoch-%03d", epochs));
    }
  }

  @Override
  public boolean isInterrupted() {
    return setup.group().any(setup.interrupted().getAsBoolean());
  }

  @Override
  public EngramException diverged(int update, String what, int[] samples) {
    String drawn =
        Arrays.stream(samples)
            .distinct()
            .limit(NAMED)
            .mapToObj(data.forget()::get)
            .map(Sample::id)
            .collect(Collectors.joining(", "));
    long all = Arrays.stream(samples).distinct().count();
    String more = all > NAMED ? " and %d more".formatted(all - NAMED) : "";
    return EngramException.usage(
        "%s\nIt drew the forget samples %s%s. %s\n%s"
            .formatted(what.lines().findFirst().orElse(what), drawn, more, kept(), ADVICE));
  }

  /** Says which finite state the checkpoint still holds. */
  private String kept() {
    if (trainer.isWhole() && trainer.isFinite()) {
      save();
    }
    return state.isSaved()
        ? "checkpoint/ holds the weights after update %d.".formatted(state.savedUpdates())
        : "No checkpoint had been written yet.";
  }
}
