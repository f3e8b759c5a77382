package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Failures.Diagnosis;
import io.engram.core.EngramException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  @Test
  void mistakesKeepTheirMessageAndCode() {
    assertThat(Diagnosis.of(EngramException.usage("--x 1: wrong")))
        .isEqualTo(new Diagnosis(2, "--x 1: wrong"));
    assertThat(Diagnosis.of(EngramException.file("a is damaged")).exitCode()).isEqualTo(3);
    assertThat(Diagnosis.of(EngramException.resources("no AVX", null)).exitCode()).isEqualTo(4);
  }

  @Test
  void aFullDiskIsNotADamagedFile() {
    IOException full = new IOException("/x: No space left on device");
    Diagnosis diagnosis = Diagnosis.of(EngramException.file("/x can't be written", full));
    assertThat(diagnosis.exitCode()).isEqualTo(4);
    assertThat(diagnosis.message()).startsWith("the disk is full: /x can't be written");
  }

  @Test
  void memoryOfJavaAndOfTensors() {
    assertThat(Diagnosis.of(new OutOfMemoryError("Java heap space")))
        .satisfies(
            d -> assertThat(d.exitCode()).isEqualTo(4),
            d -> assertThat(d.message()).contains("ENGRAM_JAVA_OPTS=-Xmx8g"));
    String native0 = "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 8 bytes";
    assertThat(Diagnosis.of(new RuntimeException(native0)))
        .satisfies(
            d -> assertThat(d.exitCode()).isEqualTo(4),
            d -> assertThat(d.message()).contains("--batch-tokens"));
    assertThat(Diagnosis.of(new RuntimeException("std::bad_alloc")).exitCode()).isEqualTo(4);
  }

  @Test
  void theRestIsABugInTwoLines() {
    String frames =
        "The size of tensor a (3) must match\nException raised from infer_size\nframe #0";
    Diagnosis diagnosis = Diagnosis.of(new RuntimeException(frames));
    assertThat(diagnosis.exitCode()).isEqualTo(70);
    assertThat(diagnosis.message())
        .isEqualTo(
            "internal error: RuntimeException: The size of tensor a (3) must match\n"
                + "This is a bug; please report it with what --stacktrace prints.");
    assertThat(Diagnosis.of(new NullPointerException()).message())
        .startsWith("internal error: NullPointerException\n");
  }
}
