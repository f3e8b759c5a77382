/**
 * A run from recipe to results. {@link io.engram.unlearn.run.UnlearningLoop} is Algorithm 2:
 * measure difficulty, draw, update, look, refresh, stop; {@link io.engram.unlearn.run.Experiment}
 * puts the evaluations around it and writes the run folder, and can resume it after any update.
 * Methods, orders, scores, stopping rules and suites are chosen here and defined elsewhere. Start
 * with UnlearningLoop, the paper's algorithm, or Experiment, what a command starts.
 */
@NullMarked
package io.engram.unlearn.run;

import org.jspecify.annotations.NullMarked;
