package io.engram.jinja;

import java.util.List;
import java.util.Map;

/**
 * A macro: its body's text is what a call of it gives.
 *
 * @param scope where it was defined; its body sees the names there
 */
record Macro(Signature signature, Block body, Scope scope) implements Callable {
  /**
   * A macro's head.
   *
   * @param defaults of the parameters that have one
   */
  record Signature(String name, List<String> parameters, Map<String, Expression> defaults) {}

  @Override
  public Object call(Arguments arguments, Run run) {
    List<String> parameters = signature.parameters();
    Arguments.Bound given =
        arguments.bind("macro '" + signature.name() + "'", parameters.toArray(String[]::new));
    Scope inner = new Scope(scope);
    for (String parameter : parameters) {
      Object value = given.get(parameter);
      Expression otherwise = signature.defaults().get(parameter);
      if (value != null) {
        inner.set(parameter, value);
      } else if (otherwise != null) {
        inner.set(parameter, otherwise.evaluate(inner));
      } else {
        inner.set(parameter, new Undefined("parameter '" + parameter + "' was not provided"));
      }
    }
    Output out = new Output(run);
    body.run(inner, out);
    return out.text();
  }
}
