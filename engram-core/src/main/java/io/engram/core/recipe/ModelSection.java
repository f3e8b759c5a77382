package io.engram.core.recipe;

import org.jspecify.annotations.Nullable;

/**
 * {@code model}: which model, and how it is fed.
 *
 * @param path folder, {@code .gguf} file, adapter folder, or {@code mini}
 * @param dtype the number format it computes in
 * @param template how samples become text
 * @param base the model under a PEFT adapter; null: the one its {@code adapter_config.json} names
 * @param init whether the weights are drawn from {@code config.json}'s {@code initializer_range}
 *     instead of read, to train from scratch
 * @param saveDtype the number format in which the result is written; auto: the one it computes in
 */
public record ModelSection(
    String path,
    Dtype dtype,
    TemplateSpec template,
    @Nullable String base,
    boolean init,
    Dtype saveDtype) {}
