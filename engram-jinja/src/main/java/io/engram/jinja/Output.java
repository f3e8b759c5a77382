package io.engram.jinja;

/** The text written so far. */
final class Output {
  private final StringBuilder text = new StringBuilder();
  private final Run run;

  Output(Run run) {
    this.run = run;
  }

  void write(String more) {
    run.spend(more.length());
    text.append(more);
  }

  String text() {
    return text.toString();
  }
}
