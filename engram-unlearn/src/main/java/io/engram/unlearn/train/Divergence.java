package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.train.Trainer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What happens when training has diverged: numbers that aren't finite get neither into the weights
 * nor into the checkpoint, and the user is told where they came up.
 */
record Divergence(RunFolder folder, RunData data, RunState state, Trainer trainer) {
  /** Ids that a message names; an update may be large. */
  private static final int NAMED = 20;

  private static final String ADVICE =
      "Use a smaller optimizer.learning_rate or set optimizer.clip_norm.";

  /**
   * Checks an update's losses before they change a weight.
   *
   * @param update from 0
   * @param draws indices of the forget samples that it drew
   * @throws EngramException if one isn't finite
   */
  void requireFinite(int update, int[] draws, double[] losses) {
    for (double loss : losses) {
      if (!Double.isFinite(loss)) {
        throw at(
            "Update %d: a loss is %s; training has diverged and no weight was changed by it."
                .formatted(update + 1, loss),
            draws);
      }
    }
  }

  /** What to throw where an update can't be made; the state before it is kept. */
  EngramException at(String what, int[] draws) {
    String drawn =
        Arrays.stream(draws)
            .distinct()
            .limit(NAMED)
            .mapToObj(data.forget()::get)
            .map(Sample::id)
            .collect(Collectors.joining(", "));
    long all = Arrays.stream(draws).distinct().count();
    String more = all > NAMED ? " and %d more".formatted(all - NAMED) : "";
    return EngramException.usage(
        "%s\nIt drew the forget samples %s%s. %s\n%s"
            .formatted(what.lines().findFirst().orElse(what), drawn, more, kept(), ADVICE));
  }

  /**
   * Checks the weights before they become the checkpoint.
   *
   * @throws EngramException if one isn't finite
   */
  void requireFiniteWeights() {
    if (!trainer.isFinite()) {
      throw EngramException.usage(
          "Update %d: it has left weights that are no numbers; training has diverged.\n%s\n%s"
              .formatted(state.updates(), kept(), ADVICE));
    }
  }

  private String kept() {
    if (trainer.isFinite()) {
      state.save(trainer);
      folder.journal().write("checkpoint", Map.of("update", state.updates()));
    }
    return state.isSaved()
        ? "checkpoint/ holds the weights after update %d.".formatted(state.savedUpdates())
        : "No checkpoint had been written yet.";
  }
}
