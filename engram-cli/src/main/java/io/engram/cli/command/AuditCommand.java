package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ComputeChoice;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.run.AuditRun;
import io.engram.model.tensor.Compute;
import io.engram.unlearn.audit.AuditSubject.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram audit}. */
@Command(
    name = "audit",
    description = {
      "Attacks a model that was made to forget, and says of each request whether the knowledge is "
          + "gone or only hidden.",
      "Each attack is also made on the model before, and on samples that were never seen. "
          + "docs/audit.md describes the attacks and how to read the numbers."
    },
    footer = {"", "Exit code: 0 if nothing that was known is known or hidden, 5 if something is."},
    sortOptions = false)
final class AuditCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RUN",
      description = "The run folder of engram forget or engram unlearn")
  private @Nullable Path run;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Instead of RUN: the model that was made to forget, by whatever program")
  private @Nullable String model;

  @Option(
      names = "--before",
      paramLabel = "MODEL",
      description = "The original model; goes with --model")
  private @Nullable String before;

  @Option(
      names = "--requests",
      paramLabel = "DATA",
      description = "What was to be forgotten; goes with --model")
  private @Nullable String requests;

  @Option(
      names = "--template",
      paramLabel = "T",
      description =
          "How to join a question and its answer into one text; goes with --model (default: the "
              + "one in which the model before knows the requests better, plain or chat)")
  private @Nullable String template;

  @Option(
      names = "--attacks",
      paramLabel = "LIST",
      split = ",",
      description = "Only these attacks (default: all for which there is what they need)")
  private List<String> attacks = List.of();

  @Option(
      names = "--keep",
      paramLabel = "DATA",
      description = "Samples that the model was to keep (default: the run's)")
  private @Nullable String keep;

  @Option(
      names = "--controls",
      paramLabel = "DATA",
      description =
          "At least 20 samples like the requests that the model before has never seen, to compare "
              + "with (default: the run's, or made from the requests)")
  private @Nullable String controls;

  @Option(
      names = "--retrained",
      paramLabel = "MODEL",
      description =
          "A model that never saw the requests, to compare with instead (default: the run's)")
  private @Nullable String retrained;

  @Option(
      names = "--probes",
      paramLabel = "FILE",
      description = "Other questions about the requests: lines of id, kind, question, answer")
  private @Nullable Path probes;

  @Option(
      names = "--finetune",
      paramLabel = "DATA",
      description = "Samples that you will train the model on")
  private @Nullable String finetune;

  @Option(
      names = "--deployed",
      paramLabel = "FILE",
      description = "The GGUF file of the model that is served")
  private @Nullable Path deployed;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Time for the attacks, divided among them; one that takes longer is left out (default: "
              + "as long as it takes)")
  private @Nullable Double minutes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results go; goes with --model (default: runs/DATE-audit)")
  private @Nullable Path out;

  @Mixin private SparkChoice spark = new SparkChoice();

  @Mixin private ComputeChoice compute = new ComputeChoice();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    try (Compute.Use use = compute.use(common, spark.asked())) {
      return computed();
    }
  }

  private int computed() {
    if (minutes != null && !(minutes > 0)) {
      throw common.mistake("--minutes " + minutes + ": must be above 0");
    }
    spark.checkPasses(common);
    Options options =
        new Options(attacks, keep, controls, retrained, probes, finetune, deployed, minutes);
    AuditRun audit = new AuditRun(options, common, spark);
    Path folder = run;
    if (folder != null) {
      if (model != null || before != null || requests != null || template != null || out != null) {
        throw common.mistake(
            "give RUN, or --model, --before and --requests, not both: a run says itself what was"
                + " forgotten");
      }
      return audit.ofRun(folder);
    }
    if (model == null || before == null || requests == null) {
      throw common.mistake(
          "name what to audit: engram audit RUN, or engram audit --model M --before B --requests"
              + " DATA");
    }
    return audit.ofModel(
        spark.here(model, common), spark.here(before, common), requests, template, out);
  }
}
