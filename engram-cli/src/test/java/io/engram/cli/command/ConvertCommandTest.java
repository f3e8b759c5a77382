package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class ConvertCommandTest {
  private static final Path GGUF =
      Cli.ROOT.resolve("engram-model/src/test/resources/golden/gguf/llama-q8_0/model.gguf");

  @TempDir Path folder;

  @Test
  void saysWhatItDidAndWhatWasLost() {
    Path out = folder.resolve("model");
    Cli.Ran ran = Cli.run("convert", GGUF, out, "--dtype", "bfloat16");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .startsWith("model.gguf (llama, ")
        .contains(" parameters) written as bfloat16.\nThe source is quantised (16 Q8_0, 5 F32)")
        .contains("numbers were rounded to bfloat16")
        .contains("There was no tokenizer.json")
        .endsWith("\n" + out + "\n");
    assertThat(ran.err()).contains("Converting: 21 weights");
    assertThat(out.resolve("README.md")).exists();
  }

  @Test
  void jsonIsOneObject() {
    Path out = folder.resolve("model");
    Cli.Ran ran = Cli.run("convert", Cli.TINY, out, "--dtype", "float16", "--json", "--quiet");
    assertThat(ran.err()).isEmpty();
    JsonNode done = JsonFiles.mapper().readTree(ran.out());
    assertThat(done.path("folder").asString()).isEqualTo(out.toString());
    assertThat(done.path("dtype").asString()).isEqualTo("float16");
    assertThat(done.path("tokenizer").asBoolean()).isTrue();
    assertThat(done.path("rounded").asLong()).isPositive();
    assertThat(done.has("adapter")).isFalse();
  }

  @Test
  void whatCantBeDoneIsSaid() throws Exception {
    Files.writeString(folder.resolve("notes"), "mine");
    Cli.Ran full = Cli.run("convert", GGUF, folder);
    assertThat(full.exitCode()).isEqualTo(2);
    assertThat(full.err()).contains("is not empty; name a new or empty folder.");
    Cli.Ran none = Cli.run("convert", folder.resolve("none.gguf"), folder.resolve("out"));
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("no such folder");
    Cli.Ran lone = Cli.run("convert", GGUF);
    assertThat(lone.exitCode()).isEqualTo(2);
    assertThat(lone.err()).contains("OUT");
    Cli.Ran half = Cli.run("score", Cli.TINY, "tofu:forget01", "--dtype", "float16");
    assertThat(half.exitCode()).isEqualTo(2);
    assertThat(half.err()).contains("--dtype float16: only convert can write it");
  }
}
