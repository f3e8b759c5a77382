package io.engram.jinja;

/** Something that has a value where it stands. */
@FunctionalInterface
interface Expression {
  Object evaluate(Scope scope);

  /** The same, counted as a step and a level of depth. */
  static Expression counted(Expression inner) {
    return scope -> {
      scope.run().enter();
      try {
        return inner.evaluate(scope);
      } finally {
        scope.run().leave();
      }
    };
  }
}
