package io.engram.core;

/** Is told how far a long computation has come. Called from the computing thread; must be quick. */
public interface ProgressListener {
  /** Says nothing. */
  ProgressListener NONE =
      new ProgressListener() {
        @Override
        public void start(String what, long total, String unit) {}

        @Override
        public void advance(long done) {}

        @Override
        public void finish() {}
      };

  /**
   * A stage begins.
   *
   * @param what what is being done, in a few words: "MRD, 32 pairs"
   * @param total how many units the stage has, or -1 where that's unknown
   * @param unit what is counted: "samples", "updates"
   */
  void start(String what, long total, String unit);

  /** {@code done} more units of the running stage are done. */
  void advance(long done);

  /** The running stage is over. */
  void finish();

  /** How the running stage stands, in a few words: "12 of 14 forgotten". */
  default void note(String text) {}

  /** A line that the user should read, such as a warning. */
  default void say(String text) {}

  /** One that threads which work side by side may tell. */
  static ProgressListener shared(ProgressListener listener) {
    return new ProgressListener() {
      @Override
      public synchronized void start(String what, long total, String unit) {
        listener.start(what, total, unit);
      }

      @Override
      public synchronized void advance(long done) {
        listener.advance(done);
      }

      @Override
      public synchronized void finish() {
        listener.finish();
      }

      @Override
      public synchronized void note(String text) {
        listener.note(text);
      }

      @Override
      public synchronized void say(String text) {
        listener.say(text);
      }
    };
  }
}
