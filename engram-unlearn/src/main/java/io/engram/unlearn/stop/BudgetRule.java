package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;

/** The budget alone ends the run; all samples are drawn from throughout. */
@Choice(value = "budget", summary = "when its budget is spent")
public record BudgetRule() implements StoppingRule {
  @Override
  public boolean looks() {
    return false;
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return false;
  }
}
