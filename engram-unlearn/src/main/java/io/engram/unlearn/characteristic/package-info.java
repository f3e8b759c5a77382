/**
 * What a sample's text looks like, as numbers, and how MRD goes with each: the paper's "semantic
 * complexity", "occurrence frequency", "initial generation probability" and "rare words". One class
 * a characteristic; each is a function of the text, or of numbers a model gave before. No model and
 * no file is opened here but the two resources that {@link
 * io.engram.unlearn.characteristic.EnglishText} and {@link
 * io.engram.unlearn.characteristic.RareWords} own. English only. Start with {@link
 * io.engram.unlearn.characteristic.CharacteristicTable}.
 */
@NullMarked
package io.engram.unlearn.characteristic;

import org.jspecify.annotations.NullMarked;
