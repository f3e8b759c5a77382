package io.engram.cli.run;

import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.Statement;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.run.VerdictRow;
import io.engram.unlearn.forget.EarlierRequests;
import io.engram.unlearn.forget.Stronger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a run of {@code engram forget --audit} has come with the deeper stops that it tries, by
 * what its folder holds. So a run that was stopped goes on where it was.
 *
 * @param best the run that stands attacks best so far
 * @param next the folder of the deeper run to make, or to finish if it was begun; null: none
 * @param margin its {@code stop.margin}, nats a token; null: none
 * @param why in words for the person who asked
 */
record ForgetProgress(Path best, @Nullable Path next, @Nullable Double margin, String why) {
  /** How often --audit forgets again with a deeper stop. */
  private static final int STRONGER = 2;

  /**
   * By what a run's folder holds.
   *
   * @param folder of a run that was attacked
   */
  static ForgetProgress of(Path folder) {
    Path best = folder;
    for (int attempt = 1; attempt <= STRONGER; attempt++) {
      Stronger stronger = Stronger.after(summary(best), verdicts(best), margin(best));
      Path again = folder.resolve(RunModel.STRONGER + attempt);
      if (stronger.margin() == null) {
        return new ForgetProgress(best, null, null, stronger.why());
      }
      if (!isJudged(again, true)) {
        return new ForgetProgress(best, again, stronger.margin(), stronger.why());
      }
      if (left(again) >= left(best)) {
        return new ForgetProgress(
            best,
            null,
            null,
            "That doesn't help: %d requests are left instead of %d. %s stays the result."
                .formatted(left(again), left(best), best.resolve("model")));
      }
      best = again;
    }
    return new ForgetProgress(
        best, null, null, "%d requests are left after the last attempt.".formatted(left(best)));
  }

  /** Names the best run in the folder of the first, if it isn't that. */
  void write(Path folder) {
    if (!best.equals(folder)) {
      Path name = Objects.requireNonNull(best.getFileName());
      JsonFiles.writeText(folder.resolve(RunModel.BEST), name + "\n");
    }
  }

  /** Whether a folder holds a run that has nothing left to do. */
  static boolean isFinished(Path folder) {
    return Files.exists(folder.resolve(ForgetRequest.FILE))
        && isFinished(folder, ForgetRequest.of(folder));
  }

  /** The same, of what it is asked for now. */
  static boolean isFinished(Path folder, ForgetRequest asked) {
    if (!isJudged(folder, asked.audit())) {
      return false;
    }
    if (!asked.audit() || !hasUpdates(folder)) {
      return true;
    }
    ForgetProgress progress = of(folder);
    return progress.next() == null && progress.best().equals(RunModel.best(folder));
  }

  /** Whether a run has its verdicts and its certificate, with attacks if it was to be attacked. */
  static boolean isJudged(Path run, boolean audit) {
    Path file = run.resolve(Certificate.FILE);
    if (!Files.exists(file)) {
      return false;
    }
    if (!audit || !hasUpdates(run)) {
      return true;
    }
    if (!Files.exists(run.resolve(AuditSummary.FILE))) {
      return false;
    }
    // A certificate that was written when the attacks were stopped has none.
    Certificate certificate = Statement.of(Dsse.read(file), file).predicate();
    return !certificate.attacks().isEmpty() || summary(run).attacks().size() == 1;
  }

  /** Requests that a run leaves known or hidden. */
  static long left(Path run) {
    return verdicts(run).stream().filter(VerdictRow::isLeft).count();
  }

  /** The run that a run with a deeper stop is a part of; any other run itself. */
  static Path first(Path run) {
    Path name = run.toAbsolutePath().normalize().getFileName();
    if (name == null || !name.toString().matches(RunModel.STRONGER + "\\d+")) {
      return run;
    }
    Path parent = run.getParent();
    Path outer = parent == null ? run.toAbsolutePath().getParent() : parent;
    return outer != null && Files.exists(outer.resolve(ForgetRequest.FILE)) ? outer : run;
  }

  /** A model that knows none of the requests is left as it is. */
  private static boolean hasUpdates(Path run) {
    return Files.exists(run.resolve("samples.jsonl"));
  }

  private static AuditSummary summary(Path run) {
    return JsonFiles.read(run.resolve(AuditSummary.FILE), AuditSummary.class);
  }

  private static List<VerdictRow> verdicts(Path run) {
    return JsonFiles.readLines(run.resolve(VerdictRow.FILE), VerdictRow.class);
  }

  private static double margin(Path run) {
    return EarlierRequests.recipe(run).stop().margin();
  }
}
