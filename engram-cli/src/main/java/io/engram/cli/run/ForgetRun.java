package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.AuditText;
import io.engram.cli.output.Console;
import io.engram.cli.output.ForgetText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.Trees;
import io.engram.core.certificate.RequestWords;
import io.engram.core.certificate.SigningKey;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.OwnerOnly;
import io.engram.core.run.Redaction;
import io.engram.core.run.RunFolder;
import io.engram.core.run.UnstartedRun;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.report.Report;
import io.engram.unlearn.audit.Audit;
import io.engram.unlearn.audit.AuditSubject;
import io.engram.unlearn.forget.Forgetting;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Experiment;
import io.engram.unlearn.run.Experiment.Outcome;
import io.engram.unlearn.run.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Carries out {@code engram forget}: plan, run, verdicts.
 *
 * @param request what was asked
 * @param common how to compute
 */
public record ForgetRun(ForgetRequest request, CommonOptions common) {
  /** Exit code where something that was known is still known. */
  public static final int STILL_KNOWN = 5;

  /** Loss of samples to keep from which on they aren't what the model would say, nats a token. */
  private static final double UNFIT = 2;

  /** Carries it out; returns the exit code. */
  public int carryOut() {
    Interruption.watch(common.console());
    setup(); // Mistakes in how to compute come before anything is said or made.
    if (request.planOnly() && request.out() == null) {
      return planInPassing();
    }
    Path folder = request.folder();
    int code = forget(folder);
    return request.audit() && code == STILL_KNOWN ? stronger(folder) : code;
  }

  /**
   * Forgets again where attacks bring requests back, each time with a deeper stop, as long as that
   * helps; each run is a folder inside the first one. What is there already isn't done again.
   */
  private int stronger(Path folder) {
    try (RunFolder held = RunFolder.resume(folder)) {
      return deeper(held.path());
    }
  }

  private int deeper(Path folder) {
    ForgetProgress progress = ForgetProgress.of(folder);
    while (progress.next() != null) {
      common.console().message(progress.why());
      List<String> overrides = new ArrayList<>(request.overrides());
      overrides.add("stop.margin=" + progress.margin());
      ForgetRun deeper = new ForgetRun(request.with(overrides, progress.next()), common);
      int code = deeper.again(progress.next(), progress.best());
      if (code == Interruption.EXIT_CODE) {
        return code;
      }
      progress = ForgetProgress.of(folder);
      progress.write(folder);
    }
    progress.write(folder);
    common.console().message(progress.why());
    if (!progress.best().equals(folder)) {
      common
          .console()
          .message("The model that stands attacks best: " + progress.best().resolve("model"));
    }
    return ForgetProgress.left(progress.best()) > 0 ? STILL_KNOWN : 0;
  }

  /** Makes or finishes a run with a deeper stop, unless it is stopped before its first update. */
  private int again(Path folder, Path best) {
    try {
      Interruption.stopIfRequested();
      if (Files.exists(folder.resolve("manifest.json"))) {
        return finish(folder);
      }
      Trees.delete(folder); // What a run leaves that was killed while it planned.
      return forget(folder);
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be deleted: " + e.getMessage(), e);
    } catch (Interruption.Stopped stopped) {
      common
          .console()
          .message(
              "Stopped. The result so far: %s. To resume: engram forget --resume %s"
                  .formatted(best.resolve("model"), ForgetProgress.first(folder)));
      return Interruption.EXIT_CODE;
    }
  }

  /** Shows the plan; the controls that are made for it are deleted again. */
  private int planInPassing() {
    try {
      Path folder = Files.createTempDirectory("engram-plan");
      try {
        showPlan(plan(folder).planned().plan());
        return 0;
      } finally {
        Trees.delete(folder);
      }
    } catch (IOException e) {
      throw EngramException.resources("no temporary folder: " + e.getMessage(), e);
    }
  }

  private int forget(Path folder) {
    SigningKey key = request.key() == null ? null : SigningKey.read(request.key());
    UnstartedRun unstarted = UnstartedRun.of(folder);
    boolean whole = false;
    try (RunFolder run = RunFolder.create(folder)) {
      common.console().message("Run folder: " + folder);
      if (request.redact()) {
        OwnerOnly.folder(folder); // It holds texts until the end; see Redaction.
      }
      Path texts = request.redact() ? new Redaction(folder).owners() : folder;
      Asked asked = plan(texts);
      Forgetting.Planned planned = asked.planned();
      if (request.planOnly()) {
        JsonFiles.write(folder.resolve(ForgetPlan.FILE), planned.plan());
        whole = true;
        redact(folder);
        showPlan(planned.plan());
        return 0;
      }
      request.write(folder);
      if (!planned.isNeeded()) {
        whole = true;
        JsonFiles.write(folder.resolve(ForgetPlan.FILE), planned.plan());
        List<VerdictRow> verdicts = Forgetting.unchanged(planned.plan());
        JsonFiles.writeLines(folder.resolve(Forgetting.VERDICTS), verdicts);
        Experiment.leaveOut(asked.recipe(), run, setup());
        Path page = folder.resolve("report.html");
        Report.write(List.of(folder), page);
        common.console().message("The model knows none of the requests: there is nothing to do.");
        CertificateRun.Written certificate = new CertificateRun(run, key, null).write();
        redact(run);
        show(folder, new Forgetting.Judged(verdicts, List.of()), List.of(), null);
        common.console().message(certificate.text());
        common.console().message("Report: " + page.toAbsolutePath());
        return 0;
      }
      common.console().message(ForgetText.plan(planned.plan()));
      sayIfUnfit(planned.plan());
      Outcome outcome = new Forgetting(asked.recipe(), setup(), say()).run(planned, run);
      if (outcome.status().equals("interrupted")) {
        return stopped(outcome, folder);
      }
      return judged(run, key);
    } finally {
      if (!whole) {
        unstarted.removeIfNoRun();
      }
    }
  }

