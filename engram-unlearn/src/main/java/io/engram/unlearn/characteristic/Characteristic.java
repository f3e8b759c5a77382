package io.engram.unlearn.characteristic;

/**
 * One characteristic of all samples.
 *
 * @param name for people: "MTLD"
 * @param values one a sample, {@code [n]}; NaN where the characteristic isn't defined for it
 * @param rule what is high
 */
public record Characteristic(String name, double[] values, SplitRule rule) {}
