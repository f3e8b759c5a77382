package io.engram.model.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.checkpoint.gguf.GgufMetadata;
import io.engram.model.family.Family;
import io.engram.model.tensor.TensorFile;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import io.engram.testkit.Golden;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import io.engram.testkit.model.GgufBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile safetensors and GGUF files. */
class WeightsFuzzTest {
  private static final String HEADER =
      """
      {"__metadata__": {"format": "pt"},
       "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
       "b": {"dtype": "BF16", "shape": [], "data_offsets": [24, 26]},
       "none": {"dtype": "F16", "shape": [0, 4], "data_offsets": [26, 26]},
       "c": {"dtype": "F16", "shape": [3, 1, 1], "data_offsets": [26, 32]},
       "places": {"dtype": "I64", "shape": [2], "data_offsets": [32, 48]},
       "mask": {"dtype": "BOOL", "shape": [4], "data_offsets": [48, 52]}}
      """;

  private static final int DATA_BYTES = 52;

  @TempDir Path folder;

  @BeforeAll
  static void load() {
    Torch.load();
  }

  @Test
  void safetensorsHeaders() throws Exception {
    JsonMutator headers = new JsonMutator(HEADER);
    Fuzz.run(
        "safetensors header",
        2,
        safetensors(HEADER.getBytes(StandardCharsets.UTF_8)),
        random -> safetensors(headers.next(random)),
        this::readSafetensors);
  }

  @Test
  void safetensorsBytes() throws Exception {
    byte[] valid = safetensors(HEADER.getBytes(StandardCharsets.UTF_8));
    Fuzz.run(
        "safetensors bytes",
        2,
        valid,
        new ByteMutator(valid, valid.length - DATA_BYTES),
        this::readSafetensors);
  }

  @Test
  void ggufBytes() throws Exception {
    GgufBytes llama = GgufBytes.llama().layers(2);
    Fuzz.run(
        "GGUF bytes",
        4,
        llama.bytes(),
        new ByteMutator(llama.bytes(), llama.headerSize()),
        this::readGguf);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gemma3", "llama3", "llama-q8_0", "phi3-longrope", "smollm3", "gptneox", "gpt2"})
  void ggufFamilies(String name) throws Exception {
    byte[] valid = Files.readAllBytes(Golden.path("gguf/" + name + "/model.gguf"));
    // Settings come before the vocabulary, which takes most of the header.
    Fuzz.run("GGUF " + name, 0.5, valid, new ByteMutator(valid, 2048), this::readGguf);
  }

  @Test
  void ggufBlocks() throws Exception {
    byte[] valid = Files.readAllBytes(Golden.path("gguf/blocks.gguf"));
    Fuzz.run("GGUF blocks", 1, valid, new ByteMutator(valid, 1024), this::readGgufHeader);
  }

  private static byte[] safetensors(byte[] header) {
    return ByteBuffer.allocate(8 + header.length + DATA_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private void readSafetensors(byte[] bytes) throws IOException {
    try (SafetensorsFile file = new SafetensorsFile(write("x.safetensors", bytes))) {
      assertThat(readTensors(file)).isLessThanOrEqualTo(bytes.length);
    }
  }

  private void readGguf(byte[] bytes) throws IOException {
    try (GgufFile file = new GgufFile(write("x.gguf", bytes))) {
      readSettings(file.metadata());
      Family.readAny(file.config(), "x.gguf");
      // Two bits are the least that a number takes; its float32 takes 32.
      assertThat(readTensors(file)).isLessThanOrEqualTo(16L * bytes.length);
    }
  }

  private void readGgufHeader(byte[] bytes) throws IOException {
    readSettings(GgufMetadata.read(write("x.gguf", bytes)));
  }

  /** How many bytes all tensors have. */
  private static long readTensors(TensorFile file) {
    long bytes = 0;
    for (String name : file.shapes().keySet()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor tensor = file.tensor(name);
        assertThat(Tensors.toDoubles(tensor)).hasSize((int) tensor.numel());
        bytes += tensor.nbytes();
      } catch (EngramException e) {
        // Tensors of formats that no weight has are told of when they're asked for.
        assertThat(e).hasMessageContaining("number format");
      }
    }
    return bytes;
  }

  private static void readSettings(GgufMetadata metadata) {
    List<Consumer<String>> readings =
        List.of(
            metadata::whole,
            metadata::real,
            metadata::flag,
            metadata::text,
            metadata::texts,
            metadata::wholes,
            metadata::reals,
            metadata::flags);
    for (String key : metadata.keys()) {
      for (Consumer<String> reading : readings) {
        try {
          reading.accept(key);
        } catch (EngramException e) {
          assertThat(e).hasMessageContaining("is damaged");
        }
      }
    }
  }
}
