/**
 * The Jinja language as chat templates use it: values, operators, filters and white space as Jinja2
 * has them with {@code trim_blocks} and {@code lstrip_blocks}, sandboxed, in bounded time and
 * memory. Nothing here knows of conversations or tokens. Start with {@link
 * io.engram.jinja.JinjaTemplate}.
 */
@NullMarked
package io.engram.jinja;

import org.jspecify.annotations.NullMarked;
