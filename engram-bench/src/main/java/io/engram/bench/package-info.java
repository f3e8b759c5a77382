/**
 * How fast Engram is: JMH benchmarks of its parts. Run {@link io.engram.bench.Benchmarks}; not part
 * of the tests.
 */
@NullMarked
package io.engram.bench;

import org.jspecify.annotations.NullMarked;
