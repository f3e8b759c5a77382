package io.engram.unlearn.recipe;

import io.engram.core.settings.Setting;
import org.jspecify.annotations.Nullable;

/**
 * {@code model}: which model to use, and how samples become its input.
 *
 * @param path folder, {@code .gguf} file, adapter folder, or {@code mini}
 * @param dtype the number format in which it computes
 * @param template how samples become text
 * @param base the base model of a PEFT adapter; null: the one named in its {@code
 *     adapter_config.json}
 * @param init whether to start from random weights, drawn by {@code config.json}'s {@code
 *     initializer_range}, to train from scratch
 * @param saveDtype the number format in which the result is saved; auto: the one in which it
 *     computes
 */
public record ModelSection(
    @Setting(
            value = "mini",
            unit = "path",
            reason =
                "The model: a Hugging Face folder, a .gguf file, a PEFT adapter folder, a run "
                    + "folder (the model that run produced), hf:ORG/NAME after engram fetch, or"
                    + " mini, the model that comes with Engram.")
        String path,
    @Setting(
            value = "auto",
            words = {"auto", "float32", "bfloat16"},
            reason =
                "The number format in which the model computes. auto: float32 for models below a "
                    + "billion parameters and where all weights are trained, otherwise that of "
                    + "the file. MRD always adds its noise in float32.")
        DtypeChoice dtype,
    @Setting(
            value = "plain",
            kind = TemplateSpec.Kind.class,
            reason =
                "How a question and its answer are joined into one text. plain: \"Question: "
                    + "{question}\\n"
                    + "Answer: {answer}\"; chat: the model's own chat template, with the "
                    + "question as the user's message and the answer as the assistant's, end of "
                    + "turn included. Use the template that the model was trained with.")
        TemplateSpec template,
    @Setting(
            unit = "path",
            shown = "from adapter_config.json",
            reason =
                "The base model of a PEFT adapter. Set it if the one named in "
                    + "adapter_config.json is not available under that name.")
        @Nullable String base,
    @Setting(
            value = "false",
            reason =
                "true: starts from random weights, drawn by config.json's initializer_range, "
                    + "instead of the saved ones. This trains from scratch; engram finetune only.")
        boolean init,
    @Setting(
            value = "auto",
            reason =
                "The number format in which the resulting model is saved. auto: the one in which "
                    + "it was computed. bfloat16 halves the file and rounds away changes below "
                    + "0.4 % of a weight; float16 below 0.05 %, but its largest value is 65504.")
        DtypeChoice saveDtype) {
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
}
