package io.engram.cli.command;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.Version;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks everything that decides whether and how fast Engram runs on this machine. It never loads
 * anything it warns about.
 */
final class Doctor {
  private static final double GIB = 1024.0 * 1024.0 * 1024.0;
  private static final double LITTLE_MEMORY_GIB = 4;
  private static final double LITTLE_DISK_GIB = 2;

  private final Machine machine;
  private final Map<String, String> environment;

  Doctor(Machine machine, Map<String, String> environment) {
    this.machine = machine;
    this.environment = environment;
  }

  /** A doctor for this machine and process. */
  static Doctor here() {
    return new Doctor(Machine.here(), System.getenv());
  }

  /** All findings, in the order to show them. */
  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.good("engram", Version.code()));
    findings.add(java());
    findings.add(processor());
    findings.add(memory());
    findings.addAll(libtorch());
    findings.add(waitPolicy());
    findings.add(kernels());
    findings.add(allocator());
    findings.add(disk());
    findings.add(builtIn("built-in model", "models/mini/model.safetensors"));
    findings.add(builtIn("TOFU", "data/tofu/forget10.jsonl"));
    return findings;
  }

  private static Finding java() {
    double heap = Runtime.getRuntime().maxMemory() / GIB;
    return Finding.good(
        "Java",
        String.format(
            Locale.ROOT,
            "%s, heap up to %.1f GiB (more with ENGRAM_JAVA_OPTS=-Xmx8g)",
            System.getProperty("java.version"),
            heap));
  }

  private Finding processor() {
    int cores = Runtime.getRuntime().availableProcessors();
    String vectors = machine.vectorInstructions();
    String value =
        "%d cores%s%s"
            .formatted(
                cores,
                machine.processor().map(name -> ", " + name).orElse(""),
                vectors.isEmpty() ? "" : ", " + vectors);
    return cores > 1
        ? Finding.good("processor", value)
        : Finding.better("processor", value, "Give it more cores: tensor operations use all.");
  }

  private Finding memory() {
    double total = machine.memoryGib("MemTotal").orElse(0.0);
    double free = machine.memoryGib("MemAvailable").orElse(0.0);
    String value =
        total == 0 ? "unknown" : String.format(Locale.ROOT, "%.1f GiB, %.1f GiB free", total, free);
    return total > 0 && free < LITTLE_MEMORY_GIB
        ? Finding.better("memory", value, "Close other programs, or use a smaller --batch-tokens.")
        : Finding.good("memory", value);
  }

  /** Loading checks for known causes of a crash first, so it is safe to try here. */
  private static List<Finding> libtorch() {
    try {
      int threads = Torch.threads();
      boolean cuda = !Device.parse("auto").isCpu();
      return List.of(
          Finding.good("libtorch", Torch.version()),
          Finding.good("threads", Integer.toString(threads)),
          Finding.good(
              "CUDA",
              cuda
                  ? Device.parse("auto").name()
                  : "none that this build can use (./mvnw -Pgpu package builds for NVIDIA)"));
    } catch (EngramException e) {
      String message = String.valueOf(e.getMessage());
      return List.of(new Finding("libtorch", "can't be loaded", message, true));
    }
  }

  private Finding waitPolicy() {
    String value = environment.getOrDefault("OMP_WAIT_POLICY", "not set");
    return value.equalsIgnoreCase("passive")
        ? Finding.good("OMP_WAIT_POLICY", value)
        : Finding.better(
            "OMP_WAIT_POLICY",
            value,
            "Start Engram with its launcher, or set OMP_WAIT_POLICY=PASSIVE: idle threads that spin"
                + " take the cores from the matrix products.");
  }

  /** OpenBLAS finds the fastest kernels by itself; this variable forces it to use others. */
  private Finding kernels() {
    String value = environment.get("OPENBLAS_CORETYPE");
    return value == null
        ? Finding.good("OpenBLAS kernels", "its own choice")
        : Finding.better(
            "OpenBLAS kernels",
            "OPENBLAS_CORETYPE=" + value,
            "Unset it unless you know why it's set: kernels for older processors take up to "
                + "twice as long.");
  }

  private Finding allocator() {
    boolean kept = environment.containsKey("MALLOC_MMAP_THRESHOLD_");
    return kept || machine.hasLoaded("malloc")
        ? Finding.good("allocator", kept ? "keeps freed memory" : "preloaded")
        : Finding.better(
            "allocator",
            "returns freed memory to the system at once",
            "Start Engram with its launcher, or set MALLOC_MMAP_THRESHOLD_=1073741824 and"
                + " MALLOC_TRIM_THRESHOLD_=4294967296.");
  }

  private static Finding disk() {
    double free = new File(".").getAbsoluteFile().getUsableSpace() / GIB;
    String value = String.format(Locale.ROOT, "%.1f GiB free in the working directory", free);
    return free < LITTLE_DISK_GIB
        ? Finding.better("disk", value, "Free some space: a run keeps a checkpoint and a model.")
        : Finding.good("disk", value);
  }

  private static Finding builtIn(String name, String relative) {
    return EngramHome.find(relative)
        .map(path -> Finding.good(name, path.toString()))
        .orElseGet(
            () ->
                Finding.better(
                    name,
                    "not found",
                    "Set ENGRAM_HOME to the folder that holds " + relative + "."));
  }

  /**
   * The result of one check.
   *
   * @param name what was checked
   * @param value what was found
   * @param advice what to change; null if nothing
   * @param blocking whether Engram can't compute until it is changed
   */
  record Finding(String name, String value, @Nullable String advice, boolean blocking) {
    static Finding good(String name, String value) {
      return new Finding(name, value, null, false);
    }

    static Finding better(String name, String value, String advice) {
      return new Finding(name, value, advice, false);
    }
  }

  /**
   * What Linux reports under {@code /proc}. Other systems have no such files; the texts are then
   * empty.
   *
   * @param cpuInfo {@code /proc/cpuinfo}
   * @param memoryInfo {@code /proc/meminfo}
   * @param maps {@code /proc/self/maps}: the libraries in this process
   */
  record Machine(String cpuInfo, String memoryInfo, String maps) {
    static Machine here() {
      return new Machine(text("/proc/cpuinfo"), text("/proc/meminfo"), text("/proc/self/maps"));
    }

    /** The processor's name, if known. */
    Optional<String> processor() {
      return cpuInfo
          .lines()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    }

    /** The processor's instruction sets that matter for matrix products. */
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
}
