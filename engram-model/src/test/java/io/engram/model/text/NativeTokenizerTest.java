package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of a tokenizer.json that the library ends badly over, or in words of its own. */
class NativeTokenizerTest {
  private static byte[] replaced(String name, String what, String by) throws IOException {
    String json = Files.readString(Golden.path(name).resolve("tokenizer.json"));
    String damaged = json.replaceFirst(what, Matcher.quoteReplacement(by));
    if (damaged.equals(json)) {
      throw new AssertionError(name + " has no " + what);
    }
    return damaged.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"version\"|\"\\ud800\"|surrogate",
        "\"version\" *: *\"1.0\"|\"version\":1e999|it has the number 1e999",
        "\"special_tokens\"|\"others\"|names the special token",
      })
  void isRefusedWhenItIsOpened(String what, String by, String why) throws IOException {
    byte[] json = replaced("encoder/toxic-bert", what, by);
    assertThatThrownBy(() -> NativeTokenizer.open(json, "a/tokenizer.json").close())
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("a/tokenizer.json is not a tokenizer: ")
        .hasMessageContaining(why);
  }

  /** The word list has another word in the place of the one for unknown words. */
  @Test
  void aMissingWordForUnknownWordsIsTold() throws IOException {
    byte[] json = replaced("encoder/toxic-bert", "\"\\[UNK\\]\" *: *\\d+", "\"[OTHER]\":100");
    try (HuggingFaceTokenizer tokenizer = NativeTokenizer.open(json, "a/tokenizer.json")) {
      assertThatThrownBy(
              () -> NativeTokenizer.encode(tokenizer, "\u4e2d", true, "a/tokenizer.json"))
          .isInstanceOf(EngramException.class)
          .hasMessageStartingWith("a/tokenizer.json can't tokenise a text: ");
    }
  }

  @Test
  void aTokenBeyondAllNumbersIsTold() throws IOException {
    byte[] json = replaced("llama/with-tokenizer", "\"a\" *: *\\d+", "\"a\":4294967295");
    try (HuggingFaceTokenizer tokenizer = NativeTokenizer.open(json, "a/tokenizer.json")) {
      assertThatThrownBy(() -> NativeTokenizer.encode(tokenizer, "a", true, "a/tokenizer.json"))
          .isInstanceOf(EngramException.class)
          .hasMessage("a/tokenizer.json gives the token 4294967295, which no model has");
    }
  }

  /** A trie of 256 units that replaces "a" by "b", with a unit and the replacements changed. */
  private static byte[] charsMap(int place, int unit, String replacements) {
    int[] units = new int[256];
    units['a'] = ('a' ^ 200) << 10 | LEAF | 'a';
    units[place] = unit;
    byte[] text = replacements.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * units.length + text.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putInt(4 * units.length);
    for (int one : units) {
      bytes.putInt(one);
    }
    return bytes.put(text).array();
  }

  private static final int LEAF = 1 << 8;

  private static byte[] withNormalizer(String normalizer) throws IOException {
    return replaced(
        "llama/with-tokenizer", "\"normalizer\" *: *null", "\"normalizer\":" + normalizer);
  }

  private static String precompiled(byte[] map) {
    return "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"%s\"}"
        .formatted(Base64.getEncoder().encodeToString(map));
  }

  @Test
  void replacementsAreApplied() throws IOException {
    byte[] json = withNormalizer(precompiled(charsMap(0, 0, "b\0")));
    try (HuggingFaceTokenizer tokenizer = NativeTokenizer.open(json, "x")) {
      assertThat(NativeTokenizer.encode(tokenizer, "a", true, "x").getIds())
          .isEqualTo(NativeTokenizer.encode(tokenizer, "b", true, "x").getIds());
    }
  }

  /** The library would abort the process: at the first text, or when it opens the file. */
  @Test
  void damagedReplacementsAreRefused() throws IOException {
    byte[] whole = charsMap(0, 0, "b\0");
    Map<String, String> normalizers =
        Map.of(
            precompiled(Arrays.copyOf(whole, 900)),
            "its trie is cut short",
            precompiled(new byte[0]),
            "its trie is cut short",
            precompiled(charsMap(0, 256 << 10, "b\0")),
            "its trie leads beyond its end",
            precompiled(charsMap('a', 1 << 9 | 1 << 10 | LEAF | 'a', "b\0")),
            "its trie leads beyond its end",
            precompiled(charsMap(200, 3, "b\0")),
            "names a replacement that isn't there",
            precompiled(charsMap(200, 1, "\u00c3\u00a4\0")),
            "names a replacement that isn't there",
            precompiled(charsMap(0, 0, "\u00ff\0")),
            "its replacements are not UTF-8",
            "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Precompiled\"}]}",
            "its trie is cut short",
            "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAA\"}",
            "is not Base64");
    for (Map.Entry<String, String> one : normalizers.entrySet()) {
      byte[] json = withNormalizer(one.getKey());
      assertThatThrownBy(() -> NativeTokenizer.open(json, "a/tokenizer.json").close())
          .isInstanceOf(EngramException.class)
          .hasMessageStartingWith("a/tokenizer.json is not a tokenizer: ")
          .hasMessageContaining(one.getValue());
    }
  }

  /** The library cuts the mark off, and aborts the process where there is less to cut. */
  @Test
  void mergesShorterThanTheMarkAreRefused() throws IOException {
    byte[] json =
        replaced(
            "llama/with-tokenizer",
            "\"continuing_subword_prefix\" *: *(null|\"\")",
            "\"continuing_subword_prefix\":\"##########\"");
    assertThatThrownBy(() -> NativeTokenizer.open(json, "a/tokenizer.json").close())
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "a/tokenizer.json is not a tokenizer: its merges are shorter than the"
                + " continuing_subword_prefix");
  }
}
