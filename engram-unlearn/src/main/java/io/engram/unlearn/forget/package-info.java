/**
 * {@code engram forget}: from a request and a model to a model that no longer knows, and a verdict
 * for each request. {@link io.engram.unlearn.forget.Triage} asks what the model knows, {@link
 * io.engram.unlearn.run.Forecast} finds the rate and the plan, the run itself is an {@link
 * io.engram.unlearn.run.Experiment}, and {@link io.engram.unlearn.forget.Standard} decides what
 * came of it. Nothing here prints or asks. Start with {@link io.engram.unlearn.forget.Forgetting}.
 */
@NullMarked
package io.engram.unlearn.forget;

import org.jspecify.annotations.NullMarked;
