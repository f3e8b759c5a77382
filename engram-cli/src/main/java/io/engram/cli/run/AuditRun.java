package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.AuditText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Redaction;
import io.engram.core.run.RunFolder;
import io.engram.core.run.RunModel;
import io.engram.model.BatchRunners;
import io.engram.report.Report;
import io.engram.unlearn.audit.Audit;
import io.engram.unlearn.audit.AuditSubject;
import io.engram.unlearn.audit.AuditSubject.Options;
import io.engram.unlearn.audit.attack.Attacks;
import io.engram.unlearn.forget.Forgetting;
import io.engram.unlearn.forget.GeneralQuestions;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries out {@code engram audit}.
 *
 * @param options what was asked
 * @param common how to compute
 * @param spark where attacks that only read are made
 */
public record AuditRun(Options options, CommonOptions common, SparkChoice spark) {
  private static final String RECIPE = "recipes/forget.yaml";

  /** Audits the model of a run; returns the exit code. */
  public int ofRun(Path folder) {
    Attacks.named(options.attacks());
    try (RunFolder run = RunFolder.resume(folder)) {
      return carryOut(subject(run), common.typed());
    }
  }

  /** What is audited in a run folder that is open. */
  AuditSubject subject(RunFolder run) {
    Recipe.Kind kind = Recipe.Kind.of(run.recipe());
    if (kind != Recipe.Kind.UNLEARN) {
      throw EngramException.usage(
          run.path() + " is a run of engram finetune, which forgets nothing.");
    }
    Recipe recipe =
        RecipeReader.resolved(run.recipe(), List.of(), kind, run.path() + "/recipe.yaml");
    AuditSubject.Kind is =
        Forgetting.isOf(run.path()) ? AuditSubject.Kind.FORGET : AuditSubject.Kind.RUN;
    return new AuditSubject(recipe, RunModel.of(run.path()).toString(), run.path(), is, options);
  }

  /**
   * Audits a model that another program made; returns the exit code.
   *
   * @param template null: the better of two
   * @param out null: a new folder under runs/
   */
  public int ofModel(
      String model, String before, String requests, @Nullable String template, @Nullable Path out) {
    Attacks.named(options.attacks());
    Path folder = out == null ? NewFolder.under("audit") : out;
    common.console().message("Audit folder: " + folder);
    List<String> all = new ArrayList<>();
    all.add("model.path=" + JsonFiles.line(before));
    all.add("forget.data=" + JsonFiles.line(requests));
    all.add("retain.data=" + JsonFiles.line(GeneralQuestions.SOURCES));
    all.add("stop.rule=controls");
    all.add("controls.data=" + JsonFiles.line(folder.resolve(Forgetting.CONTROLS).toString()));
    if (template != null) {
      all.add("model.template=" + template);
    }
    if (common.dtype() != null) {
      all.add("model.dtype=" + common.dtype());
    }
    if (common.seed() != null) {
      all.add("seed=" + common.seed());
    }
    Recipe recipe = RecipeReader.read(EngramHome.resolve(RECIPE), all, Recipe.Kind.UNLEARN);
    if (template == null) {
      recipe = Forgetting.withTemplate(recipe, setup(), common.console()::message);
    }
    String again =
        out == null
            ? common.typed() + " --out " + CommonOptions.quoted(folder.toString())
            : common.typed();
    return carryOut(
        new AuditSubject(recipe, model, folder, AuditSubject.Kind.MODEL, options), again);
  }

  /**
   * Carries it out and shows it.
   *
   * @param again the command that resumes it
   */
  private int carryOut(AuditSubject subject, String again) {
    Interruption.watch(common.console());
    Audit.Judged judged = judged(subject);
    if (judged == null) {
      common.console().message("Stopped. Attacks that are whole are kept. To resume: " + again);
      return Interruption.EXIT_CODE;
    }
    Path folder = subject.folder();
    if (subject.kind() != AuditSubject.Kind.MODEL) {
      Redaction redaction = new Redaction(folder);
      if (redaction.wasApplied()) {
        redaction.apply();
      }
      Report.write(List.of(folder), folder.resolve("report.html"));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", folder.toString());
    json.put("summary", judged.summary());
    json.put("verdicts", judged.verdicts());
    common.console().result(json, AuditText.of(judged.summary(), judged.verdicts()));
    if (Files.exists(folder.resolve("certificate.json"))) {
      common
          .console()
          .message(
              "The run's certificate was made before this audit. To make it again: engram certify "
                  + folder);
    }
    return judged.isSomethingLeft() ? ForgetRun.STILL_KNOWN : 0;
  }

  /** Attacks and judges; null if it was interrupted. */
  Audit.@Nullable Judged judged(AuditSubject subject) {
    Setup setup = setup();
    Recipe recipe = subject.recipe();
    try (BatchRunners.Place place =
        spark.start(
            recipe.model().path(),
            setup.modelOptions(recipe.model(), recipe.seed()),
            OpeningMemory.Use.SCORING,
            common)) {
      return new Audit(
              subject,
              Attacks.named(options.attacks()),
              setup.with(place),
              common.console()::message)
          .run();
    }
  }

  private Setup setup() {
    return common.setup(Progress.shown(common.console()));
  }
}
