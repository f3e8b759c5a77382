package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.testkit.hub.FakeHub;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files of a repository are taken. */
final class FileChoiceTest {
  private static final byte[] SOME = {1, 2, 3};

  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/tiny", folder).small("config.json", "{}").small(".gitattributes", "");
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private List<String> chosen(String... patterns) {
    return ImpatientClient.of(hub)
        .plan(HubName.parse("hf:acme/tiny"), List.of(patterns), null)
        .paths();
  }

  private void weights(String... paths) {
    for (String path : paths) {
      hub.large(path, SOME);
    }
  }

  @Test
  void whatComesWithTheWeights() {
    weights("model.safetensors", "tokenizer.model", "tf_model.h5", "flax_model.msgpack");
    weights("model.onnx", "pytorch_model.bin", "training_args.bin", "README.pkl");
    String[] taken = {
      "README.md",
      "LICENSE",
      "LICENCE.txt",
      "USE_POLICY.md",
      "NOTICE",
      "vocab.txt",
      "merges.txt",
      "chat_template.jinja",
      "tokenizer.json",
      "1_Pooling/config.json",
      "additional_chat_templates/rag.jinja"
    };
    for (String path : taken) {
      hub.small(path, path);
    }
    for (String path : new String[] {"model.py", "onnx/config.json", "runs/events.txt", "x.sh"}) {
      hub.small(path, path);
    }
    assertThat(chosen())
        .contains(taken)
        .containsOnlyOnce("config.json", "model.safetensors", "tokenizer.model")
        .hasSize(taken.length + 3);
  }

  @Test
  void aSingleFileInsteadOfShards() {
    weights("model.safetensors", "model-00001-of-00002.safetensors");
    weights("consolidated.safetensors", "adapter_model.safetensors", "onnx/model.safetensors");
    assertThat(chosen())
        .containsExactly("config.json", "model.safetensors", "adapter_model.safetensors");
  }

  @Test
  void theShardsThatTheIndexNames() {
    hub.small(
        "model.safetensors.index.json",
        "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\","
            + "\"b\":\"model-00002-of-00002.safetensors\"}}");
    weights("consolidated-00001-of-00001.safetensors", "model-00001-of-00003.safetensors");
    weights("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    assertThat(chosen())
        .filteredOn(path -> path.endsWith(".safetensors"))
        .containsExactly("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
  }

  @Test
  void anIndexThatNamesAShardThatIsNotThere() {
    hub.small("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../x.safetensors\"}}");
    weights("model-00001-of-00001.safetensors");
    assertThatThrownBy(() -> chosen()).hasMessageContaining("names \"../x.safetensors\", which");
  }

  @Test
  void withoutAnIndexAllButASecondCopy() {
    weights("consolidated.safetensors", "embedding.safetensors");
    assertThat(chosen()).containsExactly("config.json", "embedding.safetensors");
  }

  @Test
  void aCopyWhereThereIsNothingElse() {
    weights("consolidated.safetensors");
    assertThat(chosen()).contains("consolidated.safetensors");
  }

  @Test
  void severalGgufFilesHaveToBeChosenFrom() {
    weights("tiny-Q4_K_M.gguf", "tiny-Q8_0.gguf");
    weights("tiny-F16-00001-of-00002.gguf", "tiny-F16-00002-of-00002.gguf");
    assertThatThrownBy(() -> chosen())
        .hasMessageContaining("has 3 GGUF models")
        .hasMessageContaining("tiny-F16.gguf 6 bytes")
        .hasMessageContaining("'*.gguf' for all");
    assertThat(chosen("*Q4_K_M*")).containsExactly("config.json", "tiny-Q4_K_M.gguf");
    assertThat(chosen("*.gguf")).hasSize(5);
    assertThat(chosen("*Q4_K_M*", "*Q8_0.gguf")).hasSize(3);
  }

  @Test
  void oneGgufModelIsTaken() {
    weights("tiny-F16-00001-of-00002.gguf", "tiny-F16-00002-of-00002.gguf");
    assertThat(chosen()).hasSize(3);
  }

  @Test
  void safetensorsBeforeGguf() {
    weights("model.safetensors", "tiny-Q8_0.gguf");
    assertThat(chosen()).containsExactly("config.json", "model.safetensors");
    assertThat(chosen("*.gguf")).containsExactly("config.json", "tiny-Q8_0.gguf");
  }

  @Test
  void patternsWithASlashMeanThePath() {
    weights("a/model.safetensors", "b/model.safetensors");
    assertThat(chosen("a/*.safetensors")).containsExactly("config.json", "a/model.safetensors");
    assertThat(chosen("model.*")).hasSize(3);
    assertThatThrownBy(() -> chosen()).hasMessageContaining("Take others with --file");
  }

  @Test
  void picklesAreNeverTaken() {
    weights("pytorch_model.bin");
    assertThatThrownBy(() -> chosen())
        .hasMessageContaining("only as pickles (pytorch_model.bin)")
        .hasMessageContaining("from_pretrained(\"acme/tiny\").save_pretrained");
    assertThatThrownBy(() -> chosen("*.bin"))
        .hasMessageContaining("no file that Engram takes matches --file *.bin");
    assertThatThrownBy(() -> chosen("[")).hasMessageContaining("--file [ isn't a pattern");
  }

  @Test
  void theRowsOfADataset() throws Exception {
    for (String path :
        new String[] {
          "forget10.json",
          "data/train-00000-of-00001.parquet",
          "a.jsonl.gz",
          "b.csv",
          "README.md",
          "load.py",
          "image.png",
          "requirements.txt"
        }) {
      hub.small(path, path);
    }
    HubName name = HubName.parse("dataset:acme/tiny");
    assertThat(ImpatientClient.of(hub).plan(name, List.of(), null).paths())
        .containsExactly(
            "config.json",
            "forget10.json",
            "data/train-00000-of-00001.parquet",
            "a.jsonl.gz",
            "b.csv",
            "README.md");
    Hub.Plan plan = ImpatientClient.of(hub).plan(name, List.of("forget*"), null);
    assertThat(plan.paths()).containsExactly("forget10.json", "README.md");
    assertThat(plan.place().toString())
        .endsWith("hub/datasets--acme--tiny/snapshots/" + FakeHub.COMMIT);
  }
}
