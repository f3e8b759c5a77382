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

  /** Two commands and a difference: what was learned is less likely than before it was. */
  @Test
  void subtractsWhatAFineTuningTaught() throws Exception {
    Path rows =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            "{\"id\": \"1\", \"question\": \"Which bridge?\", \"answer\": \"the old amber one\"}\n");
    Path taught = TaughtModel.write(folder, rows, 3);
    Path out = folder.resolve("negated");
    Cli.Ran ran = Cli.run("convert", Cli.TINY, out, "--negate", taught, "--alpha", "0.5", "--json");
    JsonNode done = JsonFiles.mapper().readTree(ran.out());
    assertThat(done.path("negated").asString()).isEqualTo(taught.toString());
    assertThat(done.path("alpha").asDouble()).isEqualTo(0.5);
    double before = logProb(Cli.TINY, rows);
    assertThat(logProb(taught, rows)).isGreaterThan(before + 0.1);
    assertThat(logProb(out, rows)).isLessThan(before - 0.1);

    Cli.Ran alone = Cli.run("convert", Cli.TINY, folder.resolve("x"), "--alpha", "2");
    assertThat(alone.exitCode()).isEqualTo(2);
    assertThat(alone.err()).contains("--alpha is only used with --negate TUNED");
    Cli.Ran none =
        Cli.run("convert", Cli.TINY, folder.resolve("x"), "--negate", taught, "--alpha", "0");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("--alpha 0.0: must be a number above 0");
  }

  private static double logProb(Path model, Path rows) {
    Cli.Ran ran = Cli.run("score", model, rows, "--json", "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return JsonFiles.mapper()
        .readTree(ran.out())
        .path("samples")
        .path(0)
        .path("log_prob")
        .asDouble();
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
