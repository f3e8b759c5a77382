package io.engram.core.settings;

import tools.jackson.databind.JsonNode;

/** Values of a kind of their own. Implementations are records without components. */
public interface ValueKind {
  /** What a value has to be, after "must be". */
  String text();

  /** Whether a value is one of these. */
  boolean admits(JsonNode value);
}
