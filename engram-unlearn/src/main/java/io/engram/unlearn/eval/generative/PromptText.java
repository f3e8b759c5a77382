package io.engram.unlearn.eval.generative;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.DataRow;
import io.engram.jinja.JinjaException;
import io.engram.jinja.JinjaTemplate;
import java.time.Clock;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/** A template over a row's columns. */
public final class PromptText {
  private static final TypeReference<Map<String, Object>> COLUMNS = new TypeReference<>() {};

  private final JinjaTemplate template;

  /**
   * Reads a template.
   *
   * @throws JinjaException if it isn't one
   */
  public PromptText(String source) {
    // Jinja drops one line end at the end of a template, but here all of them count.
    this.template = JinjaTemplate.parse(source + "\n");
  }

  /** The text for a row. */
  public String of(DataRow row) {
    return of(JsonFiles.mapper().convertValue(row.fields(), COLUMNS), row.where());
  }

  /** The text for these variables. */
  public String of(Map<String, Object> variables, String where) {
    try {
      return template.render(variables, Clock.systemUTC());
    } catch (JinjaException e) {
      throw EngramException.usage(where + ": no prompt can be made of it: " + e.getMessage());
    }
  }
}
