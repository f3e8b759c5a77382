package io.engram.jinja;

/** {@code none}. */
enum None {
  NONE
}
