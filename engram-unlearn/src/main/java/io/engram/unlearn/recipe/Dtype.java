package io.engram.unlearn.recipe;

/** The number format a model computes in, or is written in. */
public enum Dtype {
  /** float32 for a model under a billion parameters on a CPU, else the file's own. */
  AUTO,
  /** 32 bits. */
  FLOAT32,
  /** 16 bits with the range of 32. */
  BFLOAT16,
  /** 16 bits with less range and more precision; to write only. */
  FLOAT16
}
