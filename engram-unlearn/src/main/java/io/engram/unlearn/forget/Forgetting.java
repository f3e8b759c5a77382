package io.engram.unlearn.forget;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.run.RunModel;
import io.engram.core.run.SampleRow;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.MadeControls;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.memorization.OwnAnswers;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.recipe.SampleSets;
import io.engram.unlearn.run.Experiment;
import io.engram.unlearn.run.Forecast;
import io.engram.unlearn.run.RunMemory;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code engram forget}: asks what the model knows of the requests, plans, forgets, and gives a
 * verdict for each request.
 *
 * @param recipe recipes/forget.yaml with the user's model and data; the learning rate may be open.
 *     If controls.data is {@link #CONTROLS} in the run folder, the controls are made; if
 *     retain.data is {@link ForgetPlan#GENERAL} there, the model is asked
 * @param setup how to compute
 * @param say receives a line for each step, in words for the person who asked
 */
public record Forgetting(Recipe recipe, Setup setup, Consumer<String> say) {
  /** The file of controls that are made, in the run folder. */
  public static final String CONTROLS = "controls.jsonl";

  /** The file of verdicts, in the run folder. */
  public static final String VERDICTS = VerdictRow.FILE;

  /** Requests by which a template is chosen. */
  private static final int TEMPLATE_SAMPLES = 40;

  /**
   * What was found before anything is changed.
   *
   * @param recipe the recipe to run, its rate and budget set; null if there is nothing to forget
   * @param plan the plan
   */
  public record Planned(@Nullable Recipe recipe, ForgetPlan plan) {
    /** Whether any request has to be forgotten. */
    public boolean isNeeded() {
      return recipe != null;
    }
  }

  /**
   * Chooses between the plain template and the model's own chat template, where nobody has: the one
   * in which the model finds the requests likelier, which is the one that it learnt them in.
   */
  public static Recipe withTemplate(Recipe recipe, Setup setup, Consumer<String> say) {
    ModelOptions plain = setup.modelOptions(recipe);
    double inChat;
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), plain.withTemplate(null))) {
      inChat = meanLogProb(model, recipe, setup);
    } catch (EngramException e) {
      return recipe; // It has no chat template that can be used.
    }
    double inPlain;
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), plain)) {
      inPlain = meanLogProb(model, recipe, setup);
    }
    boolean chat = inChat > inPlain;
    say.accept(
        "Asks in %s: the requests' tokens have a mean log-probability of %.2f there, and %.2f in %s. --template decides otherwise."
            .formatted(
                chat ? "the model's chat template" : "the plain template",
                Math.max(inChat, inPlain),
                Math.min(inChat, inPlain),
                chat ? "the plain one" : "its chat template"));
    return chat
        ? RecipeReader.parse(
            RecipeWriter.yaml(recipe), List.of("model.template=chat"), recipe.kind(), "the request")
        : recipe;
  }

  private static double meanLogProb(LanguageModel model, Recipe recipe, Setup setup) {
    List<Sample> requests =
        SampleSets.load(recipe.forget(), "forget", recipe.seed(), model.samples());
    Requests.requireFit(requests, model);
    List<Sample> some = requests.subList(0, Math.min(TEMPLATE_SAMPLES, requests.size()));
    return Knowledge.measure(model, model.samples().tokenize(some), setup.progress()).stream()
        .mapToDouble(Knowledge::logProb)
        .average()
        .orElse(Double.NaN);
  }

  /**
   * Triage, rehearsal and plan. Controls that are made, and general questions to keep, are written
   * to a folder.
   *
   * @param folder where {@link #CONTROLS} and {@link ForgetPlan#GENERAL} go
   * @param pricePerHour of the machine; null: no cost is given
   */
  public Planned plan(Path folder, @Nullable Double pricePerHour) {
    RunMemory.of(recipe, setup).requireRehearsal();
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))) {
      List<Sample> requests =
          SampleSets.load(recipe.forget(), "forget", recipe.seed(), model.samples());
      requireRetrainedReads(model, requests);
      if (keepsGeneral(folder)) {
        GeneralQuestions.write(folder, model, requests, recipe.seed(), setup.progress());
      }
      Requests.requireSound(requests, recipe, model);
      sayIfAskedTwice(requests);
      Prepared prepared = prepared(model, requests, folder);
      sayTriage(prepared.triage());
      if (!prepared.triage().hasSomethingToForget()) {
        return new Planned(null, nothing(prepared.triage()));
      }
      say.accept(
          "Rehearsing: "
              + (recipe.optimizer().learningRate() == 0
                  ? "looks for a learning rate and forecasts the run …"
                  : "forecasts the run …"));
      Forecast forecast = Forecast.of(prepared.recipe(), setup, model, prepared.triage().seconds());
      ForgetPlan plan = forecast.plan(pricePerHour);
      List<String> kept =
          answered(model, Forecast.measured(forecast.recipe(), model), setup.progress());
      return new Planned(forecast.recipe(), withTriage(plan, prepared.triage(), kept));
    }
  }

  private boolean keepsGeneral(Path folder) {
    String file = folder.resolve(ForgetPlan.GENERAL).toString();
    return recipe.retain().data().equals(List.of(file));
  }

  /**
   * Ids of the samples whose answer a model gives: its own answer tells the whole fact, in whatever
   * words; of texts, and of answers without a fact, every token is its first choice.
   */
  private static List<String> answered(
      LanguageModel model, List<Sample> samples, ProgressListener progress) {
    List<Knowledge> known =
        Knowledge.measure(model, model.samples().tokenize(samples), ProgressListener.NONE);
    List<@Nullable String> own = OwnAnswers.of(model, samples, progress);
    return IntStream.range(0, samples.size())
        .filter(i -> isAnswered(samples.get(i), own.get(i), known.get(i)))
        .mapToObj(i -> samples.get(i).id())
        .toList();
  }

  /** Whether a model gives a sample's answer, by its own answer and what it knows. */
  static boolean isAnswered(Sample sample, @Nullable String own, Knowledge known) {
    double told =
        sample.content() instanceof Sample.Asked asked && own != null
            ? FactRecall.of(asked.question(), asked.answer(), own)
            : Double.NaN;
    return Double.isNaN(told) ? known.memorization() == 1 : told == 1;
  }

  /** The recipe with its controls, and what the model knows. */
  private record Prepared(Recipe recipe, Triage triage) {}

  private Prepared prepared(LanguageModel model, List<Sample> requests, Path folder) {
    String retrained = comparedModel(recipe);
    if (retrained != null) {
      say.accept("Compares with %s, which never saw the requests.".formatted(retrained));
      try (LanguageModel other =
          LanguageModel.open(retrained, RetrainedModel.options(model.options()))) {
        return new Prepared(
            recipe,
            Triage.against(
                model,
                requests,
                other,
                MadeControls.forFew(requests, recipe.seed()),
                setup.progress()));
      }
    }
    Path file = folder.resolve(CONTROLS);
    if (!recipe.controls().data().equals(List.of(file.toString()))) {
      List<Sample> controls =
          SampleSets.load(recipe.controls(), "controls", recipe.seed(), model.samples());
      Requests.requireNeverSeen(
          controls,
          requests,
          SampleSets.load(recipe.retain(), "retain", recipe.seed(), model.samples()));
      sayControls(controls.size());
      Triage triage = Triage.of(model, requests, controls, Standard.Origin.GIVEN, setup.progress());
      sayIfControlsAreKnown(triage.standard());
      return new Prepared(recipe, triage);
    }
    List<Sample> made = MadeControls.of(requests, recipe.seed());
    if (made.isEmpty()) {
      throw EngramException.usage(
          "No controls could be made: the requests have no names, numbers or dates to exchange.\nGive samples of the same kind that the model has never seen with --controls DATA.");
    }
    JsonFiles.writeLines(file, made.stream().map(Sample::row).toList());
    say.accept(
        "Made %d controls by exchanging names, numbers and dates among the requests. Samples that the model has never seen are better: --controls DATA."
            .formatted(made.size()));
    sayControls(made.size());
    return new Prepared(
        recipe, Triage.of(model, requests, made, Standard.Origin.MADE, setup.progress()));
  }

  /**
   * Checks that the retrained model, if there is one, is not the model itself.
   *
   * @throws EngramException if it is
   */
  public static void requireRetrainedIsAnother(Recipe recipe) {
    String retrained = comparedModel(recipe);
    if (retrained != null) {
      RetrainedModel.requireAnother(retrained, recipe.model().path(), recipe.model().base());
    }
  }

  private void requireRetrainedReads(LanguageModel model, List<Sample> requests) {
    String retrained = comparedModel(recipe);
    if (retrained != null) {
      RetrainedModel.requireSameTokens(retrained, model, requests);
    }
  }

  /** The retrained model that requests are compared with; null: controls. */
  private static @Nullable String comparedModel(Recipe recipe) {
    return recipe.controls().isEmpty() ? recipe.eval().retrained() : null;
  }

  private void sayIfAskedTwice(List<Sample> requests) {
    List<String> twice = Requests.askedTwice(requests);
    if (!twice.isEmpty()) {
      say.accept(
          "The same question has different answers in requests %s; both are to be forgotten."
              .formatted(Requests.named(twice)));
    }
  }

  private void sayIfControlsAreKnown(Standard standard) {
    if (standard.hasKnownControls()) {
      say.accept(
          "The model gives one in twenty of the controls or more word for word, as if it had seen them, and the more of them it knows, the fewer requests count as known. Check that --controls holds samples that it has never seen.");
    }
  }

  private void sayControls(int count) {
    if (count < NeverSeen.FEWEST) {
      say.accept(
          "%d controls are too few for a verdict (%d are needed): you get numbers only."
              .formatted(count, NeverSeen.FEWEST));
    }
  }

  private void sayTriage(Triage triage) {
    long known = triage.count(VerdictRow.KNOWN);
    long not = triage.count("not_known");
    long undecided = triage.count(VerdictRow.UNDECIDED);
    say.accept(
        "Of %d requests the model knows %d%s%s."
            .formatted(
                triage.requests().size(),
                known,
                not > 0 ? ", doesn't know " + not + " (left alone)" : "",
                undecided > 0 ? ", and can't be said to know or not to know " + undecided : ""));
    long others =
        triage.requests().stream()
            .filter(r -> r.known().equals(VerdictRow.KNOWN))
            .filter(r -> Boolean.TRUE.equals(r.answeredForOthers()))
            .count();
    if (others > 0) {
      say.accept(
          "%d of them it answers the same about someone else: those answers follow from the question."
              .formatted(others));
    }
  }

  private static ForgetPlan withTriage(ForgetPlan plan, Triage triage, List<String> answeredKept) {
    List<ForgetPlan.Planned> samples = new ArrayList<>();
    for (int i = 0; i < triage.requests().size(); i++) {
      samples.add(planned(triage.requests().get(i), plan.samples().get(i).updates()));
    }
    return plan.ofRequests(samples, answeredKept, triage.standard().controls());
  }

  private static ForgetPlan nothing(Triage triage) {
    return new ForgetPlan(
        new ForgetPlan.Updates(0.0, 0.0, 0.0),
        0,
        0,
        false,
        null,
        0,
        0,
        null,
        triage.requests().stream().map(r -> planned(r, 0.0)).toList(),
        List.of(),
        new ForgetPlan.KeepLoss(0, Double.NaN, Double.NaN, null),
        new ForgetPlan.Rehearsed(List.of(), 0, 0),
        triage.standard().controls());
  }

  private static ForgetPlan.Planned planned(Triage.Request request, @Nullable Double updates) {
    return new ForgetPlan.Planned(
        request.id(),
        updates,
        request.known(),
        request.above(),
        request.before().values(),
        request.answeredForOthers());
  }

  /** Runs the planned recipe in a run folder, which then also holds the plan. */
  public Experiment.Outcome run(Planned planned, RunFolder folder) {
    JsonFiles.write(folder.path().resolve(ForgetPlan.FILE), planned.plan());
    return Experiment.run(Objects.requireNonNull(planned.recipe()), folder, setup);
  }

  /** Whether a run folder is of {@code engram forget}: its plan tells what was known before. */
  public static boolean isOf(Path folder) {
    return Files.exists(folder.resolve(ForgetPlan.FILE)) && planOf(folder).controls() != null;
  }

  /** The plan of a run folder. */
  public static ForgetPlan planOf(Path folder) {
    return JsonFiles.read(folder.resolve(ForgetPlan.FILE), ForgetPlan.class);
  }

  /**
   * What came of a request.
   *
   * @param verdicts one for each request
   * @param keptLost ids of the samples to keep whose answer the model gave before and no longer
   *     does, of those that only measure
   */
  public record Judged(List<VerdictRow> verdicts, List<String> keptLost) {}

  /**
   * Judges the model that a finished run saved, and writes {@code verdicts.jsonl}.
   *
   * @param folder the run folder
   * @param done the run's own recipe
   */
  public static Judged verdicts(RunFolder folder, Recipe done, Setup setup) {
    ForgetPlan plan = planOf(folder.path());
    try (LanguageModel model =
        LanguageModel.open(RunModel.of(folder.path()).toString(), setup.modelOptions(done))) {
      List<Sample> requests =
          SampleSets.load(done.forget(), "forget", done.seed(), model.samples());
      List<Probe> after = Probe.of(model, requests, setup.progress());
      Map<String, SampleRow> rows = new HashMap<>();
      folder.samples().forEach(row -> rows.put(row.id(), row));
      List<VerdictRow> verdicts =
          verdicts(plan, standard(plan, done, setup, requests), after, rows);
      JsonFiles.writeLines(folder.path().resolve(VERDICTS), verdicts);
      List<String> before = Objects.requireNonNullElse(plan.keepLoss().answered(), List.of());
      List<Sample> kept =
          Forecast.measured(done, model).stream().filter(k -> before.contains(k.id())).toList();
      List<String> still = answered(model, kept, setup.progress());
      return new Judged(verdicts, before.stream().filter(id -> !still.contains(id)).toList());
    }
  }

  /** The verdicts where no request was known by what a run can change: nothing was changed. */
  public static List<VerdictRow> unchanged(ForgetPlan plan) {
    List<VerdictRow> verdicts = new ArrayList<>();
    for (ForgetPlan.Planned planned : plan.samples()) {
      VerdictRow.Values values = Objects.requireNonNull(planned.before());
      List<String> above = Objects.requireNonNull(planned.aboveBefore());
      verdicts.add(
          new VerdictRow(
              planned.id(),
              "not_known".equals(planned.knownBefore())
                  ? VerdictRow.NOT_KNOWN_BEFORE
                  : VerdictRow.UNDECIDED,
              Objects.requireNonNull(planned.knownBefore()),
              above,
              above,
              values,
              values,
              Objects.requireNonNull(plan.controls()).limits(),
              planned.updates(),
              null,
              planned.answeredForOthers()));
    }
    return verdicts;
  }

  /** The standard that the plan was made with. */
  static Standard standard(ForgetPlan plan, Recipe done, Setup setup, List<Sample> requests) {
    ForgetPlan.Controls controls = Objects.requireNonNull(plan.controls());
    String retrained = done.eval().retrained();
    if (controls.origin().equals(Standard.Origin.RETRAINED.key()) && retrained != null) {
      try (LanguageModel other =
          LanguageModel.open(retrained, RetrainedModel.options(setup.modelOptions(done)))) {
        return Standard.of(
            Standard.Origin.RETRAINED,
            Probe.of(other, requests, setup.progress()),
            Probe.of(other, MadeControls.forFew(requests, done.seed()), setup.progress()));
      }
    }
    Probe limits = Probe.of(controls.limits());
    Knowledge upper = limits.knowledge();
    Standard.Origin origin =
        controls.origin().equals(Standard.Origin.MADE.key())
            ? Standard.Origin.MADE
            : Standard.Origin.GIVEN;
    return new Standard(
        origin, new NeverSeen(controls.n(), upper, List.of()), limits.fact(), List.of());
  }

  private static List<VerdictRow> verdicts(
      ForgetPlan plan, Standard standard, List<Probe> after, Map<String, SampleRow> rows) {
    List<VerdictRow> verdicts = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      ForgetPlan.Planned planned = plan.samples().get(i);
      List<String> above = standard.above(i, after.get(i));
      String before = Objects.requireNonNull(planned.knownBefore());
      SampleRow row = rows.get(planned.id());
      verdicts.add(
          new VerdictRow(
              planned.id(),
              standard.verdict(before, after.get(i), above),
              before,
              Objects.requireNonNull(planned.aboveBefore()),
              above,
              Objects.requireNonNull(planned.before()),
              after.get(i).values(),
              standard.limits(),
              planned.updates(),
              row == null ? null : row.forgottenAtUpdate(),
              planned.answeredForOthers()));
    }
    return verdicts;
  }
}
