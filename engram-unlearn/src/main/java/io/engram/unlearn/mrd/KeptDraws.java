package io.engram.unlearn.mrd;

import org.jspecify.annotations.Nullable;

/** Draws that are finished, so that an interrupted measurement goes on where it was. */
public interface KeptDraws {
  /** Keeps nothing. */
  KeptDraws NONE =
      new KeptDraws() {
        @Override
        public DrawSource.@Nullable Draw find(int k) {
          return null;
        }

        @Override
        public void keep(int k, DrawSource.Draw draw) {}
      };

  /**
   * The measurement begins.
   *
   * @param limit draws at most
   * @param unit what they are called
   */
  default void begin(int limit, String unit) {}

  /** Draw number k if it's kept. */
  DrawSource.@Nullable Draw find(int k);

  /** Keeps draw number k. */
  void keep(int k, DrawSource.Draw draw);

  /** The result is written: nothing needs to be kept any longer. */
  default void done() {}
}
