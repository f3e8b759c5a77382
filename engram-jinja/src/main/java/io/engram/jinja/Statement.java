package io.engram.jinja;

/** Something that is carried out. */
@FunctionalInterface
interface Statement {
  /** Where to go on after a statement. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope, Output out);
}
