package io.engram.model.text.jinja;

/** {@code none}. */
enum None {
  NONE
}
