package io.engram.unlearn.recipe;

import io.engram.core.settings.Setting;
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
    @Setting(
            value = "5",
            range = ">= 1",
            unit = "epochs",
            unless = "updates",
            shown = "5 (none where budget.updates is given)",
            reason =
                "How long. An epoch is as many draws as the forget set has samples. 5 where "
                    + "budget.updates is not given either.")
        @Nullable Integer epochs,
    @Setting(
            range = ">= 1",
            unit = "updates",
            reason = "How long, in optimizer steps instead of epochs.")
        @Nullable Integer updates,
    @Setting(
            value = "4",
            range = ">= 1",
            unit = "samples",
            reason = "Samples in a micro-batch: more is faster and takes more memory.")
        int batch,
    @Setting(
            value = "4",
            range = ">= 1",
            unit = "batches",
            reason =
                "Micro-batches in an update, which sees batch · accumulate samples; the result "
                    + "is that of one large batch.")
        int accumulate) {}
