package io.engram.unlearn.recipe;

import io.engram.core.settings.Setting;
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
    @Setting(
            value = "mini",
            unit = "path",
            reason =
                "The model: a Hugging Face folder, a .gguf file, a PEFT adapter folder, a run"
                    + " folder (the model that the run made), hf:ORG/NAME once it's fetched, or"
                    + " mini, the model that comes with Engram.")
        String path,
    @Setting(
            value = "auto",
            words = {"auto", "float32", "bfloat16"},
            reason =
                "What the model computes in. auto: float32 below a billion parameters on a CPU, "
                    + "else the file's own; MRD is always perturbed in float32.")
        Dtype dtype,
    @Setting(
            value = "plain",
            kind = TemplateSpec.Kind.class,
            reason =
                "How a question and its answer become one text. plain: \"Question: {question}\\n"
                    + "Answer: {answer}\"; chat: the model's own chat template, the question a"
                    + " user's message, the answer the assistant's with its end of turn. A model"
                    + " answers best in the template it was trained in.")
        TemplateSpec template,
    @Setting(
            unit = "path",
            shown = "from adapter_config.json",
            reason =
                "The model under a PEFT adapter, where the one its adapter_config.json names is "
                    + "not at hand.")
        @Nullable String base,
    @Setting(
            value = "false",
            reason =
                "Draw the weights from config.json's initializer_range instead of reading them: "
                    + "training from scratch, engram finetune only.")
        boolean init,
    @Setting(
            value = "auto",
            reason =
                "What the resulting model is written in. auto: what it was computed in; "
                    + "bfloat16 halves the file, and rounds away changes below 0.4 % of a weight; "
                    + "float16 below 0.05 %, and it ends at 65504.")
        Dtype saveDtype) {}
