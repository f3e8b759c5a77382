package io.engram.jinja;

/** A function, method or macro. */
@FunctionalInterface
interface Callable {
  Object call(Arguments arguments, Run run);
}
