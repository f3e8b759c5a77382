/**
 * Options and arguments that several commands share, and what is made of them: model options,
 * samples,\n * recipes.
 */
@NullMarked
package io.engram.cli.option;

import org.jspecify.annotations.NullMarked;
