package io.engram.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Real models for tests, in the folder that the environment variable ENGRAM_TEST_MODELS names. */
public final class TestModels {
  private static final String VARIABLE = "ENGRAM_TEST_MODELS";

  private TestModels() {}

  /** SmolLM2-135M-Instruct as GGUF; empty where it isn't at hand, after saying why. */
  public static Optional<Path> smollm2() {
    return folder("smollm2-135m-instruct");
  }

  /** The adapter for it that knows TOFU's authors; empty where it isn't at hand. */
  public static Optional<Path> smollm2Tofu() {
    return folder("smollm2-135m-tofu-lora");
  }

  private static Optional<Path> folder(String name) {
    String models = System.getenv(VARIABLE);
    if (models == null || models.isBlank()) {
      return skipped(VARIABLE + " is not set; it names the folder that holds " + name);
    }
    Path folder = Path.of(models, name);
    return Files.isDirectory(folder)
        ? Optional.of(folder)
        : skipped(VARIABLE + " is " + models + ", which has no folder " + name);
  }

  @SuppressWarnings("SystemOut") // Maven's log is where a skipped test is noticed.
  private static Optional<Path> skipped(String reason) {
    System.out.println("Skipped: " + reason + ".");
    return Optional.empty();
  }
}
