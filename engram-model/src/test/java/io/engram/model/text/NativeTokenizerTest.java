package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
      assertThatThrownBy(() -> NativeTokenizer.encode(tokenizer, "\u4e2d", true, "a/tokenizer.json"))
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
}
