package io.engram.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(json.length).put(json);
    return Files.write(folder.resolve("x.safetensors"), buffer.array());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|4|the file is truncated",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|8|has 8 bytes where its"
            + " shape takes 12",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}|8|an impossible shape",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}|0|an"
            + " impossible shape",
        "{\"a\":{\"dtype\":\"I8\",\"shape\":[9],\"data_offsets\":[0,8]}}|8|has 8 bytes where its"
            + " shape takes 9",
        "{\"a\":{\"dtype\":\"I7\",\"shape\":[8],\"data_offsets\":[0,8]}}|8|has the number format"
            + " I7",
        "{\"a\":|0|its header isn't valid JSON"
      })
  void damagedHeadersAreNamed(String header, int dataBytes, String message) throws IOException {
    Path path = file(header, dataBytes);
    assertThatThrownBy(() -> new SafetensorsFile(path).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("x.safetensors")
        .hasMessageContaining(message);
  }

  @Test
  void tensorsThatAreNoWeightsArePassedOverAndNamedWhenAskedFor() throws IOException {
    Torch.load();
    Path path =
        file(
            "{\"position_ids\":{\"dtype\":\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}",
            20);
    try (SafetensorsFile file = new SafetensorsFile(path)) {
      assertThat(file.doubles("w")).containsExactly(0);
      assertThatThrownBy(() -> file.doubles("position_ids"))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("tensor position_ids has the number format I64; F64, F32, F16");
    }
  }

  @Test
  void truncationAnywhereIsNoticed() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("llama/gqa-tied/model.safetensors"));
    for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
      Path path = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> new SafetensorsFile(path).close())
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("is damaged");
    }
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> new SafetensorsFile(folder.resolve("none.safetensors")).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("none.safetensors: no such file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "consolidated.00.pth"})
  void aPickleIsRefusedWithTheWayOut(String name) throws IOException {
    Files.writeString(folder.resolve(name), "");
    Files.writeString(folder.resolve("config.json"), "{}");
    assertThatThrownBy(() -> WeightFiles.read(folder, Map.of(), null, Device.CPU))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(name + " is a pickle of PyTorch's, which can run any code")
        .hasMessageContaining("from transformers import AutoModelForCausalLM\n")
        .hasMessageContaining(
            "AutoModelForCausalLM.from_pretrained(\"%s\", dtype=\"auto\").save_pretrained(\"%s\")"
                .formatted(folder, folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.pt", "model.pth", "epoch=1.ckpt", "pytorch_model.bin"})
  void aPickleByItselfIsRefused(String name) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "");
    assertThatThrownBy(() -> LanguageModel.open(file.toString(), ModelOptions.defaults()).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(name + " is a pickle of PyTorch's")
        .hasMessageContaining("where FOLDER has the model's config.json");
  }
}
