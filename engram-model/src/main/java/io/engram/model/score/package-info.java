/**
 * Token log-probabilities of samples, under the model's weights or under randomly perturbed ones.
 * No weight of the model is written. Start with {@link io.engram.model.score.Scorer}.
 */
@NullMarked
package io.engram.model.score;

import org.jspecify.annotations.NullMarked;
