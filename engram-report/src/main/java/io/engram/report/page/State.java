package io.engram.report.page;

import io.engram.report.run.RunData;

/** How a run that is not done stands. */
final class State {
  private State() {}

  static String text(RunData run) {
    int updates = run.journal().lastUpdate();
    return switch (run.manifest().status()) {
      case "running" -> "the run was still going on after %d updates.".formatted(updates);
      case "interrupted" ->
          "the run was interrupted after %d updates; `engram unlearn --resume` goes on with it."
              .formatted(updates);
      case "failed" ->
          "the run failed after %d updates%s.".formatted(updates, cause(run.journal().failure()));
      default -> "the run is done.";
    };
  }

  private static String cause(String message) {
    return message.isEmpty() ? "" : ": " + message;
  }
}
