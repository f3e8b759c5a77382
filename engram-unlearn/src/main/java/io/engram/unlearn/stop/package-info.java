/**
 * When a run ends, and which samples it still draws from: a value of its own beside method and
 * order. Rules are pure; what they judge by is measured by {@link
 * io.engram.unlearn.stop.ForgottenCheck}. Nothing here changes a model. Start with {@link
 * io.engram.unlearn.stop.StoppingRule}.
 */
@NullMarked
package io.engram.unlearn.stop;

import org.jspecify.annotations.NullMarked;
