package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.Hashes;
import io.engram.core.run.OwnerOnly;
import io.engram.core.sample.Sample;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.WeightArithmetic;
import io.engram.unlearn.eval.memorization.MadeControls;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.forget.Forgetting;
import io.engram.unlearn.forget.Requests;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.SampleSets;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models and samples of an audit. Keeps one model open at a time, and asks for them in an order
 * in which few have to be opened again.
 */
final class AuditModels implements AutoCloseable {
  /** Relative distance of weights beyond which models have nothing in common; rounding is 0.1. */
  private static final double UNRELATED = 0.7;

  private final AuditData data;
  private final BatchRunners.Place reading;
  private final String comparedWith;
  private final List<Sample> controlSamples;
  private final String subject;
  private final String common;
  private final Map<Need, String> own;

  private @Nullable LanguageModel open;
  private @Nullable Source openSource;
  private boolean hadAdapters;
  private boolean backwards;

  private enum Source {
    AFTER,
    BEFORE,
    RETRAINED
  }

  private AuditModels(
      AuditData data,
      BatchRunners.Place reading,
      String comparedWith,
      List<Sample> controlSamples,
      String subject,
      String common,
      Map<Need, String> own) {
    this.data = data;
    this.reading = reading;
    this.comparedWith = comparedWith;
    this.controlSamples = controlSamples;
    this.subject = subject;
    this.common = common;
    this.own = own;
  }

  /**
   * Reads the samples and checks that the models fit each other.
   *
   * @throws EngramException if a model or file can't be opened, or a model has another tokenizer
   */
  static AuditModels open(AuditSubject subject, Setup setup) {
    Recipe recipe = subject.recipe();
    AuditSubject.Options given = subject.options();
    ModelOptions options = setup.modelOptions(recipe.model(), recipe.seed());
    Supplier<LanguageModel> before = () -> LanguageModel.open(recipe.model().path(), options);
    Supplier<LanguageModel> after = () -> LanguageModel.open(subject.after(), options);
    String retrainedPath = retrained(recipe, given);
    if (retrainedPath != null) {
      RetrainedModel.requireAnother(retrainedPath, recipe.model().path(), recipe.model().base());
    }
    Supplier<LanguageModel> retrained =
        retrainedPath == null
            ? null
            : () -> LanguageModel.open(retrainedPath, RetrainedModel.options(options));
    Path deployedPath = given.deployed();
    Supplier<LanguageModel> deployed =
        deployedPath == null ? null : () -> LanguageModel.open(deployedPath.toString(), options);

    Loaded loaded;
    String hashes;
    try (LanguageModel model = before.get()) {
      loaded = Loaded.of(model, subject, retrainedPath != null);
      hashes = model.hash();
    }
    try (LanguageModel model = after.get()) {
      requireSameTokens(model, "The model after, " + subject.after(), loaded);
      hashes += model.hash();
    }
    String subjects = Hashes.sha256(hashes + "\n" + loaded.requests());
    if (retrained != null) {
      try (LanguageModel model = retrained.get()) {
        requireSameTokens(model, "The retrained model, " + retrainedPath, loaded);
        hashes += model.hash();
      }
    }
    if (deployed != null) {
      requireDeployed(deployed, after, given.deployed(), loaded);
    }
    if (given.probes() != null) {
      OtherQuestions.read(given.probes(), loaded.requests()); // Mistakes are told at once.
    }
    AuditData data =
        new AuditData(
            loaded.requests(),
            loaded.controls(),
            loaded.keep(),
            loaded.finetune(),
            given.probes(),
            deployedPath,
            Files.exists(Path.of(subject.after()).resolve("adapter_config.json")),
            new AuditData.Models(after, before, retrained, deployed),
            recipe.seed(),
            setup.ignoreMemory());
    List<Sample> few = MadeControls.forFew(loaded.requests(), recipe.seed());
    List<Sample> controlSamples =
        retrained == null
            ? loaded.controls()
            : Stream.concat(loaded.requests().stream(), few.stream()).toList();
    if (controlSamples.isEmpty()) {
      throw EngramException.usage(
          "No controls could be made: the requests have no names, numbers or dates to exchange.\nGive samples of the same kind that the model has never seen with --controls DATA.");
    }
    String common =
        String.join(
            "\n",
            hashes,
            options.toString(),
            loaded.requests().toString(),
            controlSamples.toString(),
            String.valueOf(recipe.seed()));
    return new AuditModels(
        data,
        setup.reading(),
        retrained == null ? loaded.origin() : "retrained",
        controlSamples,
        subjects,
        common,
        own(data, deployedPath, given.probes()));
  }

