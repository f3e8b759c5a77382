package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.score.Scorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs on low-rank additions leave: the model, the adapter, a card each. */
@Tag("recipe")
class LoraRunTest {
  @TempDir Path folder;
  private SmallRuns runs;

  @BeforeEach
  void writeData() throws IOException {
    runs = new SmallRuns(folder);
    runs.writeData();
  }

  @Test
  void loraLeavesTheWholeModelAndTheAdapterWithACardEach() throws IOException {
    Path out = runs.run("lora", runs.lora(""));
    assertThat(out.resolve("adapter/adapter_model.safetensors")).isRegularFile();
    String hash;
    try (RunFolder run = RunFolder.read(out)) {
      hash = run.manifest().recipeHash();
    }
    for (String folder : List.of("model", "adapter")) {
      assertThat(out.resolve(folder).resolve("README.md"))
          .content()
          .contains("with-tokenizer", "`npo`", "n = 6", hash, "Engram ")
          .doesNotContain("forget.jsonl")
          .contains("LoRA of rank 4", "| Updates | 9 |", "small", "Measure yourself")
          .doesNotContain(this.folder.toString());
    }
    assertThat(out.resolve("model/README.md")).content().contains("library_name: transformers");
    assertThat(out.resolve("adapter/README.md")).content().contains("library_name: peft");
  }

  @Test
  void withoutMergingLoraLeavesTheAdapterAlone() throws IOException {
    Path out = runs.run("alone", runs.lora(", merge: false"));
    assertThat(out.resolve("model")).doesNotExist();
    ModelOptions options = ModelOptions.defaults();
    Path whole = runs.run("whole", runs.lora(""));
    try (LanguageModel adapted = LanguageModel.open(out.resolve("adapter").toString(), options);
        LanguageModel merged = LanguageModel.open(whole.resolve("model").toString(), options)) {
      List<double[]> one = scores(adapted);
      List<double[]> other = scores(merged);
      for (int i = 0; i < one.size(); i++) {
        assertThat(one.get(i)).containsExactly(other.get(i), within(1e-4));
      }
    }
  }

  private List<double[]> scores(LanguageModel model) {
    return new Scorer(model)
        .logProbs(
            model.samples().tokenize(SampleSource.load(folder.resolve("forget.jsonl").toString())),
            ProgressListener.NONE);
  }
}
