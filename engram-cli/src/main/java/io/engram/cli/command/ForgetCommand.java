package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.run.ForgetRequest;
import io.engram.cli.run.ForgetRun;
import io.engram.cli.run.LedgerRun;
import io.engram.core.sample.SampleSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram forget}. */
@Command(
    name = "forget",
    description = {
      "Makes a model forget requests, and says of each whether it is forgotten.",
      "It asks what the model knows, finds a learning rate, shows a plan, forgets, and judges the "
          + "result. recipes/forget.yaml is the recipe behind it."
    },
    footer = {
      "",
      "Exit code: 0 if nothing that was known is still known (or hidden, with --audit), 5 if something is."
    },
    sortOptions = false)
final class ForgetCommand implements Callable<Integer> {
  /** Options of a run that has begun can't change. */
  private static final List<String> BEGUN_WITH =
      List.of(
          "--keep",
          "--controls",
          "--retrained",
          "--keep-loss",
          "--plan-only",
          "--price",
          "--ledger",
          "--received",
          "--out",
          "--template",
          "--base",
          "--dtype",
          "--seed");

  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REQUESTS",
      description = "What to forget: a file of questions and answers or of texts, or tofu:SPLIT")
  private @Nullable String requests;

  @Parameters(
      index = "2..*",
      paramLabel = "key=value",
      description = "Keys of the recipe to change, such as method.beta=1")
  private List<String> overrides = List.of();

  @Option(
      names = "--keep",
      paramLabel = "DATA",
      description =
          "Samples that the model must keep, like those it is used for (default: general "
              + "questions that come with Engram)")
  private @Nullable String keep;

  @Option(
      names = "--controls",
      paramLabel = "DATA",
      description =
          "At least 20 samples like the requests that the model has never seen, to compare with "
              + "(default: made from the requests)")
  private @Nullable String controls;

  @Option(
      names = "--retrained",
      paramLabel = "MODEL",
      description = "A model that never saw the requests, to compare with instead")
  private @Nullable String retrained;

  @Option(
      names = "--keep-loss",
      paramLabel = "NATS",
      description =
          "How far the loss on samples to keep may rise, nats a token (default: a tenth of it, at "
              + "least 0.05); with --ledger and the same --keep, NATS count from the first request")
  private @Nullable Double keepLoss;

  @Option(
      names = "--resume",
      description = "MODEL is the folder of a run of this command that was stopped: finish it")
  private boolean resume;

  @Option(names = "--plan-only", description = "Show the plan and change nothing")
  private boolean planOnly;

  @Option(
      names = "--audit",
      description =
          "Then attack the result, as engram audit does: is the knowledge gone, or only hidden?")
  private boolean audit;

  @Option(
      names = "--price",
      paramLabel = "P",
      description = "Price of an hour of this machine; the plan then gives the cost")
  private @Nullable Double price;

  @Option(
      names = "--ledger",
      paramLabel = "DIR",
      description =
          "Write this request into a ledger, a new or existing folder: the run starts from the "
              + "ledger's last model, and earlier requests are measured again")
  private @Nullable Path ledger;

  @Option(
      names = "--received",
      paramLabel = "DATE",
      description = "With --ledger: when the request was received (default: today)")
  private @Nullable String received;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Sign the certificate with this Ed25519 key (engram key new makes one)")
  private @Nullable Path key;

  @Option(
      names = "--redact",
      description =
          "Leave texts of requests out of every file of the run folder but those in private/, "
              + "which only you can read")
  private boolean redact;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run folder, new or empty (default: runs/DATE-forget)")
  private @Nullable Path out;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (resume) {
      return resumed();
    }
    if (requests == null) {
      throw common.mistake("name the requests to forget: engram forget MODEL REQUESTS");
    }
    if (controls != null && retrained != null) {
      throw common.mistake(
          "give --controls or --retrained, not both: each says what the requests are compared with");
    }
    requireSource("REQUESTS", requests);
    requireSource("--keep", keep);
    requireSource("--controls", controls);
    if (keepLoss != null && !(keepLoss > 0 && keepLoss < Double.POSITIVE_INFINITY)) {
      throw common.mistake("--keep-loss " + keepLoss + ": must be above 0 and finite");
    }
    if (price != null && !(price >= 0 && price < Double.POSITIVE_INFINITY)) {
      throw common.mistake("--price " + price + ": must be 0 or more and finite");
    }
    if (planOnly && (audit || key != null)) {
      throw common.mistake(
          "--plan-only changes nothing, so there is nothing to %s"
              .formatted(audit ? "attack: leave out --audit" : "sign: leave out --key"));
    }
    if (planOnly && redact && out == null) {
      throw common.mistake(
          "--plan-only leaves no folder without --out DIR, so there is nothing to redact: leave out --redact");
    }
    if (ledger == null && received != null) {
      throw common.mistake("--received is written into a ledger: name it with --ledger DIR");
    }
    if (ledger != null && (out != null || planOnly)) {
      throw common.mistake(
          "--ledger keeps the run in its own folder: leave out "
              + (planOnly ? "--plan-only" : "--out"));
    }
    if (ledger != null) {
      requireAllRows();
    }
    ForgetRequest request = request(requests);
    return ledger == null
        ? new ForgetRun(request, common).carryOut()
        : new LedgerRun(request, ledger, received, common).carryOut();
  }

  /** Checked here so that the message names what was typed, and not a key of the recipe. */
  private void requireSource(String name, @Nullable String given) {
    if (given != null && !SampleSource.isName(given)) {
      throw common.mistake(
          "%s %s: %s; give %s"
              .formatted(
                  name,
                  given,
                  Files.isDirectory(SampleSource.file(given)) ? "is a folder" : "is not data",
                  SampleSource.names()));
    }
  }

  /** Every row in a ledger is measured again later, so every row has to be asked for now. */
  private void requireAllRows() {
    for (String override : overrides) {
      String key = override.split("=", 2)[0].strip();
      if (key.equals("forget") || key.startsWith("forget.")) {
        throw common.mistake(
            "--ledger takes REQUESTS as they are, all rows: leave out %s, and write the rows to forget to a file of their own"
                .formatted(override));
      }
    }
  }

  private int resumed() {
    common.requireNoneWithResume(BEGUN_WITH);
    if (requests != null || !overrides.isEmpty()) {
      throw common.mistake(
          "give --resume and the run folder alone: the folder has all that it needs");
    }
    return new ForgetRun(request(""), common).resume(Path.of(model.model()));
  }

  private ForgetRequest request(String what) {
    return new ForgetRequest(
        model.model(),
        model.base(),
        resume ? null : model.chosenTemplate(),
        what,
        keep,
        controls,
        retrained,
        keepLoss,
        price,
        common.dtype(),
        common.seed(),
        overrides,
        planOnly,
        key,
        audit,
        redact,
        out);
  }
}
