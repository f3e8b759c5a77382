package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The architectures that can be read; a new one is a line here. */
final class GgufArchitectures {
  private static final List<GgufArchitecture> ALL =
      List.of(
          new LlamaGguf(),
          new Qwen2Gguf(),
          new Qwen3Gguf(),
          new Gemma2Gguf(),
          new Gemma3Gguf(),
          new Phi3Gguf(),
          new Olmo2Gguf(),
          new SmolLm3Gguf(),
          new GptNeoXGguf(),
          new Gpt2Gguf());

  private GgufArchitectures() {}

  /**
   * The architecture that a file names.
   *
   * @throws EngramException naming it and those that can be read
   */
  static GgufArchitecture of(Path path, GgufMetadata metadata) {
    String name = metadata.text("general.architecture");
    return ALL.stream()
        .filter(architecture -> architecture.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    path
                        + ": general.architecture "
                        + (name == null ? "is missing" : "\"" + name + "\" is not supported")
                        + "; supported: "
                        + ALL.stream().map(GgufArchitecture::name).collect(Collectors.joining(", "))
                        + "."));
  }
}
