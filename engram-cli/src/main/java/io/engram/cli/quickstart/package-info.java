/** The whole way on the built-in model: MRD, unlearning with and without it, evaluation, report. */
@NullMarked
package io.engram.cli.quickstart;

import org.jspecify.annotations.NullMarked;
