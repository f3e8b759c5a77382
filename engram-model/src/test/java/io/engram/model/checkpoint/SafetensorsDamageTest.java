package io.engram.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Safetensors files and indexes whose headers lie. */
class SafetensorsDamageTest {
  @TempDir Path folder;

  private Path write(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    return Files.write(folder.resolve("x.safetensors"), buffer.array());
  }

  private void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> new SafetensorsFile(path).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|0|its header isn't a JSON object",
        "{\"a\":5}|0|has the number format ?",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}|4|a has an impossible shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|4|an impossible shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}|4|an impossible"
            + " shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}|4|has no valid place",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}|8|has no valid place",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,1e30]}}|8|has no valid place",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8|begins at byte 4 of the"
            + " data where the one before it ends at 0",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|b begins at byte 0"
            + " of the data where the one before it ends at 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|its header isn't"
            + " valid JSON: Duplicate",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483648,2147483648,4],\"data_offsets\":[0,4]}}|4"
            + "|a has an impossible shape",
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,4]}}|4|a has 4 bytes where its"
            + " shape takes 2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|6|its tensors end at byte"
            + " 4 of the data, which has 6",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}}|4|its header isn't valid"
            + " JSON"
      })
  void lyingHeadersAreNamed(String header, int dataBytes, String message) throws IOException {
    assertRefused(write(header, dataBytes), message);
  }

  @Test
  void lyingHeaderLengthsAreNamed() throws IOException {
    for (long claimed : new long[] {-1, 0, 1, 93, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteBuffer buffer = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
      Path path = folder.resolve("x.safetensors");
      Files.write(path, buffer.putLong(0, claimed).array());
      assertRefused(path, "its header claims " + claimed + " bytes; the file has 100 in all");
    }
  }

  @Test
  void deeplyNestedHeadersAreNamed() throws IOException {
    assertRefused(write("[".repeat(1_000_000), 0), "its header isn't valid JSON");
  }

  @Test
  void emptyAndSingleNumbersAreRead() throws IOException {
    Torch.load();
    Path path =
        write(
            "{\"one\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]}}",
            4);
    try (SafetensorsFile file = new SafetensorsFile(path);
        PointerScope scope = new PointerScope()) {
      assertThat(Tensors.toDoubles(file.tensor("one"))).containsExactly(0);
      assertThat(Tensors.shape(file.tensor("none"))).containsExactly(0, 3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|isn't valid JSON",
        "[]|names no shard for a and 1 other weights.",
        "{\"weight_map\":{\"a\":\"s.safetensors\"}}|names no shard for b.",
        "{\"weight_map\":{\"a\":\"../s.safetensors\",\"b\":\"s\"}}|is not a file of this folder",
        "{\"weight_map\":{\"a\":\"/s.safetensors\",\"b\":\"s\"}}|is not a file of this folder",
        "{\"weight_map\":{\"a\":\"s\\u0000\",\"b\":\"s\"}}|\"s␀\" is not a file of this folder",
        "{\"weight_map\":{\"a\":\"s.safetensors\",\"b\":\"s\"}}|s.safetensors: no such file"
      })
  void lyingIndexesAreNamed(String index, String message) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("a", new long[] {1});
    shapes.put("b", new long[] {1});
    assertThatThrownBy(() -> WeightFiles.read(folder, shapes, null, Device.CPU).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void indexesOfThousandsOfFilesAreNamed() throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    Map<String, String> files = new LinkedHashMap<>();
    for (int i = 0; i < 5000; i++) {
      shapes.put("w" + i, new long[] {1});
      files.put("w" + i, i + ".safetensors");
    }
    JsonMapper.shared()
        .writeValue(
            folder.resolve("model.safetensors.index.json").toFile(), Map.of("weight_map", files));
    assertThatThrownBy(() -> WeightFiles.read(folder, shapes, null, Device.CPU).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("names 5000 files; at most 4096 can be open at once.");
  }

  @Test
  void settingsOfAbsurdSizeOrDepthAreNamed() throws IOException {
    Path file = folder.resolve("config.json");
    try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    assertUnread(file, "has more than 67108864 bytes, far more than settings take.");
    Files.writeString(file, "{\"a\":".repeat(100_000));
    assertUnread(file, "isn't valid JSON: ");
    Files.writeString(file, "{\"a\":" + "7".repeat(1_000_000) + "}");
    assertUnread(file, "isn't valid JSON: ");
    Files.delete(file);
    assertUnread(file, "could not be read: ");
  }

  private static void assertUnread(Path file, String message) {
    assertThatThrownBy(() -> SettingsFile.read(file))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void weightsOfAnotherModelAreNamed() {
    Torch.load();
    Path model = Golden.path("llama/gqa-tied");
    assertThatThrownBy(
            () ->
                WeightFiles.read(model, Map.of("a.weight", new long[] {1}), null, Device.CPU)
                    .close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("has no weight a.weight, which config.json asks for");
    assertThatThrownBy(
            () ->
                WeightFiles.read(
                        model, Map.of("model.norm.weight", new long[] {33}), null, Device.CPU)
                    .close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("weight model.norm.weight has shape [32]; config.json asks for [33]");
  }
}
