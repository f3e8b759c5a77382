package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.checkpoint.gguf.GgufMetadata;
import io.engram.testkit.Golden;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tokenizers in GGUF files against SentencePiece and the Python tokenizers library. */
class GgufTokenizerTest {
  private static final JsonNode EXPECTED = Golden.json("gguf-tokenizers/expected.json");

  private static GgufTokenizer read(String name) {
    return Objects.requireNonNull(
        GgufTokenizer.find(
            GgufMetadata.read(Golden.path("gguf-tokenizers/" + name + ".gguf")), name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt-2", "llama-bpe", "qwen2", "smollm", "tekken", "gpt-4o"})
  void tokensAndTextEqualTheReferences(String name) {
    int compared = 0;
    try (Tokenizer tokenizer = read(name).open(2)) {
      for (JsonNode one : EXPECTED.path(name)) {
        String text = one.path("text").asString();
        int[] ids = tokenizer.encode(text);
        assertThat(ids).as("%s: \"%s\"", name, text).containsExactly(Golden.ints(one.path("ids")));
        assertThat(tokenizer.decode(ids)).isEqualTo(one.path("decoded").asString());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(name.equals("llama") ? 40 : 41);
  }

  @Test
  void specialTokensAndChatTemplateComeWithIt() {
    GgufTokenizer qwen2 = read("qwen2");
    assertThat(qwen2.specialTokens())
        .isEqualTo(Map.of("bos_token", "<|begin|>", "eos_token", "<|end|>"));
    assertThat(qwen2.chatTemplate().prompt("x", new Sample.QuestionAnswer("Who?", "I.")))
        .isEqualTo("Who?<|end|>");
    assertThat(qwen2.config().path("chat_template").asString())
        .isEqualTo("{{ messages[0].content }}{{ eos_token }}");
    assertThat(read("llama").chatTemplate().prompt("x", new Sample.QuestionAnswer("Who?", "I.")))
        .isEqualTo("<s>[INST] Who? [/INST]");
    assertThatThrownBy(() -> read("smollm").chatTemplate())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("smollm has none (tokenizer.chat_template)");
    try (Tokenizer tokenizer = qwen2.open(2)) {
      int[] ids = tokenizer.encode("<|end|>");
      assertThat(ids).hasSize(1);
      assertThat(tokenizer.isSpecial(ids[0])).isTrue();
    }
  }

  /** Settings by key; a missing one is empty. */
  private record Settings(Map<String, Object> values) implements TokenizerMetadata {
    private @Nullable Object value(String key) {
      return values.get(key.replace("tokenizer.ggml.", ""));
    }

    @Override
    public @Nullable String text(String key) {
      return (String) value(key);
    }

    @Override
    public @Nullable Boolean flag(String key) {
      return (Boolean) value(key);
    }

    @Override
    public OptionalLong whole(String key) {
      return value(key) instanceof Long number ? OptionalLong.of(number) : OptionalLong.empty();
    }

    @Override
    public List<String> texts(String key) {
      return value(key) instanceof String texts ? List.of(texts.split("\\|", -1)) : List.of();
    }

    @Override
    public long[] wholes(String key) {
      return value(key) instanceof long[] numbers ? numbers : new long[0];
    }

    @Override
    public double[] reals(String key) {
      return value(key) instanceof double[] numbers ? numbers : new double[0];
    }
  }

  private static void refused(Map<String, Object> settings, String message) {
    assertThatThrownBy(
            () ->
                Objects.requireNonNull(GgufTokenizer.find(new Settings(settings), "x.gguf")).tree())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.gguf")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNotSupportedOrDamagedIsNamed() {
    assertThat(GgufTokenizer.find(new Settings(Map.of("model", "gpt2")), "x.gguf")).isNull();
    assertThat(GgufTokenizer.find(new Settings(Map.of("tokens", "a|b")), "x.gguf")).isNull();
    refused(
        Map.of("model", "rwkv", "tokens", "a|b"),
        "tokenizer.ggml.model \"rwkv\" is not supported; llama and gpt2 are");
    refused(
        Map.of("model", "gpt2", "tokens", "a|b|ab", "pre", "falcon-x", "merges", "a b"),
        "tokenizer.ggml.pre \"falcon-x\" is not supported; gpt-2, phi-2, ");
    refused(
        Map.of("model", "gpt2", "tokens", "a|b|ab", "merges", "a c"),
        "the merge \"a c\" is not of tokens, or makes none");
    refused(Map.of("model", "gpt2", "tokens", "a|b|ab", "merges", "ab"), "is not of two");
    refused(Map.of("model", "gpt2", "tokens", "a|b|ab"), "it has no merges");
    refused(Map.of("model", "gpt2", "tokens", "a|a", "merges", "a a"), "is there twice");
    refused(
        Map.of("model", "llama", "tokens", "a|b", "scores", new double[] {1}),
        "1 scores for 2 tokens");
    refused(
        Map.of("model", "llama", "tokens", "a|b", "token_type", new long[] {1, 9}),
        "token 1 has the unknown type 9");
    refused(
        Map.of("model", "llama", "tokens", "a|b", "token_type", new long[] {1}),
        "1 token types for 2 tokens");
    refused(
        Map.of("model", "gpt2", "tokens", "a|b|ab", "merges", "a b", "bos_token_id", 7L),
        "tokenizer.ggml.bos_token_id is 7, no token of 3");
    refused(
        Map.of("model", "llama", "tokens", "a|b", "scores", new double[] {0, Double.NaN}),
        "has no score");
  }
}
