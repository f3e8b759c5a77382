package io.engram.model.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.tensor.Torch;
import io.engram.testkit.model.GgufBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** GGUF files that are cut, lie, or hold what can't be read. */
@Timeout(300)
class GgufDamageTest {
  private static final String Q = "blk.0.attn_q.weight";
  private static final String EMBEDDING = "token_embd.weight";
  private static final String NORM = "output_norm.weight";
  private static final long HUGE = 1L << 62;

  @TempDir Path folder;

  private static GgufBytes llama() {
    return GgufBytes.llama();
  }

  private static byte[] text(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  private static long[] shape(long... sizes) {
    return sizes;
  }

  private static GgufBytes whole() {
    return llama().tensor(NORM, shape(4), 1, 2, 3, 4).tensor(Q, 8, shape(4, 32), new byte[4 * 34]);
  }

  /** A list of one list of one list … */
  private static byte[] nested(int depth) {
    ByteBuffer lists = ByteBuffer.allocate(12 * depth).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < depth; i++) {
      lists.putInt(9).putLong(1);
    }
    return lists.array();
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("x.gguf"), bytes);
  }

  private static void readAll(Path path) {
    try (GgufFile file = new GgufFile(path);
        PointerScope scope = new PointerScope()) {
      file.shapes().keySet().forEach(file::tensor);
    }
  }

  static Stream<Arguments> files() {
    GgufBytes truncated = llama().entry(NORM, 0, shape(4), 64);
    return Stream.of(
        Arguments.of(llama().magic(0x46464952), "doesn't begin as a GGUF file does"),
        Arguments.of(llama().version(1), "is GGUF version 1; versions 2 and 3 can be read"),
        Arguments.of(llama().version(0x03000000), "is a big-endian GGUF file"),
        Arguments.of(llama().claimSettings(HUGE), "its header claims 4611686018427387914 settings"),
        Arguments.of(llama().claimSettings(-11), "its header claims 18446744073709551615 settings"),
        Arguments.of(llama().claimSettings(3), "is damaged: setting 12 of 13: the name at byte"),
        Arguments.of(llama().claimTensors(HUGE), "its header claims 4611686018427387905 tensors"),
        Arguments.of(llama().claimTensors(1), "is damaged: tensor  has 0 sizes"),
        Arguments.of(
            llama().list("x", 4, HUGE, new byte[8]),
            "setting x takes 4 times 4611686018427387904 bytes from byte"),
        Arguments.of(llama().list("x", 8, HUGE, new byte[64]), "setting x takes"),
        Arguments.of(
            llama().list("x", 8, -1, new byte[0]), "setting x claims 18446744073709551615 texts"),
        Arguments.of(llama().list("x", 9, 1, new byte[16]), "setting x is a list of lists"),
        Arguments.of(llama().setting("x", 13, new byte[4]), "setting x has the unknown type 13"),
        Arguments.of(
            llama().setting("x", 8, text(-1)), "setting x takes 18446744073709551615 bytes"),
        Arguments.of(
            llama().setting("x", 8, text(1L << 60)), "setting x takes 1152921504606846976 bytes"),
        Arguments.of(
            llama().list("x", 8, 2, text(1L << 60)), "setting x takes 1152921504606846976 bytes"),
        Arguments.of(llama().uint32("x", 1).uint32("x", 2), "it has the setting x twice"),
        Arguments.of(llama().list("x", 9, HUGE, nested(1000)), "setting x is a list of lists"),
        Arguments.of(
            llama().entry("a".repeat(70_000), 0, shape(4), 0),
            "claims 70000 bytes; 65535 are allowed"),
        Arguments.of(llama().entry(NORM, 0, shape(), 0), "has 0 sizes"),
        Arguments.of(llama().entry(NORM, 0, shape(1, 1, 1, 1, 1), 0), "has 5 sizes"),
        Arguments.of(llama().entry(NORM, 0, shape(0), 0), "has an impossible size 0"),
        Arguments.of(
            llama().entry(NORM, 0, shape(HUGE, 4), 0),
            "has an impossible size 4611686018427387904"),
        Arguments.of(
            llama().entry(NORM, 0, shape(-1), 0), "has an impossible size 18446744073709551615"),
        Arguments.of(llama().entry(Q, 8, shape(2, 33), 0), "rows of 33 numbers"),
        Arguments.of(llama().entry(NORM, 0, shape(4), 1), "begins at byte 1 of the data"),
        Arguments.of(llama().entry(NORM, 0, shape(4), -32), "no multiple of 32"),
        Arguments.of(truncated, "the file is truncated"),
        Arguments.of(llama().entry(NORM, 0, shape(4), HUGE), "the file is truncated"),
        Arguments.of(
            llama().tensor(NORM, shape(16), new float[16]).entry(Q, 0, shape(4), 96),
            "tensors output_norm.weight and blk.0.attn_q.weight overlap"),
        Arguments.of(
            llama().tensor(NORM, shape(1), 1).tensor(NORM, shape(1), 1),
            "it has two tensors output_norm.weight"),
        Arguments.of(
            llama().uint32("general.alignment", 24), "general.alignment is 24, no power of two"),
        Arguments.of(llama().uint32("general.alignment", 0), "general.alignment is 0"),
        Arguments.of(
            GgufBytes.llama(4, 8, 0, 1).tensor(EMBEDDING, shape(3, 4), new float[12]),
            "llama.attention.head_count 0 isn't a whole number from 1"),
        Arguments.of(
            llama().tensor(Q, shape(3, 1), 1, 2, 3), "attn_q.weight has 3 rows for 2 heads"),
        Arguments.of(
            llama().entry(Q, 23, shape(4, 256), 0),
            "attn_q.weight has the number format IQ4_XS; F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0,"
                + " Q2_K"),
        Arguments.of(llama().entry(Q, 99, shape(4, 32), 0), "has the number format number 99"),
        Arguments.of(
            new GgufBytes().text("general.architecture", "mamba"),
            "general.architecture \"mamba\" is not supported; supported: llama"),
        Arguments.of(
            new GgufBytes().uint32("general.architecture", 1),
            "setting general.architecture is not a text"),
        Arguments.of(new GgufBytes(), "general.architecture is missing"),
        Arguments.of(
            llama().setting("split.count", 2, new byte[] {3, 0}), "is one of 3 parts of a model"),
        Arguments.of(
            llama().tensor("rope_freqs.weight", shape(1), 3),
            "rope_freqs.weight divides rotary frequency 0 by 3.0"),
        Arguments.of(
            llama().tensor("blk.0.attn_q_norm.weight", shape(1), 1),
            "blk.0.attn_q_norm.weight isn't a weight of architecture llama"),
        Arguments.of(
            llama().tensor("blk.99999999999.attn_q.weight", shape(1), 1),
            "isn't a weight of architecture llama"),
        Arguments.of(GgufBytes.llama(4, 8, 2, 1), "it has no tensor token_embd.weight"),
        Arguments.of(
            llama().uint32("llama.expert_count", 8), "llama.expert_count is not supported"),
        Arguments.of(
            llama().uint32("llama.attention.key_length", 2).uint32("llama.rope.dimension_count", 1),
            "llama.rope.dimension_count is 1 of 2 numbers of a head"),
        Arguments.of(
            llama().uint32("tokenizer.ggml.eos_token_id", 3),
            "tokenizer.ggml.eos_token_id is 3, which isn't a token of the vocabulary of 3"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void faultsAreNamed(GgufBytes file, String message) throws IOException {
    Path path = write(file.bytes());
    assertThatThrownBy(() -> new GgufFile(path).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.gguf")
        .hasMessageContaining(message);
  }

  @Test
  void truncationAnywhereIsNoticed() throws IOException {
    byte[] whole = whole().bytes();
    assertThatCode(() -> readAll(write(whole))).doesNotThrowAnyException();
    for (int length = 0; length < whole.length; length++) {
      Path path = write(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> new GgufFile(path).close())
          .as("%d bytes", length)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("is damaged");
    }
  }

  /**
   * Each byte of the header in turn is changed: the file opens or its fault is named, nothing else.
   */
  @Test
  void noChangedByteDoesHarm() throws IOException {
    Torch.load();
    byte[] whole = whole().bytes();
    int header = whole().headerSize();
    int opened = 0;
    for (int at = 0; at < header; at++) {
      for (int value : new int[] {0, 0xFF, whole[at] ^ 1}) {
        byte[] changed = whole.clone();
        changed[at] = (byte) value;
        try {
          readAll(write(changed));
          opened++;
        } catch (EngramException e) {
          assertThat(e).hasMessageContaining("x.gguf");
        }
      }
    }
    assertThat(opened).isPositive();
  }

  /** Two million texts are passed over, not kept. */
  @Test
  void aLongListTakesLittle() throws IOException {
    byte[] texts = new byte[16_000_000];
    Path path = write(llama().list("x", 8, texts.length / 8, texts).bytes());
    assertThatCode(() -> readAll(path)).doesNotThrowAnyException();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> new GgufFile(folder.resolve("none.gguf")).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("none.gguf: no such file; a GGUF file is needed here.");
  }
}