  /** The retrained model that requests are compared with; null: controls. */
  private static @Nullable String retrained(Recipe recipe, AuditSubject.Options given) {
    if (given.retrained() != null) {
      return given.retrained();
    }
    return given.controls() == null && recipe.controls().isEmpty()
        ? recipe.eval().retrained()
        : null;
  }

  /** What only some attacks are made with, as text or digest. */
  private static Map<Need, String> own(
      AuditData data, @Nullable Path deployed, @Nullable Path probes) {
    return Map.of(
        Need.KEEP, data.keep().toString(),
        Need.CONTROLS, data.controls().toString(),
        Need.FINETUNE, data.finetune().toString(),
        Need.DEPLOYED, deployed == null ? "" : Hashes.sha256(deployed),
        Need.PROBES, probes == null ? "" : Hashes.sha256(probes));
  }

  private static void requireSameTokens(LanguageModel model, String which, Loaded loaded) {
    List<TokenizedSample> other;
    try {
      other = model.samples().tokenize(loaded.requests());
    } catch (EngramException e) {
      throw EngramException.usage(which + ", can't read the requests: " + e.getMessage());
    }
    for (int i = 0; i < other.size(); i++) {
      if (!Arrays.equals(other.get(i).ids(), loaded.tokens().get(i).ids())) {
        throw EngramException.usage(
            "%s, has another tokenizer or template than the original: request %s has other tokens there.\nGive a model made from the same one."
                .formatted(which, other.get(i).id()));
      }
    }
  }

  private static void requireDeployed(
      Supplier<LanguageModel> deployed,
      Supplier<LanguageModel> after,
      @Nullable Path path,
      Loaded loaded) {
    try (LanguageModel file = deployed.get()) {
      requireSameTokens(file, "The file that is served, " + path, loaded);
      double distance;
      try (LanguageModel model = after.get()) {
        distance = WeightArithmetic.distance(file, model);
      } catch (EngramException e) {
        throw EngramException.usage(
            "--deployed %s is another kind of model than the one that was made to forget.\n%s"
                .formatted(path, e.getMessage()));
      }
      if (distance > UNRELATED) {
        throw EngramException.usage(
            "--deployed %s isn't made from this model: its weights differ by %.0f %% of their size.\nGive the file that was converted from it."
                .formatted(path, 100 * distance));
      }
    }
  }

  /**
   * The samples.
   *
   * @param origin of the controls
   */
  private record Loaded(
      List<Sample> requests,
      List<TokenizedSample> tokens,
      List<Sample> controls,
      String origin,
      List<Sample> keep,
      List<Sample> finetune) {
    static Loaded of(LanguageModel model, AuditSubject subject, boolean retrained) {
      Recipe recipe = subject.recipe();
      AuditSubject.Options given = subject.options();
      long seed = recipe.seed();
      List<Sample> requests = SampleSets.load(recipe.forget(), "forget", seed, model.samples());
      if (requests.isEmpty()) {
        throw EngramException.usage(
            "%s has no requests; at least one is needed.".formatted(recipe.forget().data()));
      }
      DataSection named = recipe.controls();
      List<Sample> controls = List.of();
      String origin = "given";
      if (given.controls() != null) {
        controls = load(given.controls(), "controls", seed, model);
      } else if (named.isEmpty() || isMade(named, subject.folder())) {
        origin = "made";
        controls = retrained ? List.of() : made(subject.folder(), requests, seed, model);
      } else {
        controls = SampleSets.load(named, "controls", seed, model.samples());
      }
      List<Sample> keep =
          given.keep() != null
              ? load(given.keep(), "retain", seed, model)
              : SampleSets.load(recipe.retain(), "retain", seed, model.samples());
      if (origin.equals("given")) {
        Requests.requireNeverSeen(controls, requests, keep);
      }
      List<Sample> finetune =
          given.finetune() == null ? List.of() : load(given.finetune(), "train", seed, model);
      return new Loaded(
          requests, model.samples().tokenize(requests), controls, origin, keep, finetune);
    }

    /** Whether the controls are those that Engram made of the requests, which it can make again. */
    private static boolean isMade(DataSection named, Path folder) {
      Path whole = folder.toAbsolutePath().normalize();
      Path file = Path.of(named.data().get(0)).toAbsolutePath().normalize();
      if (file.endsWith(Forgetting.CONTROLS) && file.startsWith(whole)) {
        return true;
      }
      Path plan = folder.resolve(ForgetPlan.FILE);
      ForgetPlan.Controls controls =
          Files.exists(plan) ? Forgetting.planOf(folder).controls() : null;
      return controls != null && controls.origin().equals("made");
    }

    /** Those that the run made, which its limits are of, or, if it made none, new ones. */
    private static List<Sample> made(
        Path folder, List<Sample> requests, long seed, LanguageModel model) {
      for (Path of : List.of(folder, folder.resolve(OwnerOnly.FOLDER))) {
        Path file = of.resolve(Forgetting.CONTROLS);
        if (Files.exists(file)) {
          return load(file.toString(), "controls", seed, model);
        }
      }
      return MadeControls.of(requests, seed);
    }

    private static List<Sample> load(String data, String name, long seed, LanguageModel model) {
      return SampleSets.load(DataSection.of(List.of(data)), name, seed, model.samples());
    }
  }

