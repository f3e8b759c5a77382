package io.engram.model.tensor;

import io.engram.core.EngramException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Loads libtorch once, after checking for what would crash it, and reports what it runs on.
 *
 * <p>Two things end a JVM without a message: a CPU without AVX, and a second libtorch that the
 * dynamic loader finds before ours. Both are checked first.
 */
public final class Torch {
  private static final String GPU_FOLDER =
      "/org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu/";

  private static final String NEEDS_CUDA =
      "This build is for NVIDIA GPUs. It needs the libraries of CUDA 13 (cuBLAS, cuSPARSE, NCCL) and cuDNN 9, in /usr/local/cuda or LD_LIBRARY_PATH.";

  private static boolean loaded;

  private Torch() {}

  /**
   * Loads the native library if it isn't loaded yet.
   *
   * @throws EngramException if this machine can't run it, saying why
   */
  public static synchronized void load() {
    if (loaded) {
      return;
    }
    requireAvx();
    requireNoOtherLibtorch();
    try {
      Loader.load(torch.class);
      prepareGpus();
    } catch (LinkageError e) {
      throw EngramException.resources(
          "libtorch could not be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + firstLine(e)
              + "\n"
              + (cudaPart() == null
                  ? "Built for: "
                      + Loader.getPlatform()
                      + ". On Linux, glibc 2.28 or newer and libgomp are needed."
                  : NEEDS_CUDA),
          e);
    }
    loaded = true;
  }

  /**
   * Why a build for GPUs can compute on the processor alone: its CUDA part is loaded only where all
   * of CUDA's libraries are found, and libtorch says nothing if they aren't.
   *
   * @return null if it can use GPUs, or wasn't built for them
   */
  static @Nullable String gpuFault() {
    load();
    if (Context.hasCUDART() || cudaPart() == null) {
      return null;
    }
    try {
      System.load(unpacked("libtorch_cuda.so").getPath());
      return null;
    } catch (LinkageError e) {
      // The file's own path comes first.
      return firstLine(e).replaceFirst("^/\\S+: ", "") + ".\n" + NEEDS_CUDA;
    }
  }

  /** Whether this build of libtorch can compute on GPUs, if there are any. */
  static boolean isForGpus() {
    return cudaPart() != null;
  }

  private static @Nullable URL cudaPart() {
    return torch.class.getResource(GPU_FOLDER + "libtorch_cuda.so");
  }

  private static File unpacked(String library) {
    try {
      return Loader.cacheResource(torch.class, GPU_FOLDER + library);
    } catch (IOException e) {
      throw EngramException.resources(library + " could not be unpacked: " + e.getMessage(), e);
    }
  }

  /**
   * Sets how GPUs compute, where libtorch was built for them: float32 products in full precision,
   * sums in the same order each time where there is such a kernel, and no attention that is planned
   * anew for each length of sequences.
   */
  private static void prepareGpus() {
    try (PointerScope scope = new PointerScope()) {
      Context context = torch.globalContext();
      if (!Context.hasCUDART()) {
        return;
      }
      context.setFloat32MatmulPrecision(new BytePointer("highest"));
      context.setDeterministicAlgorithms(true, true);
      context.setDeterministicFillUninitializedMemory(false);
      context.setSDPUseCuDNN(false);
    }
    // libtorch opens it by name at the first decomposition, and wouldn't find it by itself.
    System.load(unpacked("libtorch_cuda_linalg.so").getPath());
  }

  /**
   * Sets how many threads a tensor operation may use; 0 leaves libtorch's own choice. Has no effect
   * within a piece of work that runs beside others: each of these has one thread.
   */
  public static void threads(int threads) {
    load();
    if (threads > 0 && Workers.beside() == 1) {
      torch.set_num_threads(threads);
      blasThreads(threads);
    }
  }

  /** Sets how many threads a matrix product may use; its library has its own threads. */
  static void blasThreads(int threads) {
    try (PointerScope scope = new PointerScope()) {
      openblas_nolapack.blas_set_num_threads(threads);
    }
  }

  /** How many threads a matrix product uses. */
  static int blasThreads() {
    try (PointerScope scope = new PointerScope()) {
      return openblas_nolapack.blas_get_num_threads();
    }
  }

  /** How many threads a tensor operation uses. */
  public static int threads() {
    load();
    return torch.get_num_threads();
  }

  /** The version of the libtorch binding, such as "2.10.0-1.5.13". */
  public static String version() {
    return String.valueOf(torch.class.getPackage().getImplementationVersion());
  }

  private static void requireAvx() {
    Path cpuInfo = Path.of("/proc/cpuinfo");
    if (!System.getProperty("os.arch", "").equals("amd64") || !Files.isReadable(cpuInfo)) {
      return;
    }
    try {
      requireAvx(Files.readString(cpuInfo));
    } catch (IOException e) {
      // Unreadable: libtorch will report the problem.
    }
  }

  /** Fails if no processor flag list in {@code cpuInfo} names AVX. */
  static void requireAvx(String cpuInfo) {
    boolean listed = cpuInfo.lines().anyMatch(l -> l.startsWith("flags"));
    boolean avx =
        cpuInfo
            .lines()
            .filter(l -> l.startsWith("flags"))
            .anyMatch(l -> List.of(l.split("\\s+")).contains("avx"));
    if (listed && !avx) {
      throw EngramException.resources(
          "This processor has no AVX instructions, which libtorch needs.\n"
              + "Use a machine whose processor has AVX (x86-64 since 2011).",
          null);
    }
  }

  private static void requireNoOtherLibtorch() {
    String path = System.getenv("LD_LIBRARY_PATH");
    requireNoOtherLibtorch(path == null ? List.of() : List.of(path.split(":")));
    requireNoOtherLibtorch(
        List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/local/lib"));
  }

  /** Fails if one of the folders that the dynamic loader searches holds a libtorch. */
  static void requireNoOtherLibtorch(List<String> folders) {
    for (String folder : folders) {
      if (!folder.isEmpty() && Files.exists(Path.of(folder, "libtorch_cpu.so"))) {
        throw EngramException.resources(
            "Another libtorch is in "
                + folder
                + ", where the system's loader would take it instead of Engram's.\n"
                + "Remove it (Debian: apt remove python3-torch libtorch2) or take the folder out of"
                + " LD_LIBRARY_PATH.",
            null);
      }
    }
  }

  private static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse("");
  }
}