  /** Answers that the model wouldn't give protect little. */
  private void sayIfUnfit(ForgetPlan plan) {
    double loss = plan.keepLoss().before();
    if (request.keep() != null && loss > UNFIT) {
      common
          .console()
          .message(
              "The samples to keep have a loss of %.1f nats a token: the model would answer them in other words, so they show little of what is kept, and the bound on their loss is wide. Give samples that it answers well, or a bound with --keep-loss."
                  .formatted(loss));
    }
  }

  /**
   * Finishes a run that was stopped: all that it leaves is as if it hadn't been.
   *
   * @throws EngramException if there is nothing to resume; the message says why
   */
  public int resume(Path folder) {
    Interruption.watch(common.console());
    requireBegun(folder);
    try (RunFolder run = RunFolder.read(folder)) {
      if (!Forgetting.isOf(run.path())) {
        throw EngramException.usage(
            "%s is not a run of engram forget. To resume it: engram unlearn --resume %s"
                .formatted(folder, folder));
      }
    }
    Path first = ForgetProgress.first(folder);
    if (!first.equals(folder)) {
      throw EngramException.usage(
          "%s is a part of the run %s. To resume it: engram forget --resume %s"
              .formatted(folder, first, first));
    }
    ForgetRequest asked = ForgetRequest.of(folder).resumedWith(request);
    if (ForgetProgress.isFinished(folder, asked)) {
      throw EngramException.usage(folder + " is a finished run; there is nothing to resume.");
    }
    ForgetRun resumed = new ForgetRun(asked, common);
    int code =
        ForgetProgress.isJudged(folder, asked.audit()) ? STILL_KNOWN : resumed.finish(folder);
    return asked.audit() && code == STILL_KNOWN ? resumed.stronger(folder) : code;
  }

  /** The rest of the updates, if any are left, and what comes after them. */
  private int finish(Path folder) {
    SigningKey key = request.key() == null ? null : SigningKey.read(request.key());
    try (RunFolder run = RunFolder.resume(folder)) {
      request.write(folder);
      if (request.redact()) {
        OwnerOnly.folder(folder);
      }
      if (!run.manifest().status().equals("done")) {
        Outcome outcome = Experiment.resume(run, Recipe.Kind.UNLEARN, setup());
        if (outcome.status().equals("interrupted")) {
          return stopped(outcome, folder);
        }
      }
      return judged(run, key);
    }
  }

  /** A run that was stopped while it planned has changed nothing, and has nothing to go on from. */
  private static void requireBegun(Path folder) {
    boolean planned =
        Files.exists(folder.resolve(Forgetting.CONTROLS))
            || Files.exists(folder.resolve(ForgetPlan.FILE))
            || Files.exists(folder.resolve(OwnerOnly.FOLDER));
    if (planned && !Files.exists(folder.resolve("manifest.json"))) {
      throw EngramException.usage(
          "%s was stopped before its first update, so nothing was changed and there is nothing to resume.\nDelete the folder and start again."
              .formatted(folder));
    }
  }

  private int stopped(Outcome outcome, Path folder) {
    common
        .console()
        .message(
            "Stopped after update %d. To resume: engram forget --resume %s"
                .formatted(outcome.updates(), ForgetProgress.first(folder)));
    return Interruption.EXIT_CODE;
  }

  private int judged(RunFolder run, @Nullable SigningKey key) {
    Recipe done =
        RecipeReader.resolved(
            run.recipe(), List.of(), Recipe.Kind.UNLEARN, run.path() + "/recipe.yaml");
    Forgetting.Judged judged = Forgetting.verdicts(run, done, setup());
    Report.write(List.of(run.path()), run.path().resolve("report.html"));
    if (!request.audit()) {
      CertificateRun.Written certificate = new CertificateRun(run, key, null).write();
      redact(run);
      show(run.path(), judged, run.journal().read(), null);
      common.console().message(certificate.text());
      return judged.verdicts().stream().anyMatch(VerdictRow::isLeft) ? STILL_KNOWN : 0;
    }
    AuditRun audit = new AuditRun(AuditSubject.Options.NONE, common, new SparkChoice());
    Audit.Judged audited = audit.judged(audit.subject(run));
    CertificateRun.Written certificate = new CertificateRun(run, key, null).write();
    if (audited != null) {
      Report.write(List.of(run.path()), run.path().resolve("report.html"));
    }
    if (audited == null) {
      common
          .console()
          .message(
              "Stopped while attacking. To resume: engram forget --resume "
                  + ForgetProgress.first(run.path()));
      return Interruption.EXIT_CODE;
    }
    redact(run);
    Forgetting.Judged all = new Forgetting.Judged(audited.verdicts(), judged.keptLost());
    show(run.path(), all, run.journal().read(), audited);
    common.console().message(certificate.text());
    return audited.isSomethingLeft() ? STILL_KNOWN : 0;
  }

