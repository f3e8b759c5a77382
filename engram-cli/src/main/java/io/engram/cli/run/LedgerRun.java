package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.ledger.LedgerEntry.Earlier;
import io.engram.core.ledger.LedgerEntry.Model;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.unlearn.forget.EarlierRequests;
import io.engram.unlearn.forget.EarlierRequests.Measured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries out {@code engram forget … --ledger DIR}: the run starts from the ledger's last model,
 * takes in samples of earlier requests that came back, and is written into the ledger once it is
 * whole.
 *
 * @param request what was asked; its run folder is the ledger's
 * @param folder of the ledger
 * @param received when the request was received, an ISO date; null: today
 * @param common how to compute
 */
public record LedgerRun(
    ForgetRequest request, Path folder, @Nullable String received, CommonOptions common) {
  /** How many ids a message lists. */
  private static final int NAMED = 5;

  /**
   * What is known of a request before its run; kept beside its samples until it is in the ledger.
   *
   * @param received an ISO date
   * @param model as the user named it
   * @param earlier samples of earlier requests
   * @param known how many of them the model knew
   * @param cameBack how many of these had been forgotten
   * @param keep {@link KeptSoFar#data}
   */
  private record Asked(
      String received, String model, int earlier, int known, int cameBack, @Nullable String keep) {}

  /** Carries it out; returns the exit code. */
  public int carryOut() {
    String asked = received == null ? today() : received;
    Ledger.deadline(asked);
    try (Ledger ledger = Ledger.open(folder)) {
      if (!finishLast(ledger)) {
        return Interruption.EXIT_CODE;
      }
      Model last = ledger.last();
      requireSameModel(ledger, last);
      KeptSoFar kept = KeptSoFar.of(ledger, request, request.seed());
      Double bound = kept.left(request, common.console());
      String id = ledger.nextId();
      List<Sample> requests = SampleSource.load(request.requests());
      List<Measured> before = earlier(ledger, last);
      JsonFiles.writeLines(ledger.samples(id), requests.stream().map(Sample::row).toList());
      List<Measured> known = before.stream().filter(Measured::isKnown).toList();
      sayKnown(before, known);
      int back = (int) known.stream().filter(Measured::isBack).count();
      JsonFiles.write(
          asked(ledger, id),
          new Asked(asked, request.model(), before.size(), known.size(), back, kept.data()));
      ForgetRequest own = inLedger(ledger, last, id, known, requests, bound);
      int code = new ForgetRun(own, common).carryOut();
      if (!ForgetProgress.isFinished(ledger.run(id))) {
        return code;
      }
      OptionalInt knownAfter = write(ledger, id);
      if (knownAfter.isEmpty()) {
        return Interruption.EXIT_CODE;
      }
      return code == 0 && knownAfter.getAsInt() > 0 ? ForgetRun.STILL_KNOWN : code;
    }
  }

  /**
   * Writes down a request whose run was stopped and finished outside of the ledger, or that was
   * stopped before it was written down.
   *
   * @return false if it was stopped again
   */
  private boolean finishLast(Ledger ledger) {
    String id = ledger.nextId();
    Path run = ledger.run(id);
    if (!Files.exists(run)) {
      return true;
    }
    if (!ForgetProgress.isFinished(run) || !Files.exists(asked(ledger, id))) {
      throw EngramException.file(
          "%s holds a run that was stopped, so it isn't in the ledger.\nTo finish it: engram forget --resume %s; the next request then writes it down first.\nOr delete that folder, and ask again."
              .formatted(run, run));
    }
    common.console().message("Writes request %s down, whose run is whole.".formatted(id));
    return write(ledger, id).isPresent();
  }

  private static Path asked(Ledger ledger, String id) {
    return ledger.samples(id).resolveSibling(id + "-asked.json");
  }

  private static String today() {
    return LocalDate.now(ZoneId.systemDefault()).toString();
  }

  /**
   * Measures earlier requests under the new model and appends the request to the ledger.
   *
   * @return how many samples of earlier requests are known; empty if it was stopped
   */
  private OptionalInt write(Ledger ledger, String id) {
    Asked asked = JsonFiles.read(asked(ledger, id), Asked.class);
    Path run = ledger.run(id);
    Path best = RunModel.best(run);
    Model last = ledger.last();
    Model start = last == null ? ledger.describe(asked.model()) : last;
    boolean changed = Files.isDirectory(best.resolve("model"));
    Model end = changed ? ledger.describe(best.resolve("model").toString()) : start;
    List<Measured> after;
    try {
      after = last == null ? List.of() : earlier(ledger, end);
    } catch (Interruption.Stopped stopped) {
      common
          .console()
          .message(
              "Stopped while measuring earlier requests. The run of request %s is whole: %s. The next request writes it down first."
                  .formatted(id, run));
      return OptionalInt.empty();
    }
    int knownAfter = (int) after.stream().filter(Measured::isKnown).count();
    Path certificate = ledger.certificate(id);
    LedgerEntry entry =
        ledger.append(
            new LedgerEntry(
                id,
                asked.received(),
                Ledger.deadline(asked.received()),
                today(),
                SampleSource.load(ledger.samples(id).toString()).size(),
                ledger.samplesDigest(id),
                start,
                end,
                verdicts(best),
                last == null
                    ? null
                    : new Earlier(asked.earlier(), asked.known(), asked.cameBack(), knownAfter),
                new KeptSoFar(ledger, asked.keep()).after(best),
                Files.isRegularFile(certificate) ? Hashes.sha256(certificate) : null,
                ""));
    say(ledger, entry, after);
    return OptionalInt.of(knownAfter);
  }

  private void requireSameModel(Ledger ledger, @Nullable Model last) {
    String named = request.model();
    if (last == null) {
      return;
    }
    String first = ledger.entries().get(0).modelBefore().path();
    if (!isSame(named, first) && !isSame(named, ledger.path(last))) {
      throw EngramException.usage(
          "The ledger %s began with %s, and goes on from %s. Name one of them instead of %s, or start a ledger for that model."
              .formatted(folder, first, ledger.path(last), named));
    }
    common
        .console()
        .message(
            "Goes on from the ledger's last model, %s, which has %d earlier %s forgotten."
                .formatted(
                    ledger.path(last),
                    ledger.entries().size(),
                    ledger.entries().size() == 1 ? "request" : "requests"));
  }

  /** Whether two models are the same by their names or paths. */
  static boolean isSame(String named, String other) {
    return Path.of(named)
        .toAbsolutePath()
        .normalize()
        .equals(Path.of(other).toAbsolutePath().normalize());
  }

  /** Samples of earlier requests under a model. It can't be resumed, so Ctrl-C ends it. */
  private List<Measured> earlier(Ledger ledger, @Nullable Model model) {
    if (model == null || ledger.entries().isEmpty()) {
      return List.of();
    }
    String id = ledger.entries().get(ledger.entries().size() - 1).id();
    Interruption.stopIfRequested();
    return Watched.run(
        common.console(),
        progress ->
            EarlierRequests.measure(
                ledger,
                Path.of(ledger.path(model)),
                EarlierRequests.recipe(ledger.run(id)),
                common.setup(progress)));
  }

  private void sayKnown(List<Measured> before, List<Measured> known) {
    if (before.isEmpty()) {
      return;
    }
    long back = known.stream().filter(Measured::isBack).count();
    common
        .console()
        .message(
            known.isEmpty()
                ? "Of %d samples of earlier requests none is known.".formatted(before.size())
                : "Of %d samples of earlier requests %d are known and taken into this run: %s. %s had been forgotten and came back."
                    .formatted(
                        before.size(),
                        known.size(),
                        named(known),
                        back == 0 ? "None" : back == known.size() ? "All" : back + " of them"));
  }

  private static String named(List<Measured> all) {
    String first = String.join(", ", all.stream().limit(NAMED).map(m -> m.sample().id()).toList());
    return all.size() > NAMED ? first + " and " + (all.size() - NAMED) + " more" : first;
  }

  /** The request with the ledger's model, run folder and the samples that are known again. */
  private ForgetRequest inLedger(
      Ledger ledger,
      @Nullable Model last,
      String id,
      List<Measured> known,
      List<Sample> requests,
      @Nullable Double bound) {
    List<String> overrides = new ArrayList<>();
    if (bound != null) {
      overrides.add("method.retain_bound=" + bound);
    }
    List<String> data = new ArrayList<>(List.of(ledger.samples(id).toString()));
    if (last != null) {
      overrides.add("model.path=" + JsonFiles.line(ledger.path(last)));
      overrides.add("model.base=null");
    }
    Set<Sample.Content> asked = new HashSet<>();
    requests.forEach(sample -> asked.add(sample.content()));
    List<Sample> added =
        known.stream().map(Measured::sample).filter(s -> !asked.contains(s.content())).toList();
    if (!added.isEmpty()) {
      Path file = ledger.samples(id + "-again");
      JsonFiles.writeLines(file, added.stream().map(Sample::row).toList());
      data.add(file.toString());
    }
    overrides.add("forget.data=" + JsonFiles.line(data));
    overrides.addAll(request.overrides());
    return request.with(overrides, ledger.run(id));
  }

  private Map<String, Integer> verdicts(Path run) {
    Map<String, Integer> counts = new TreeMap<>();
    JsonFiles.readLines(run.resolve(VerdictRow.FILE), VerdictRow.class)
        .forEach(row -> counts.merge(row.verdict(), 1, Integer::sum));
    return counts;
  }

  private void say(Ledger ledger, LedgerEntry entry, List<Measured> after) {
    List<Measured> known = after.stream().filter(Measured::isKnown).toList();
    if (!after.isEmpty()) {
      common
          .console()
          .message(
              known.isEmpty()
                  ? "Of %d samples of earlier requests none is known now.".formatted(after.size())
                  : "Of %d samples of earlier requests %d are known: %s."
                      .formatted(after.size(), known.size(), named(known)));
    }
    common
        .console()
        .message(
            "Ledger: request %s of %s, due %s.\nHead: %s (keep it elsewhere: it shows whether the ledger was changed)"
                .formatted(entry.id(), ledger.folder(), entry.deadline(), ledger.head()));
  }
}
