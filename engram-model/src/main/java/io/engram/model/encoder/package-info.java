/**
 * Text encoders of the BERT kind from Hugging Face and sentence-transformers folders: vectors of
 * texts ({@link io.engram.model.encoder.SentenceEmbedder}) and class probabilities ({@link
 * io.engram.model.encoder.SequenceClassifier}). Start with these two; they share {@link
 * io.engram.model.encoder.Encoder}. Nothing here generates or trains.
 */
@NullMarked
package io.engram.model.encoder;

import org.jspecify.annotations.NullMarked;
