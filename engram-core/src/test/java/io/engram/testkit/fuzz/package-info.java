/**
 * Hostile variants of files, for the tests of every module that reads files from elsewhere. Start
 * with {@link io.engram.testkit.fuzz.Fuzz}.
 *
 * <p>This is the part of the test kit that needs engram-core, whose faults a reader may end in. It
 * is among that module's own tests; other modules get it, and nothing else, from the test-jar.
 */
@NullMarked
package io.engram.testkit.fuzz;

import org.jspecify.annotations.NullMarked;
