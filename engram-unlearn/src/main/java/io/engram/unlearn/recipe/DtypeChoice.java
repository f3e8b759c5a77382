package io.engram.unlearn.recipe;

/** The number format in which a model computes or is saved. */
public enum DtypeChoice {
  /** float32 for a model under a billion parameters on a CPU, else the file's own. */
  AUTO,
  /** 32 bits. */
  FLOAT32,
  /** 16 bits with the range of float32. */
  BFLOAT16,
  /** 16 bits with less range and more precision; for saving only. */
  FLOAT16
}
