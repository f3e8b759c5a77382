/**
 * Engram's side of the comparison with PyTorch that {@code engram-bench/compare} runs. {@link
 * io.engram.bench.compare.Workload} writes what both sides read, {@link
 * io.engram.bench.compare.EngramSide} measures one task; a task is one class here and one function
 * in {@code engram-bench/peers/pytorch_side.py}.
 */
@NullMarked
package io.engram.bench.compare;

import org.jspecify.annotations.NullMarked;
