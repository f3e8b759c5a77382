/**
 * A model hub and a proxy on the loopback interface, which behave and misbehave as a test wants.
 * Start with {@link io.engram.testkit.hub.FakeHub}. Nothing here reaches another machine.
 */
@NullMarked
package io.engram.testkit.hub;

import org.jspecify.annotations.NullMarked;
