package io.engram.model.memory;

import io.engram.core.EngramException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Compares the memory that a run needs with the memory available.
 *
 * @param need of the run
 * @param available bytes; empty: unknown, and everything passes
 */
public record MemoryCheck(MemoryNeed need, OptionalLong available) {
  /**
   * A setting that would take less.
   *
   * @param setting as a user gives it
   */
  public record Alternative(String setting, MemoryNeed need) {}

  /** Whether the run is possible: the memory it can't do without is there. */
  public boolean fits() {
    return available.isEmpty() || need.least() <= available.getAsLong();
  }

  /** Whether the weights fit beside it. */
  public boolean fitsWhole() {
    return available.isEmpty() || need.total() <= available.getAsLong();
  }

  /** Says in a sentence or two what is needed and what is available. */
  public String text() {
    if (available.isEmpty()) {
      return "Memory: about " + need.text() + ".";
    }
    String both =
        "Memory: about "
            + need.text()
            + "; "
            + MemoryNeed.gib(available.getAsLong())
            + " can be had.";
    return fits() && !fitsWhole()
        ? both + " Weights will be read from their files again and again, which is slow."
        : both;
  }

  /**
   * Checks that the run fits.
   *
   * @param anyway continue even if it doesn't
   * @param alternatives those that take less are named
   * @param option the option that continues anyway
   * @throws EngramException of kind RESOURCES if it doesn't
   */
  public void require(boolean anyway, List<Alternative> alternatives, String option) {
    if (fits() || anyway) {
      return;
    }
    StringBuilder message = new StringBuilder();
    message
        .append("Not enough memory: this run needs about ")
        .append(need.text())
        .append(".\nOf that ")
        .append(MemoryNeed.gib(need.least()))
        .append(" can't be done without, and ")
        .append(MemoryNeed.gib(available.orElse(0)))
        .append(" can be had.");
    alternatives.stream()
        .filter(a -> a.need().least() < need.least() * 0.98)
        .forEach(
            a ->
                message
                    .append("\n  ")
                    .append(a.setting())
                    .append(": ")
                    .append(MemoryNeed.gib(a.need().least())));
    throw EngramException.resources(
        message.append("\n").append(option).append(" continues anyway.").toString(), null);
  }
}
