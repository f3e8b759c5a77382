package io.engram.core;

import java.util.function.Consumer;

/** Rows that are made one after another, so that not all of them are in memory. */
public interface Rows<R> {
  /** Makes them, and gives each to what takes them. */
  void each(Consumer<R> taker);
}
