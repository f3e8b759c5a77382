package io.engram.jinja;

import io.engram.jinja.Program.Block;
import io.engram.jinja.Run.Output;
import io.engram.jinja.Run.Scope;
import java.time.Clock;
import java.util.Map;

/**
 * A parsed template. Immutable; rendering it doesn't change it.
 *
 * <p>Of Jinja2's language, template inheritance and inclusion, recursive loops, auto-escaping and
 * the filters that make HTML are left out, and refused by name. As in Jinja2's immutable sandbox,
 * values can't be changed, except for a namespace's attributes.
 *
 * <p><b>Source:</b> Jinja2 3.1, "Template Designer Documentation".
 */
public final class JinjaTemplate {
  /** A hundred times the largest templates in use. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private final Block body;

  private JinjaTemplate(Block body) {
    this.body = body;
  }

  /**
   * Parses a template.
   *
   * @throws JinjaException if the source isn't a template, uses something unsupported, or is too
   *     long or too deeply nested
   */
  public static JinjaTemplate parse(String source) {
    if (source.length() > MOST_CHARACTERS) {
      throw new JinjaException(
          "the template has "
              + source.length()
              + " characters; "
              + MOST_CHARACTERS
              + " can be read");
    }
    return new JinjaTemplate(new StatementParser(new Lexer(source).tokens()).template());
  }

  /**
   * Renders the template.
   *
   * @param variables by name: strings, numbers, booleans, and lists and maps of them; null is
   *     {@code none}
   * @param clock what {@code strftime_now} reads
   * @throws JinjaException if the template raises it, makes a mistake, or takes more steps or
   *     memory than any chat needs
   */
  public String render(Map<String, Object> variables, Clock clock) {
    Run run = new Run();
    Scope scope = new Scope(new Scope(Globals.all(clock), run));
    variables.forEach((name, value) -> scope.set(name, Values.of(value, run)));
    Output out = new Output(run);
    body.run(scope, out);
    return out.text();
  }
}
