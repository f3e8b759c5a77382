package io.engram.unlearn.recipe;

import io.engram.core.settings.Setting;
import org.jspecify.annotations.Nullable;

/**
 * {@code budget}: how long a run lasts, in epochs or in updates; only one of the two is set, and
 * neither where a forecast decides.
 *
 * @param epochs passes; an epoch makes as many draws as the forget set has samples
 * @param updates optimizer steps
 * @param batch samples per micro-batch
 * @param accumulate micro-batches per update
 */
public record BudgetSection(
    @Setting(
            value = "5",
            range = ">= 1",
            unit = "epochs",
            unless = "updates",
            shown = "5 (none where budget.updates is given or the learning rate is found)",
            reason =
                "How long to run. An epoch makes as many draws as the forget set has samples. If "
                    + "neither this nor budget.updates is set: 5, or where "
                    + "optimizer.learning_rate = auto, twice what is forecast.")
        @Nullable Integer epochs,
    @Setting(
            range = ">= 1",
            unit = "updates",
            reason =
                "How long to run, in optimizer steps instead of epochs. Set this or "
                    + "budget.epochs, not both.")
        @Nullable Integer updates,
    @Setting(
            value = "4",
            range = ">= 1",
            unit = "samples",
            reason = "Samples in a micro-batch. More is faster and needs more memory.")
        int batch,
    @Setting(
            value = "4",
            range = ">= 1",
            unit = "batches",
            reason =
                "Micro-batches per update. Each update uses batch · accumulate samples, with the "
                    + "same result as one large batch but less memory.")
        int accumulate) {}
