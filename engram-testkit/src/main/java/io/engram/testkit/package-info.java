/**
 * What the tests of several modules share: golden files and the folders of tiny models. Start with
 * {@link io.engram.testkit.Golden}.
 *
 * <p>This module imports nothing of Engram, so that the tests of every module can use it, those of
 * engram-core and engram-model included: Maven allows no cycle, not even of test dependencies. What
 * opens or changes a model needs engram-model and is therefore in that module's tests, in {@code
 * io.engram.testkit.model}, which it hands to other modules as its test-jar. Neither is shipped.
 */
@NullMarked
package io.engram.testkit;

import org.jspecify.annotations.NullMarked;
