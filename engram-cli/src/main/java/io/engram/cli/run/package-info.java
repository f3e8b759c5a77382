/**
 * Recipes carried out in run folders: one run, its trials, and the two runs of the quickstart; how
 * they are started, resumed and stopped, and what is printed of them. Start with {@link
 * io.engram.cli.run.RecipeRun}.
 */
@NullMarked
package io.engram.cli.run;

import org.jspecify.annotations.NullMarked;
