/**
 * Decides when a run ends and which samples it still draws from, independently of method and order.
 * Rules are pure; {@link io.engram.unlearn.stop.ForgottenCheck} measures what they judge by.
 * Nothing here changes a model. Start with {@link io.engram.unlearn.stop.StoppingRule}.
 */
@NullMarked
package io.engram.unlearn.stop;

import org.jspecify.annotations.NullMarked;
