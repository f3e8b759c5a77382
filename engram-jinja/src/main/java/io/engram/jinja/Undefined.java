package io.engram.jinja;

/**
 * What a name, attribute or item that isn't there gives. It's false, empty and written as nothing;
 * anything else done with it is a fault.
 *
 * @param message what is undefined
 */
record Undefined(String message) {
  JinjaException fault() {
    return new JinjaException(message);
  }
}
