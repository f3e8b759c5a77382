package io.engram.model.text.jinja;

import java.util.List;

/** Items in parentheses. */
record Tuple(List<Object> items) {}
