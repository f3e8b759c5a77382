/**
 * Token log-probabilities of samples, under the model's weights or under randomly perturbed ones.
 */
@NullMarked
package io.engram.model.score;

import org.jspecify.annotations.NullMarked;
