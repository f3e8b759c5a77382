/**
 * GGUF files, llama.cpp's format, read as if they were Hugging Face folders: a header that is
 * checked whole, blocks of numbers turned into float32, and for each architecture the config.json
 * and the weight names that its settings and tensors stand for. {@link
 * io.engram.model.checkpoint.gguf.GgufFile} is where to begin.
 */
@NullMarked
package io.engram.model.checkpoint.gguf;

import org.jspecify.annotations.NullMarked;
