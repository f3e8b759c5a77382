/**
 * Weights on disk: safetensors in one file or in shards, Hugging Face folders, PEFT adapters. Every
 * number read from a file is checked before it's used.
 */
@NullMarked
package io.engram.model.checkpoint;

import org.jspecify.annotations.NullMarked;
