package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ModelFilesTest {
  private static Set<String> notAsked() {
    throw new AssertionError("the index doesn't decide");
  }

  /** Not what other programs read: pickles, a second copy, notes. */
  @Test
  void oneCopyOfTheWeightsAndWhatIsBesideIt() {
    assertThat(
            ModelFiles.choose(
                List.of(
                    "README.md",
                    "chat_template.jinja",
                    "config.json",
                    "merges.txt",
                    "model.safetensors",
                    "consolidated.safetensors",
                    "model.gguf",
                    "pytorch_model.bin",
                    "tokenizer.model",
                    ".cache.json"),
                null,
                ModelFilesTest::notAsked))
        .containsExactly(
            "chat_template.jinja",
            "config.json",
            "merges.txt",
            "model.safetensors",
            "tokenizer.model");
  }

  @Test
  void theShardsOfTheIndexAndNoOthers() {
    assertThat(
            ModelFiles.choose(
                List.of(
                    "config.json", ModelFiles.INDEX, "a.safetensors", "b.safetensors", "c.gguf"),
                null,
                () -> Set.of("b.safetensors", "missing.safetensors")))
        .containsExactly("b.safetensors", "config.json", ModelFiles.INDEX);
  }

  @Test
  void anAdapter() {
    assertThat(
            ModelFiles.choose(
                List.of("adapter_config.json", "adapter_model.safetensors", "optimizer.pt"),
                null,
                ModelFilesTest::notAsked))
        .containsExactly("adapter_config.json", "adapter_model.safetensors");
  }

  /** Of several, the one that was named; in a folder without safetensors, all. */
  @Test
  void ggufFiles() {
    List<String> names = List.of("q4.gguf", "q8.gguf", "tokenizer.json");
    assertThat(ModelFiles.choose(names, "q8.gguf", ModelFilesTest::notAsked))
        .containsExactly("q8.gguf", "tokenizer.json");
    assertThat(ModelFiles.choose(names, null, ModelFilesTest::notAsked))
        .containsExactly("q4.gguf", "q8.gguf", "tokenizer.json");
  }
}
