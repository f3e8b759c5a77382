package io.engram.bench.compare;

/**
 * How much of each task is measured: {@code settings.json} of a workload, written by {@code
 * engram-bench/compare}. Samples are numbers of the forget set.
 *
 * @param threads of a tensor operation
 * @param paperSamples samples that Algorithm 1 is measured on
 * @param paperDraws draws for each of them
 * @param trainSamples the batch of a training step
 * @param steps training steps of a measurement
 * @param updates updates of the unlearning epoch that are made; the epoch's own number is all of it
 * @param promptSamples samples whose prompts are continued
 * @param newTokens by how many tokens each
 */
record Settings(
    int threads,
    int[] paperSamples,
    int paperDraws,
    int[] trainSamples,
    int steps,
    int updates,
    int[] promptSamples,
    int newTokens) {}
