package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
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

  @Test
  void gpusAreCountedFromZero() {
    assertThat(Device.parse("auto", 2, true)).isEqualTo(new Device("cuda:0"));
    assertThat(Device.parse("cuda", 2, true)).isEqualTo(new Device("cuda:0"));
    assertThat(Device.parse("cuda:01", 2, true)).isEqualTo(new Device("cuda:1"));
    assertThat(Device.parse("auto", 0, true)).isEqualTo(Device.CPU);
    assertThatThrownBy(() -> Device.parse("cuda:7", 1, true))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("cuda:7: this machine has one GPU, counted from cuda:0.");
    assertThatThrownBy(() -> Device.parse("cuda:99999", 1, true))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("unknown device");
  }

  @Test
  void aBuildForGpusWithoutOneIsNotToldToBuild() {
    assertThatThrownBy(() -> Device.parse("cuda", 0, true))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no NVIDIA GPU can be used here")
        .hasMessageNotContaining("-Pgpu");
    assertThatThrownBy(() -> Device.parse("cuda", 0, false))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Build with ./mvnw -Pgpu package");
  }
}
