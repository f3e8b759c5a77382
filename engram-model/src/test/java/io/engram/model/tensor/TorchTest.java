package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchTest {
  @Test
  void aProcessorWithoutAvxIsToldBeforeItCrashes() {
    assertThatThrownBy(() -> Torch.requireAvx("processor : 0\nflags : fpu sse2 sse4_2\n"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no AVX instructions");
    assertThatCode(() -> Torch.requireAvx("flags\t\t: fpu sse2 avx avx2\n"))
        .doesNotThrowAnyException();
  }

  @Test
  void anotherLibtorchIsToldBeforeItCrashes(@TempDir Path folder) throws IOException {
    Files.createFile(folder.resolve("libtorch_cpu.so"));
    assertThatThrownBy(() -> Torch.requireNoOtherLibtorch(List.of(folder.toString())))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Another libtorch is in " + folder);
  }

  @Test
  void unknownDevicesAreNamed() {
    assertThatThrownBy(() -> Device.parse("tpu"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("auto, cpu or cuda:N");
  }
}
