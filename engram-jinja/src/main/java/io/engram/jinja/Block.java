package io.engram.jinja;

import java.util.List;

/**
 * Statements one after another.
 *
 * @param lines where each begins, for messages
 */
record Block(List<Statement> statements, List<Integer> lines) implements Statement {
  @Override
  public Flow run(Scope scope, Output out) {
    scope.run().enter();
    try {
      return each(scope, out);
    } finally {
      scope.run().leave();
    }
  }

  private Flow each(Scope scope, Output out) {
    for (int i = 0; i < statements.size(); i++) {
      try {
        scope.run().spend(1);
        Flow flow = statements.get(i).run(scope, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      } catch (JinjaException e) {
        throw e.at(lines.get(i));
      }
    }
    return Flow.NEXT;
  }

  /** What it writes, in a scope of its own. */
  String text(Scope scope) {
    Output out = new Output(scope.run());
    run(new Scope(scope), out);
    return out.text();
  }
}
