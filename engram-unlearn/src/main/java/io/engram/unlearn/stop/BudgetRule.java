package io.engram.unlearn.stop;

/** The budget alone ends the run; all samples are drawn from throughout. */
record BudgetRule() implements StoppingRule {
  @Override
  public String name() {
    return "budget";
  }

  @Override
  public boolean looks() {
    return false;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return StoppingRule.all(forgotten);
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return false;
  }
}
