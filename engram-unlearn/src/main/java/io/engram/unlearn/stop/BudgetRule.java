package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;

/** Only the budget ends the run, and every sample can be drawn throughout. */
@Choice(value = "budget", summary = "ends the run when its budget is spent")
public record BudgetRule() implements StoppingRule {
  @Override
  public Standard standard() {
    return Standard.NONE;
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return false;
  }
}
