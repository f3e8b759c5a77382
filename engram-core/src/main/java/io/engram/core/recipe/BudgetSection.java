package io.engram.core.recipe;

import org.jspecify.annotations.Nullable;

/**
 * {@code budget}: how long a run goes on. One of epochs and updates is set.
 *
 * @param epochs an epoch is as many draws as the forget set has samples
 * @param updates optimiser steps
 * @param batch samples a micro-batch
 * @param accumulate micro-batches an update
 */
public record BudgetSection(
    @Nullable Integer epochs, @Nullable Integer updates, int batch, int accumulate) {}