  AuditData data() {
    return data;
  }

  /** {@code given}, {@code made} or {@code retrained}. */
  String comparedWith() {
    return comparedWith;
  }

  String comparedWithText() {
    int n = controlSamples.size();
    String few = n < NeverSeen.FEWEST ? "; too few for verdicts, 20 are needed" : "";
    return switch (comparedWith) {
      case "retrained" -> "the retrained model, which never saw the requests" + few;
      case "made" ->
          "%d controls made from the requests%s. Samples that the model has never seen are better: --controls DATA"
              .formatted(n, few);
      default -> "%d samples that the model has never seen%s".formatted(n, few);
    };
  }

  boolean isRetrained() {
    return comparedWith.equals("retrained");
  }

  /** The samples that a model is asked about. */
  List<Sample> samples(Role role) {
    return role == Role.CONTROL ? controlSamples : data.requests();
  }

  /** How many samples a model is asked about. */
  int count(Role role) {
    return samples(role).size();
  }

  /** The order in which to ask for models next: from the one that is open on. */
  List<Role> order() {
    backwards = !backwards;
    return backwards
        ? List.of(Role.AFTER, Role.BEFORE, Role.CONTROL)
        : List.of(Role.CONTROL, Role.BEFORE, Role.AFTER);
  }

  /**
   * The model of this role; borrowed until the next call.
   *
   * @param onlyReads whether its weights stay as they are
   */
  LanguageModel model(Role role, boolean onlyReads) {
    Source source =
        switch (role) {
          case AFTER -> Source.AFTER;
          case BEFORE -> Source.BEFORE;
          case CONTROL -> isRetrained() ? Source.RETRAINED : Source.BEFORE;
        };
    boolean elsewhere = onlyReads && !reading.isHere();
    LanguageModel model = open;
    if (model != null
        && openSource == source
        && elsewhere == (model.runner() != null)
        && !wasMerged(model)) {
      return model;
    }
    discard();
    LanguageModel opened =
        switch (source) {
          case AFTER -> data.models().after().get();
          case BEFORE -> data.models().before().get();
          case RETRAINED -> Objects.requireNonNull(data.models().retrained()).get();
        };
    open = opened;
    if (elsewhere) {
      reading.attach(opened);
    }
    openSource = source;
    hadAdapters = !opened.decoder().parameters().adapters().isEmpty();
    return opened;
  }

  /** Whether an attack has merged the model's adapter, which an attack on adapters needs. */
  private boolean wasMerged(LanguageModel model) {
    return hadAdapters && model.decoder().parameters().adapters().isEmpty();
  }

  /** Closes the open model, whose weights may not be what they were. */
  void discard() {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  /** Digest of the model before, the model after and the requests. */
  String subject() {
    return subject;
  }

  /**
   * Digest of everything that decides the numbers of an attack.
   *
   * @param minutes time for all attacks; null: as long as it takes
   */
  String digest(AttackKind kind, @Nullable Double minutes) {
    StringBuilder text =
        new StringBuilder(kind.name()).append('\n').append(kind.version()).append('\n');
    text.append(common);
    kind.needs().stream()
        .sorted()
        .forEach(need -> text.append('\n').append(own.getOrDefault(need, "")));
    if (kind.goesByTime() && minutes != null) {
      text.append("\nminutes ").append(minutes);
    }
    return Hashes.sha256(text.toString());
  }

  @Override
  public void close() {
    discard();
  }
}
