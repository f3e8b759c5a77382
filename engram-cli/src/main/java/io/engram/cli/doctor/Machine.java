package io.engram.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Linux says of itself under {@code /proc}; other systems have no such files, and then nothing
 * is said.
 *
 * @param cpuInfo {@code /proc/cpuinfo}
 * @param memoryInfo {@code /proc/meminfo}
 * @param maps {@code /proc/self/maps}: the libraries in this process
 */
record Machine(String cpuInfo, String memoryInfo, String maps) {
  static Machine here() {
    return new Machine(text("/proc/cpuinfo"), text("/proc/meminfo"), text("/proc/self/maps"));
  }

  /** The processor's name, if it's told. */
  Optional<String> processor() {
    return cpuInfo
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** Those of the instruction sets that matter for matrix products which the processor has. */
  String vectorInstructions() {
    return Stream.of("avx", "avx2", "avx512f", "avx512_bf16", "amx_bf16")
        .filter(flags()::contains)
        .collect(Collectors.joining(", "));
  }

  private Set<String> flags() {
    return cpuInfo
        .lines()
        .filter(line -> line.startsWith("flags"))
        .findFirst()
        .map(line -> Set.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
        .orElse(Set.of());
  }

  /** A line of {@code /proc/meminfo}, in GiB. */
  Optional<Double> memoryGib(String name) {
    return memoryInfo
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / (1024.0 * 1024.0))
        .findFirst();
  }

  /** Whether a library of this name is loaded. */
  boolean hasLoaded(String library) {
    return maps.contains(library);
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }
}
