package io.engram.report.run;

/**
 * One computation of MRD for the whole forget set.
 *
 * @param passes perturbed forward passes over the set
 */
public record Refresh(int epoch, long passes, double seconds) {}
