package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComputeTest {
  @TempDir Path folder;

  @Test
  void theProcessorsFlagsDecide() throws Exception {
    Path info = folder.resolve("cpuinfo");
    for (String flag : new String[] {"amx_bf16", "avx512_bf16"}) {
      Files.writeString(info, "processor : 0\nflags\t\t: fpu avx2 " + flag + " avx512f\n");
      assertThatCode(() -> Compute.requireBfloat16("--compute bf16", info))
          .doesNotThrowAnyException();
    }
    Files.writeString(info, "flags\t\t: fpu avx2 avx512f\nmodel name : amx_bf16\n");
    assertThatThrownBy(() -> Compute.requireBfloat16("--compute bf16", info))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "--compute bf16: this processor has neither AMX nor AVX512-BF16, so bfloat16 would be slower than float32. Leave it out.");
    assertThatThrownBy(() -> Compute.requireBfloat16("x", folder.resolve("none")))
        .hasMessageStartingWith("x: this processor has neither");
  }

  @Test
  void itIsSetBackWhenClosed() {
    assertThat(Compute.current()).isEqualTo(Compute.FLOAT32);
    try (Compute.Use outer = Compute.BF16.use()) {
      assertThat(Compute.current()).isEqualTo(Compute.BF16);
      try (Compute.Use inner = Compute.FLOAT32.use()) {
        assertThat(Compute.current()).isEqualTo(Compute.FLOAT32);
      }
      assertThat(Compute.current()).isEqualTo(Compute.BF16);
    }
    assertThat(Compute.current()).isEqualTo(Compute.FLOAT32);
  }
}
