package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The architectures that can be read; to add one, add a line here. */
final class GgufArchitectures {
  private static final List<GgufArchitecture> ALL =
      List.of(
          new LlamaGguf(),
          new LlamaGguf.Qwen2(),
          new LlamaGguf.Qwen3(),
          new GemmaGguf.Gemma2(),
          new GemmaGguf.Gemma3(),
          new Phi3Gguf(),
          new LlamaGguf.Olmo2(),
          new LlamaGguf.SmolLm3(),
          new LayerNormGguf.GptNeoX(),
          new LayerNormGguf.Gpt2());

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
