/**
 * Runs a recipe from start to results. {@link io.engram.unlearn.run.UnlearningLoop} is Algorithm 2:
 * measure difficulty, draw, update, check, refresh, stop. {@link io.engram.unlearn.run.Experiment}
 * evaluates before and after it, writes the run folder, and can resume a run after any update.
 * Methods, orders, scores, stopping rules and suites are used here but defined elsewhere. Start
 * with UnlearningLoop, the paper's algorithm, or with Experiment, which the commands call.
 */
@NullMarked
package io.engram.unlearn.run;

import org.jspecify.annotations.NullMarked;
