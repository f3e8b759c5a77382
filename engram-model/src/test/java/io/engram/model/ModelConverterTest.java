package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.testkit.Golden;
import io.engram.testkit.model.GgufBytes;
import io.engram.testkit.model.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelConverterTest {
  @TempDir Path folder;

  private static Path gguf(String name) {
    return Golden.path("gguf/" + name + "/model.gguf");
  }

  private Conversion convert(Path model, @Nullable Dtype dtype) {
    return convert(model.toString(), null, dtype);
  }

  private Conversion convert(String model, @Nullable String base, @Nullable Dtype dtype) {
    return ModelConverter.convert(model, base, folder.resolve("out"), dtype, ProgressListener.NONE);
  }

  private void assertScores(JsonNode sequences, double tolerance) {
    String out = folder.resolve("out").toString();
    try (LanguageModel opened = LanguageModel.open(out, ModelOptions.defaults())) {
      Scorer scorer = new Scorer(opened);
      for (JsonNode one : sequences) {
        if (one.path("ids").size() > 1) {
          assertThat(
                  scorer
                      .logProbs(
                          List.of(TinyModels.whole("x", one.path("ids"))), ProgressListener.NONE)
                      .get(0))
              .containsExactly(Golden.doubles(one.path("log_probs")), within(tolerance));
        }
      }
    }
  }

  private static JsonNode sequences(String golden) {
    return Golden.json(golden + "/expected.json").path("sequences");
  }

  /** Nothing is beside what was asked for. */
  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama3",
        "llama-bias",
        "qwen2",
        "qwen3",
        "gemma2",
        "gemma3",
        "phi3",
        "olmo2",
        "gptneox",
        "gpt2"
      })
  void aGgufFileBecomesAFolderWithEqualScores(String name) throws IOException {
    Conversion done = convert(gguf(name), null);
    assertScores(sequences("gguf/" + name), 2e-5);
    assertThat(done.dtype()).isEqualTo("float32");
    assertThat(done.rounded()).isZero();
    assertThat(done.lost())
        .containsExactly("There was no tokenizer.json; the folder takes token ids alone.");
    assertThat(left()).containsExactly("out");
  }

  @Test
  void aQuantisedFileIsSaidToBeQuantised() throws IOException {
    Conversion done = convert(gguf("llama-q8_0"), null);
    assertScores(sequences("gguf/llama-q8_0"), 2e-5);
    assertThat(done.quantized()).isTrue();
    assertThat(done.did())
        .isEqualTo(
            "model.gguf (llama, "
                + String.format("%,d", done.numbers())
                + " parameters) written as float32.");
    assertThat(Files.readString(folder.resolve("out/README.md")))
        .contains(done.did())
        .contains("The source is quantised (16 Q8_0, 5 F32): its weights were rounded when it");
  }

  @Test
  void theFormatIsTheSourcesOwnAndNothingIsRounded() {
    Conversion done = convert(gguf("llama-bf16"), null);
    assertThat(done.dtype()).isEqualTo("bfloat16");
    // The norms are float32 in the file.
    assertThat(done.rounded()).isBetween(1L, 5L * 16);
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve("out/model.safetensors"));
        PointerScope scope = new PointerScope()) {
      assertThat(Dtype.of(file.tensor("model.norm.weight"))).isEqualTo(Dtype.BFLOAT16);
    }
  }

  @Test
  void roundedNumbersAreCounted() throws IOException {
    Conversion done = convert(gguf("llama"), Dtype.FLOAT16);
    assertThat(done.rounded()).isBetween(done.numbers() / 2, done.numbers());
    assertThat(done.lost().get(0)).contains("numbers were rounded to float16; float32 keeps more.");
    JsonNode config =
        JsonMapper.shared().readTree(Files.readString(folder.resolve("out/config.json")));
    assertThat(config.path("dtype").asString()).isEqualTo("float16");
    assertScores(sequences("gguf/llama"), 0.02);
  }

  @Test
  void numbersBeyondTheFormatAreRefusedAndNothingIsLeft() throws IOException {
    Path huge = folder.resolve("huge.gguf");
    float[] embedding = new float[12];
    embedding[7] = 1e6f;
    GgufBytes bytes = GgufBytes.llama(4, 8, 2, 1);
    Files.write(
        huge, bytes.layers(2).tensor("token_embd.weight", new long[] {3, 4}, embedding).bytes());
    assertThatThrownBy(() -> convert(huge, Dtype.FLOAT16))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("float16: weight model.embed_tokens.weight has numbers beyond its")
        .hasMessageContaining("Take bfloat16 or float32.");
    assertThat(left()).containsExactly("huge.gguf");
    assertThat(convert(huge, Dtype.BFLOAT16).dtype()).isEqualTo("bfloat16");
  }

  @Test
  void anAdapterIsMergedIntoItsBase() throws IOException {
    String base = Golden.path("llama/gqa-tied").toString();
    Conversion done = convert(Golden.path("lora/all-linear").toString(), base, null);
    assertThat(done.adapter()).isEqualTo("all-linear");
    assertThat(done.did()).endsWith(" with the adapter all-linear merged in.");
    assertThat(folder.resolve("out/adapter_config.json")).doesNotExist();
    JsonNode expected = Golden.json("lora/expected.json");
    try (LanguageModel opened =
        LanguageModel.open(folder.resolve("out").toString(), ModelOptions.defaults())) {
      for (int i = 0; i < expected.path("sequences").size(); i++) {
        assertThat(
                new Scorer(opened)
                    .logProbs(
                        List.of(TinyModels.whole("x", expected.path("sequences").get(i))),
                        ProgressListener.NONE)
                    .get(0))
            .containsExactly(
                Golden.doubles(
                    expected.path("adapters").path("all-linear").path("merged_log_probs").get(i)),
                within(2e-5));
      }
    }
  }

  /** As if the base were stored in float32, though its format is the narrower one. */
  @ParameterizedTest
  @ValueSource(strings = {"dora", "head"})
  void anAdapterThatIsMergedOnOpeningIsRoundedOnlyWhenWritten(String name) {
    JsonNode golden = Golden.json("peft/expected.json").path("adapters").path(name);
    String adapter = Golden.path("peft/" + name).toString();
    Path narrow = folder.resolve("narrow");
    Path wide = folder.resolve("wide");
    String stored = Golden.path(golden.path("base").asString()).toString();
    ModelConverter.convert(stored, null, narrow, Dtype.BFLOAT16, ProgressListener.NONE);
    ModelConverter.convert(narrow.toString(), null, wide, Dtype.FLOAT32, ProgressListener.NONE);
    Conversion own = convert(adapter, narrow.toString(), null);
    assertThat(own.dtype()).isEqualTo("bfloat16");
    assertThat(own.rounded()).isPositive();
    assertEqual(merged(adapter, narrow, Dtype.FLOAT32), merged(adapter, wide, null));
  }

  private Path merged(String adapter, Path base, @Nullable Dtype dtype) {
    Path out = folder.resolve("on-" + base.getFileName());
    ModelConverter.convert(adapter, base.toString(), out, dtype, ProgressListener.NONE);
    return out;
  }

  private static void assertEqual(Path one, Path other) {
    try (SafetensorsFile ours = weights(one);
        SafetensorsFile theirs = weights(other)) {
      for (String name : ours.shapes().keySet()) {
        assertThat(ours.doubles(name)).as(name).containsExactly(theirs.doubles(name));
      }
    }
  }

  private Conversion negate(String model, String tuned, double alpha, @Nullable String base) {
    return ModelConverter.negate(
        model, tuned, alpha, base, folder.resolve("out"), null, ProgressListener.NONE);
  }

  /** Other weights for a model, by its own settings. */
  private String tuned(Path model) {
    Path out = folder.resolve("tuned");
    ModelOptions drawn =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 4096, true, 7);
    try (LanguageModel other = LanguageModel.open(model.toString(), drawn)) {
      other.save(out, Dtype.FLOAT32);
    }
    return out.toString();
  }

  private static SafetensorsFile weights(Path model) {
    return new SafetensorsFile(model.resolve("model.safetensors"));
  }

  /** θ − α (θ_tuned − θ) in float arithmetic, number by number. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 3})
  void whatAFineTuningTaughtIsSubtracted(double alpha) throws IOException {
    Path own = Golden.model("with-tokenizer");
    String tuned = tuned(own);
    Conversion done = negate(own.toString(), tuned, alpha, null);
    try (SafetensorsFile ours = weights(own);
        SafetensorsFile theirs = weights(Path.of(tuned));
        SafetensorsFile made = weights(folder.resolve("out"))) {
      assertThat(made.shapes().keySet())
          .containsExactlyInAnyOrderElementsOf(ours.shapes().keySet());
      for (String name : ours.shapes().keySet()) {
        double[] one = ours.doubles(name);
        double[] other = theirs.doubles(name);
        double[] expected = new double[one.length];
        for (int i = 0; i < one.length; i++) {
          float learned = (float) other[i] - (float) one[i];
          expected[i] = (float) one[i] - learned * (float) alpha;
        }
        assertThat(made.doubles(name)).as(name).containsExactly(expected);
      }
    }
    assertThat(done.rounded()).isZero();
    assertThat(done.negated()).isEqualTo(new Conversion.Negated(tuned, alpha));
    for (String file : List.of("tokenizer.json", "tokenizer_config.json", "config.json")) {
      assertThat(folder.resolve("out").resolve(file)).exists();
    }
    assertThat(Files.readString(folder.resolve("out/README.md")))
        .contains("what " + tuned + " learned beyond it: θ − α (θ_tuned − θ), α = ")
        .contains("Made by Engram");
  }

  /**
   * An adapter is a fine-tuning too. Its opposite with α = 1 is as far on the other side, and
   * weights that it doesn't touch stay, bit for bit, for any α.
   */
  @Test
  void anAdapterIsSubtractedFromItsBase() {
    Path base = Golden.path("llama/gqa-tied");
    String adapter = Golden.path("lora/all-linear").toString();
    negate(base.toString(), adapter, 1, base.toString());
    Path merged = folder.resolve("merged");
    ModelConverter.convert(adapter, base.toString(), merged, null, ProgressListener.NONE);
    Path odd = folder.resolve("odd");
    ModelConverter.negate(
        base.toString(), adapter, 0.3, base.toString(), odd, null, ProgressListener.NONE);
    int touched = 0;
    try (SafetensorsFile ours = weights(base);
        SafetensorsFile plus = weights(merged);
        SafetensorsFile minus = weights(folder.resolve("out"));
        SafetensorsFile other = weights(odd)) {
      for (String name : ours.shapes().keySet()) {
        double[] own = ours.doubles(name);
        double[] above = plus.doubles(name);
        double[] below = minus.doubles(name);
        for (int i = 0; i < own.length; i++) {
          assertThat(above[i] + below[i]).isCloseTo(2 * own[i], within(1e-6));
        }
        if (name.contains("_proj")) {
          assertThat(below).isNotEqualTo(own);
          touched++;
        } else {
          assertThat(other.doubles(name)).as(name).containsExactly(own);
        }
      }
    }
    assertThat(touched).isEqualTo(14);
  }

  @Test
  void modelsThatDoNotBelongTogetherAreRefusedAndNothingIsLeft() throws IOException {
    String own = Golden.path("llama/gqa-tied").toString();
    String other = Golden.path("llama/gqa-untied").toString();
    assertThatThrownBy(() -> negate(own, other, 1, null))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("gqa-untied wasn't fine-tuned from ")
        .hasMessageContaining("has shape [");
    assertThat(left()).isEmpty();
  }

  @Test
  void aFolderThatIsntFreeIsLeftAlone() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Files.writeString(out.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> convert(gguf("llama"), null))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("out is not empty; name a new or empty folder.");
    assertThat(out.resolve("notes.txt")).hasContent("mine");
    Files.delete(out.resolve("notes.txt"));
    assertThat(convert(gguf("llama"), null).folder()).isEqualTo(out);
    assertThat(out.resolve("model.safetensors")).exists();
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(
            () ->
                ModelConverter.convert(
                    gguf("llama").toString(), null, file, null, ProgressListener.NONE))
        .hasMessageContaining("file is a file; name a new or empty folder.");
  }

  @Test
  void leavingOnTheWayLeavesNothing() throws IOException {
    ProgressListener leaving =
        new ProgressListener() {
          @Override
          public void start(String what, long total, String unit) {
            assertThat(total).isEqualTo(21);
          }

          @Override
          public void advance(long done) {
            throw new IllegalStateException("left");
          }

          @Override
          public void finish() {}
        };
    assertThatThrownBy(
            () ->
                ModelConverter.convert(
                    gguf("llama").toString(), null, folder.resolve("out"), null, leaving))
        .hasMessage("left");
    assertThat(left()).isEmpty();
  }
}
