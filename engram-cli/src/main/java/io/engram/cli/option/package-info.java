/**
 * Options and arguments that several commands share, and what they select: a model, samples, a
 * recipe. Start with {@link io.engram.cli.option.CommonOptions}.
 */
@NullMarked
package io.engram.cli.option;

import org.jspecify.annotations.NullMarked;
