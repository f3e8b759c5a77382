package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.command.Doctor.Finding;
import io.engram.cli.command.Doctor.Machine;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DoctorTest {
  private static final Machine MACHINE =
      new Machine(
          "model name\t: A Processor\nflags\t\t: fpu avx avx2 avx512f\n",
          "MemTotal:       16777216 kB\nMemAvailable:    2097152 kB\n",
          "7f00 r-xp /usr/lib/libmimalloc.so.2.0\n");

  @Test
  void readsWhatLinuxTells() {
    assertThat(MACHINE.processor()).contains("A Processor");
    assertThat(MACHINE.vectorInstructions()).isEqualTo("avx, avx2, avx512f");
    assertThat(MACHINE.memoryGib("MemTotal")).contains(16.0);
    assertThat(MACHINE.hasLoaded("mimalloc")).isTrue();
  }

  @Test
  void adviceGoesWithWhatCouldBeBetter() {
    Map<String, Finding> byName = byName(new Doctor(MACHINE, Map.of()).findings());
    assertThat(finding(byName, "memory").value()).isEqualTo("16.0 GiB, 2.0 GiB free");
    assertThat(finding(byName, "memory").advice()).contains("--batch-tokens");
    assertThat(finding(byName, "OMP_WAIT_POLICY").advice()).contains("OMP_WAIT_POLICY=PASSIVE");
    assertThat(finding(byName, "allocator").value()).isEqualTo("preloaded");
    assertThat(finding(byName, "TOFU").advice()).isNull();
  }

  @Test
  void kernelsThatAreForcedAreQuestioned() {
    Map<String, String> forced = Map.of("OPENBLAS_CORETYPE", "Haswell");
    assertThat(finding(byName(new Doctor(MACHINE, forced).findings()), "OpenBLAS kernels").advice())
        .contains("Unset it");
    assertThat(
            finding(byName(new Doctor(MACHINE, Map.of()).findings()), "OpenBLAS kernels").advice())
        .isNull();
  }

  @Test
  void nothingIsSaidOfWhatIsUnknown() {
    Machine other = new Machine("", "", "");
    Map<String, Finding> byName =
        byName(new Doctor(other, Map.of("OMP_WAIT_POLICY", "passive")).findings());
    assertThat(finding(byName, "memory").value()).isEqualTo("unknown");
    assertThat(finding(byName, "OMP_WAIT_POLICY").advice()).isNull();
    assertThat(finding(byName, "allocator").advice()).contains("MALLOC_MMAP_THRESHOLD_");
  }

  private static Finding finding(Map<String, Finding> byName, String name) {
    assertThat(byName).containsKey(name);
    return byName.getOrDefault(name, Finding.good("", ""));
  }

  private static Map<String, Finding> byName(List<Finding> findings) {
    return findings.stream().collect(Collectors.toMap(Finding::name, finding -> finding));
  }
}
