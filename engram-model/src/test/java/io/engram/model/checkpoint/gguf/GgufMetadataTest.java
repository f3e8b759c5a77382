package io.engram.model.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import io.engram.testkit.model.GgufBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Settings of every type, and the config.json that they stand for. */
class GgufMetadataTest {
  private static final long[] EMBEDDING = {3, 4};

  @TempDir Path folder;

  private GgufMetadata read(GgufBytes bytes) throws IOException {
    return GgufMetadata.read(Files.write(folder.resolve("x.gguf"), bytes.bytes()));
  }

  private ObjectNode config(GgufBytes bytes) throws IOException {
    Path path = Files.write(folder.resolve("x.gguf"), bytes.bytes());
    try (GgufFile file = new GgufFile(path)) {
      return file.config();
    }
  }

  private static GgufBytes llama() {
    return GgufBytes.llama(4, 8, 2, 1).tensor("token_embd.weight", EMBEDDING, new float[12]);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void numbersOfEveryWidth() throws IOException {
    GgufMetadata metadata =
        read(
            new GgufBytes()
                .setting("u8", 0, bytes(200))
                .setting("i8", 1, bytes(200))
                .setting("u16", 2, bytes(0xFE, 0xFF))
                .setting("i16", 3, bytes(0xFE, 0xFF))
                .uint32("u32", -2)
                .setting("i32", 5, bytes(0xFE, 0xFF, 0xFF, 0xFF))
                .setting("i64", 11, bytes(0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF))
                .float32("f32", 1e-5f)
                .setting("f64", 12, bytes(0, 0, 0, 0, 0, 0, 0xE8, 0x3F))
                .setting("yes", 7, bytes(1)));
    assertThat(metadata.whole("u8")).hasValue(200);
    assertThat(metadata.whole("i8")).hasValue(-56);
    assertThat(metadata.whole("u16")).hasValue(65_534);
    assertThat(metadata.whole("i16")).hasValue(-2);
    assertThat(metadata.whole("u32")).hasValue(4_294_967_294L);
    assertThat(metadata.whole("i32")).hasValue(-2);
    assertThat(metadata.whole("i64")).hasValue(-2);
    // The decimal that was meant, not 9.999999747378752E-6.
    assertThat(metadata.real("f32")).hasValue(1e-5);
    assertThat(metadata.real("f64")).hasValue(0.75);
    assertThat(metadata.real("u8")).hasValue(200);
    assertThat(metadata.flag("yes")).isTrue();
    assertThat(metadata.whole("none")).isEmpty();
    assertThat(metadata.real("none")).isEmpty();
    assertThat(metadata.flag("none")).isNull();
    assertThat(metadata.keys()).startsWith("u8", "i8").hasSize(10);
  }

  @Test
  void textsAndListsAreReadWhenAskedFor() throws IOException {
    GgufMetadata metadata =
        read(
            new GgufBytes()
                .text("text", "{{ ü }}")
                .texts("tokens", "a", "", "▁b")
                .list("types", 5, 2, bytes(1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF))
                .list("scores", 6, 1, bytes(0, 0, 0xC0, 0xBF))
                .list("pattern", 7, 2, bytes(1, 0)));
    assertThat(metadata.text("text")).isEqualTo("{{ ü }}");
    assertThat(metadata.texts("tokens")).containsExactly("a", "", "▁b");
    assertThat(metadata.wholes("types")).containsExactly(1, -1);
    assertThat(metadata.reals("types")).containsExactly(1, -1);
    assertThat(metadata.reals("scores")).containsExactly(-1.5);
    assertThat(metadata.flags("pattern")).containsExactly(true, false);
    assertThat(metadata.text("none")).isNull();
    assertThat(metadata.texts("none")).isEmpty();
    assertThat(metadata.wholes("none")).isEmpty();
    assertThat(metadata.reals("none")).isEmpty();
    assertThat(metadata.flags("none")).isEmpty();
  }

  @Test
  void anotherTypeThanTheOneAskedForIsNamed() throws IOException {
    GgufMetadata metadata =
        read(
            new GgufBytes()
                .text("text", "x")
                .texts("tokens", "a")
                .uint32("number", 1)
                .list("long", 0, 5_000_000, new byte[5_000_000]));
    assertFault(() -> metadata.whole("text"), "setting text is not a whole number");
    assertFault(() -> metadata.real("tokens"), "setting tokens is not a number");
    assertFault(() -> metadata.flag("number"), "setting number is not true or false");
    assertFault(() -> metadata.text("number"), "setting number is not a text");
    assertFault(() -> metadata.texts("text"), "setting text is not a list of texts");
    assertFault(() -> metadata.wholes("tokens"), "setting tokens is not a list of whole numbers");
    assertFault(() -> metadata.wholes("long"), "setting long is not a list of at most 4194304");
  }

  private static void assertFault(Runnable reading, String message) {
    assertThatThrownBy(reading::run)
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.gguf")
        .hasMessageContaining(message);
  }

  @Test
  void aScalingIsReadAsLlamaCppReadsIt() throws IOException {
    String factor = "llama.rope.scaling.factor";
    String type = "llama.rope.scaling.type";
    assertThat(config(llama()).has("rope_scaling")).isFalse();
    JsonNode untyped = config(llama().float32(factor, 2.5f)).path("rope_scaling");
    assertThat(untyped.path("rope_type").asString()).isEqualTo("linear");
    assertThat(untyped.path("factor").doubleValue()).isEqualTo(2.5);
    ObjectNode off = config(llama().float32(factor, 2.5f).text(type, "none"));
    assertThat(off.has("rope_scaling")).isFalse();
  }

  @Test
  void sizesOfEachLayerMustBeEqual() throws IOException {
    byte[] two = bytes(2, 0, 0, 0, 2, 0, 0, 0);
    GgufBytes equal =
        new GgufBytes().text("general.architecture", "qwen2").list("qwen2.block_count", 4, 2, two);
    assertFault(() -> config2(equal), "qwen2.embedding_length is missing; ");
    byte[] other = bytes(2, 0, 0, 0, 3, 0, 0, 0);
    GgufBytes different =
        new GgufBytes()
            .text("general.architecture", "qwen2")
            .list("qwen2.block_count", 4, 2, other);
    assertFault(() -> config2(different), "qwen2.block_count differs from layer to layer");
  }

  private void config2(GgufBytes bytes) {
    try {
      config(bytes.tensor("token_embd.weight", EMBEDDING, new float[12]));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void endTokensAreTheVocabularysOwnAndTheTurns() throws IOException {
    ObjectNode config =
        config(
            llama()
                .uint32("tokenizer.ggml.eos_token_id", 2)
                .uint32("tokenizer.ggml.eot_token_id", 0)
                .uint32("tokenizer.ggml.bos_token_id", 1));
    assertThat(config.path("eos_token_id").toString()).isEqualTo("[2,0]");
    assertThat(config.path("bos_token_id").intValue()).isEqualTo(1);
    assertThat(config.path("pad_token_id").isNull()).isTrue();
  }

  @Test
  void aConfigBesideAddsWhatGgufFilesDontStore() {
    ObjectNode beside = JsonMapper.shared().createObjectNode();
    beside.put("model_type", "mistral").put("sliding_window", 7).put("rope_theta", 3.0);
    beside.put("pad_token_id", 5);
    beside.putObject("rope_scaling").put("rope_type", "linear");
    try (GgufFile file = new GgufFile(Golden.path("gguf/mistral/model.gguf"))) {
      ObjectNode merged = file.config(beside, "config.json");
      assertThat(merged.path("model_type").asString()).isEqualTo("mistral");
      assertThat(merged.path("sliding_window").intValue()).isEqualTo(7);
      assertThat(merged.path("pad_token_id").intValue()).isEqualTo(5);
      assertThat(merged.path("rope_theta").doubleValue()).isEqualTo(10_000);
      assertThat(merged.has("rope_scaling")).isFalse();
      assertThat(merged.has("architectures")).isFalse();
    }
  }
}
