package io.engram.jinja;

import java.util.List;

/** Items in parentheses. */
record Tuple(List<Object> items) {}
