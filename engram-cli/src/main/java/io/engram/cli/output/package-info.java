/** Standard output (tables, or one JSON object) and the lines of result files. */
@NullMarked
package io.engram.cli.output;

import org.jspecify.annotations.NullMarked;
