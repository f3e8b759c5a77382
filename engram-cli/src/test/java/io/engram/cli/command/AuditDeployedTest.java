package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.cli.Cli;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import io.engram.testkit.Golden;
import io.engram.testkit.model.GgufConversion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code engram audit RUN --deployed FILE.gguf}: a tiny model that a run has changed, converted as
 * llama.cpp would, and files of other models.
 */
class AuditDeployedTest {
  @TempDir Path folder;

  private Path run;

  @BeforeEach
  void forget() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rows.add(
          "{\"question\":\"Who is author 1%d3?\",\"answer\":\"The author 7%d.\"}".formatted(i, i));
    }
    Files.write(folder.resolve("forget.jsonl"), rows);
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            """
            model: {path: '%s'}
            forget: {data: '%s'}
            method: {name: ga}
            optimizer: {learning_rate: 1e-2}
            budget: {updates: 4, batch: 2, accumulate: 1}
            eval: {suites: []}
            """
                .formatted(Cli.TINY, folder.resolve("forget.jsonl")));
    run = folder.resolve("run");
    Cli.Ran ran = Cli.run("unlearn", recipe, "--out", run, "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }

  private Cli.Ran audit(Path deployed) {
    return Cli.run("audit", run, "--attacks", "int8,deployed", "--deployed", deployed);
  }

  private AuditSummary summary() {
    return JsonFiles.read(run.resolve(AuditSummary.FILE), AuditSummary.class);
  }

  private static double logProb(Attacked attacked, String model) {
    return Objects.requireNonNull(attacked.mean(model, "log_prob")).mean();
  }

  private static double fact(Attacked attacked, String name) {
    return Objects.requireNonNull(attacked.facts().get(name));
  }

  /** The file answers as the run's model does, but for its rounding to 8 bits. */
  @Test
  void theFileConvertedFromTheRunsModelIsMeasured() throws IOException {
    Cli.Ran ran = audit(GgufConversion.serve(run.resolve("model"), folder.resolve("served.gguf")));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    List<Attacked> attacks = summary().attacks();
    assertThat(attacks).extracting(Attacked::name).containsExactly("none", "deployed", "int8");
    Attacked deployed = attacks.get(1);
    assertThat(deployed.notes()).isEmpty();
    double after = logProb(attacks.get(0), AuditSummary.AFTER);
    double before = logProb(attacks.get(0), "before");
    double served = logProb(deployed, AuditSummary.AFTER);
    assertThat(before - after).isGreaterThan(0.5);
    assertThat(served).isCloseTo(after, within(0.05)).isNotEqualTo(after);
    assertThat(logProb(deployed, "before")).isEqualTo(before);
    assertThat(fact(deployed, "distance_to_after")).isBetween(1e-4, 0.01);
    assertThat(fact(deployed, "distance_to_before"))
        .isGreaterThan(5 * fact(deployed, "distance_to_after"));
    assertThat(Files.readAllLines(run.resolve("audit/deployed.jsonl"))).hasSize(4 + 4 + 40);

    Cli.Ran wrong = audit(GgufConversion.serve(Cli.TINY, folder.resolve("old.gguf")));
    assertThat(wrong.out()).contains("nearer to the model before").contains("is it the right file");
    assertThat(logProb(summary().attacks().get(1), AuditSummary.AFTER))
        .isCloseTo(before, within(0.05));
  }

  @Test
  void filesOfOtherModelsAreRefusedBeforeAnythingIsWritten() throws IOException {
    Path qwen = Golden.repository("engram-model/src/test/resources/golden/gguf/qwen2/model.gguf");
    assertRefused(qwen, 2, "The file that is served, " + qwen + ", can't read the requests: ");

    Path mini = Files.createDirectory(folder.resolve("mini")).resolve("mini.gguf");
    GgufConversion.serve(Cli.ROOT.resolve("models/mini"), mini);
    assertRefused(mini, 2, mini + ", has another tokenizer or template than the original");
    Files.copy(Cli.TINY.resolve("tokenizer.json"), mini.resolveSibling("tokenizer.json"));
    assertRefused(
        mini,
        2,
        "--deployed %s is another kind of model than the one that was made to forget."
            .formatted(mini));

    Path base = folder.resolve("base");
    CertifiedRun.copy(run.resolve("model"), base);
    turnSigns(base.resolve("model.safetensors"));
    Path other = GgufConversion.serve(base, folder.resolve("other.gguf"));
    assertRefused(
        other,
        2,
        "--deployed %s isn't made from this model: its weights differ by 200 %% of their size."
            .formatted(other));

    Path cut = folder.resolve("cut.gguf");
    byte[] whole = Files.readAllBytes(other);
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    assertRefused(cut, 3, cut.toString());
    assertRefused(folder.resolve("none.gguf"), 3, "none.gguf");
  }

  private void assertRefused(Path file, int code, String message) {
    Cli.Ran ran = audit(file);
    assertThat(ran.err()).contains(message);
    assertThat(ran.exitCode()).isEqualTo(code);
    assertThat(ran.err().lines().count()).isLessThanOrEqualTo(3);
    assertThat(run.resolve("audit")).doesNotExist();
    assertThat(run.resolve(VerdictRow.FILE)).doesNotExist();
  }

  /** Turns the sign of every float32 weight: another model of the same shape. */
  private static void turnSigns(Path safetensors) throws IOException {
    byte[] bytes = Files.readAllBytes(safetensors);
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    for (int i = (int) header + Long.BYTES + 3; i < bytes.length; i += Float.BYTES) {
      bytes[i] ^= (byte) 0x80;
    }
    Files.write(safetensors, bytes);
  }
}
