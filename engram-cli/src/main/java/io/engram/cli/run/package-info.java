/**
 * Runs recipes in run folders: a single run, trials, and the two runs of the quickstart. How they
 * are started, resumed and stopped, and what is printed about them. Start with {@link
 * io.engram.cli.run.RecipeRun}.
 */
@NullMarked
package io.engram.cli.run;

import org.jspecify.annotations.NullMarked;