  /** The same of a finished run, whose report is then made again. */
  private void redact(RunFolder run) {
    if (redact(run.path())) {
      run.journal()
          .write("note", Map.of("text", "Texts of the requests are left out of this folder."));
      Report.write(List.of(run.path()), run.path().resolve("report.html"));
    }
  }

  /** Takes the texts out of the folder and gives it the access of other runs, if asked for. */
  private boolean redact(Path folder) {
    if (request.redact()) {
      new Redaction(folder).apply();
      OwnerOnly.open(folder);
      common
          .console()
          .message(
              "Texts of the requests are in %s only, which only you can read."
                  .formatted(folder.resolve(OwnerOnly.FOLDER)));
    }
    return request.redact();
  }

  /** Ids and conditions on rows are in many files, so they must not hold words of the requests. */
  private static void requireRedactable(Recipe recipe) {
    List<Sample> requests =
        SampleSource.load(recipe.forget().data(), recipe.forget().choice("forget"));
    RequestWords words = RequestWords.of(requests);
    String where = recipe.forget().where();
    if (where != null && !words.sharedWith(where).isEmpty()) {
      throw EngramException.usage(
          "--redact: forget.where holds words of the requests, and is in the recipe.\nWrite the rows to a file of their own instead.");
    }
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      if (!words.sharedWith(requests.get(i).id()).isEmpty()) {
        rows.add(String.valueOf(i));
      }
    }
    if (!rows.isEmpty()) {
      throw EngramException.usage(
          "--redact: ids are in many files, and those of %s hold words of the requests.\nGive them other ids, such as numbers."
              .formatted(
                  rows.size() == 1 ? "row " + rows.get(0) : "rows " + String.join(", ", rows)));
    }
  }

  private void showPlan(ForgetPlan plan) {
    common.console().result(ForgetText.json(plan), ForgetText.plan(plan));
  }

  /** As the folder has it: without texts where they were taken out. */
  private void show(
      Path folder,
      Forgetting.Judged judged,
      List<JsonNode> journal,
      Audit.@Nullable Judged audited) {
    Console console = common.console();
    ForgetPlan plan = Forgetting.planOf(folder);
    List<VerdictRow> verdicts =
        JsonFiles.readLines(folder.resolve(Forgetting.VERDICTS), VerdictRow.class);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", folder.toString());
    json.put("plan", plan);
    json.put("verdicts", verdicts);
    json.put("kept_lost", judged.keptLost());
    String text = ForgetText.verdicts(plan, verdicts, judged.keptLost(), journal);
    if (audited != null) {
      json.put("audit", audited.summary());
      text += "\n\n" + AuditText.of(audited.summary(), verdicts);
    } else if (!journal.isEmpty()) {
      text +=
          "\nNot checked: whether it comes back under attack (relearning, quantisation, sampling), and questions in other words: engram audit %s."
              .formatted(folder);
    }
    console.result(json, text);
    if (!journal.isEmpty()) {
      console.message(
          "Model: %s\nReport: %s"
              .formatted(folder.resolve("model"), folder.resolve("report.html").toAbsolutePath()));
    }
  }

  private Setup setup() {
    return common.setup(Progress.shown(common.console()));
  }

  /** What was asked, and what was found before anything is changed. */
  private record Asked(Recipe recipe, Forgetting.Planned planned) {}

  /**
   * Asks, rehearses and plans. Nothing of it can be resumed, so Ctrl-C ends it.
   *
   * @param folder where controls and general questions go that are made
   */
  private Asked plan(Path folder) {
    if (request.keep() == null) {
      common
          .console()
          .message(
              "No samples to keep were given (--keep DATA): what the model answers to general questions stands in for them. It can't protect what your model was made for, nor what is close to the requests.");
    }
    return Watched.run(
        common.console(),
        progress -> {
          Recipe recipe = request.recipe(folder, common, progress);
          if (request.redact()) {
            requireRedactable(recipe);
          }
          Forgetting forgetting = new Forgetting(recipe, common.setup(progress), say());
          Asked asked = new Asked(recipe, forgetting.plan(folder, request.price()));
          Interruption.stopIfRequested(); // Not all of a plan reports progress.
          return asked;
        });
  }

  private Consumer<String> say() {
    return common.console()::message;
  }
}
