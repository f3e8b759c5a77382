/**
 * Tiny models opened, trained, read and changed in Engram's terms, for the tests of this module and
 * those above it. Start with {@link io.engram.testkit.model.TinyModels}.
 *
 * <p>This is the part of the test kit that needs engram-model. It is among that module's own tests,
 * which use it most and cannot depend on a module that depends on theirs; other modules get it, and
 * nothing else, from the test-jar. Tests outside engram-model never import libtorch: what they need
 * of it is asked for here.
 */
@NullMarked
package io.engram.testkit.model;

import org.jspecify.annotations.NullMarked;
