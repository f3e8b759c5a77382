/**
 * Models that judge what the model under test says: sentence encoders, whose vectors tell which of
 * several answers is nearest in meaning, and text classifiers. They are loaded once a process,
 * compute on the processor in float32 or 8 bits wherever the model under test is, and are named in
 * every measurement that rests on them. What a suite makes of their output stays with the suite.
 * Start with {@link io.engram.unlearn.eval.judge.SentenceEncoders}.
 */
@NullMarked
package io.engram.unlearn.eval.judge;

import org.jspecify.annotations.NullMarked;
