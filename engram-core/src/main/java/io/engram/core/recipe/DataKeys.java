package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.choice;
import static io.engram.core.recipe.Allowed.data;
import static io.engram.core.recipe.Allowed.flag;
import static io.engram.core.recipe.Allowed.template;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.words;

import io.engram.core.recipe.KeyTable.Entry;
import java.util.List;
import java.util.stream.Stream;

/** The keys of {@code model}, {@code forget}, {@code retain} and {@code train}. */
final class DataKeys {
  private static final List<Entry> MODEL =
      List.of(
          new Entry(
              "model.path",
              words(),
              "mini",
              "path",
              "The model: a Hugging Face folder, a .gguf file, a PEFT adapter folder, a run folder"
                  + " (the model that the run made), hf:ORG/NAME once it's fetched, or mini, the"
                  + " model that comes with Engram."),
          new Entry(
              "model.dtype",
              choice("auto", "float32", "bfloat16"),
              "auto",
              "",
              "What the model computes in. auto: float32 below a billion parameters on a CPU,"
                  + " else the file's own; MRD is always perturbed in float32."),
          new Entry(
              "model.template",
              template(),
              "plain",
              "",
              "How a question and its answer become one text. plain: \"Question:"
                  + " {question}\\nAnswer: {answer}\"; chat: the model's own chat template, the"
                  + " question a user's message, the answer the assistant's with its end of turn."
                  + " A model answers best in the template it was trained in."),
          new Entry(
              "model.base",
              words(),
              "null",
              "path",
              "The model under a PEFT adapter, where the one its adapter_config.json names is"
                  + " not at hand."),
          new Entry(
              "model.init",
              flag(),
              "false",
              "",
              "Draw the weights from config.json's initializer_range instead of reading them:"
                  + " training from scratch, engram finetune only."),
          new Entry(
              "model.save_dtype",
              choice(Dtype.values()),
              "auto",
              "",
              "What the resulting model is written in. auto: what it was computed in; bfloat16"
                  + " halves the file, and rounds away changes below 0.4 % of a weight; float16"
                  + " below 0.05 %, and it ends at 65504."));

  static final List<Entry> ENTRIES =
      Stream.of(
              MODEL,
              samples("forget", "The samples to forget. Needed by engram unlearn."),
              samples(
                  "retain", "The samples to keep. Needed where method.retain_weight is above 0."),
              samples("train", "The samples to learn. engram finetune only, and needed there."))
          .flatMap(List::stream)
          .toList();

  private DataKeys() {}

  /** The keys of a section that names samples. */
  private static List<Entry> samples(String section, String reason) {
    return List.of(
        new Entry(section + ".data", data(), "null", "", reason),
        new Entry(
            section + ".where",
            words(),
            "null",
            "SQL",
            "A DuckDB condition over the fields, id among them: length(answer) > 40. none: all"
                + " samples."),
        new Entry(
            section + ".limit",
            wholeFrom(0),
            "0",
            "samples",
            "The first so many samples of each source; of large files no more is read. 0: all."),
        new Entry(
            section + ".chunk_tokens",
            wholeFrom(0),
            "0",
            "tokens",
            "Texts are cut into pieces of at most so many tokens, as the model's tokenizer counts"
                + " them; questions with answers stay whole. 0: texts stay whole, and must fit the"
                + " model's context."),
        new Entry(
            section + ".excerpt_tokens",
            wholeFrom(0),
            "0",
            "tokens",
            "Each text becomes a question with an answer: to continue its first so many tokens,"
                + " in the words of one of Table 2's seen instructions, with the rest of it. What"
                + " po needs of a book. 0: texts stay texts."),
        new Entry(
            section + ".draw",
            wholeFrom(0),
            "0",
            "samples",
            "So many samples of all, drawn uniformly without replacement by the seed, after all"
                + " else was done. 0: all."));
  }
}
