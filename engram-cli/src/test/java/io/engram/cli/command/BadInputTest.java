package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's mistakes: a short message, the right exit code, no trace, nothing left behind. */
final class BadInputTest {
  @TempDir Path folder;

  @Test
  void missingModel() {
    expect(3, Cli.run("score", "no-such-model", "tofu:forget01"), "no-such-model", "mini");
  }

  /** As the recipes of whp name it before the book was learned. */
  @Test
  void modelOfARunThatWasNotMade() {
    expect(
        3,
        Cli.run("score", Path.of("runs/whp/book/model"), "tofu:forget01"),
        "It would be the model of the run " + Path.of("runs/whp/book") + ", which has to be made");
  }

  @Test
  void missingWeights() throws Exception {
    Path model = copyOfTiny();
    Files.delete(model.resolve("model.safetensors"));
    expect(3, score(model, "tofu:forget01"), "safetensors");
  }

  @Test
  void truncatedWeights() throws Exception {
    Path model = copyOfTiny();
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length / 2));
    expect(3, score(model, "tofu:forget01"), "model.safetensors");
  }

  @Test
  void missingTokenizer() throws Exception {
    Path model = copyOfTiny();
    Files.delete(model.resolve("tokenizer.json"));
    expect(3, score(model, "tofu:forget01"), "tokenizer.json");
  }

  @Test
  void tokenizerOfAnotherModel() throws Exception {
    Path data = folder.resolve("ids.jsonl");
    Files.writeString(data, "{\"prompt_ids\":[5],\"answer_ids\":[100000]}\n");
    expect(2, score(Cli.TINY, data), "100000", "vocabulary");
  }

  /** Not taken for "all", which would measure for an hour what was to be a try. */
  @Test
  void numbersOfSamplesBelowZero() {
    expect(2, Cli.run("eval", Cli.TINY, "--limit", "-3"), "--limit -3: must be 1 or more");
    for (String option : List.of("--limit", "--chunk-tokens", "--draw-samples")) {
      expect(
          2,
          Cli.run("score", Cli.TINY, "tofu:forget01", option, "-1"),
          option + " -1: must be 1 or more");
    }
  }

  @Test
  void emptyData() throws Exception {
    Path data = Files.writeString(folder.resolve("empty.jsonl"), "");
    Cli.Ran ran = score(Cli.TINY, data);
    assertThat(ran.exitCode()).isIn(2, 3);
    expect(ran.exitCode(), ran, "empty.jsonl");
  }

  @Test
  void sampleLongerThanTheContext() throws Exception {
    Path data = folder.resolve("long.jsonl");
    Files.writeString(data, "{\"question\":\"Q\",\"answer\":\"" + "zebra ".repeat(3000) + "\"}\n");
    expect(2, score(Cli.TINY, data), "context");
  }

  @Test
  void answerOfNoTokens() throws Exception {
    Path data = folder.resolve("none.jsonl");
    Files.writeString(data, "{\"question\":\"Q\",\"answer\":\"\"}\n");
    expect(2, score(Cli.TINY, data), "Sample 0", "answer");
  }

  @Test
  void textThatIsNotUtf8() throws Exception {
    Path data = folder.resolve("latin1.jsonl");
    Files.write(
        data, "{\"question\":\"Qué\",\"answer\":\"Sí\"}\n".getBytes(StandardCharsets.ISO_8859_1));
    expect(3, score(Cli.TINY, data), "latin1.jsonl", "UTF-8");
  }

  @Test
  void unknownSplit() {
    Cli.Ran ran = score(Cli.TINY, "tofu:forget11");
    expect(ran.exitCode(), ran, "forget11", "forget10");
  }

  @Test
  void runFolderThatHoldsSomething() throws Exception {
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("mine.txt"), "mine");
    Path recipe = recipe("tofu:forget01");
    expect(2, Cli.run("unlearn", recipe, "--out", run), "not empty", "--out");
    assertThat(run).isDirectoryContaining("glob:**mine.txt");
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void faultyRecipeLeavesNoFolder() throws Exception {
    Path run = folder.resolve("run");
    Path recipe = recipe("tofu:forget01");
    Cli.Ran ran = Cli.run("unlearn", recipe, "metod.beta=1", "budget.epochs=0", "--out", run);
    expect(2, ran, "metod: no such key; the nearest is method", "budget.epochs");
    assertThat(run).doesNotExist();
  }

  @Test
  void emptyForgetSetLeavesNoFolder() throws Exception {
    Path data = Files.writeString(folder.resolve("empty.jsonl"), "\n");
    Path run = folder.resolve("run");
    Cli.Ran ran = Cli.run("unlearn", recipe(data.toString()), "--out", run);
    expect(ran.exitCode(), ran, "empty.jsonl");
    assertThat(run).doesNotExist();
  }

  @Test
  void unknownSuiteIsToldBeforeAnythingIsDone() throws Exception {
    Path run = folder.resolve("run");
    Cli.Ran ran = Cli.run("unlearn", recipe("tofu:forget01"), "eval.suites=[tofoo]", "--out", run);
    expect(2, ran, "tofoo", "tofu");
    assertThat(run).doesNotExist();
  }

  @Test
  void resumeNeedsARun() {
    expect(3, Cli.run("unlearn", "--resume", folder), "manifest.json");
    expect(2, Cli.run("unlearn", "r.yaml", "--resume", folder), "not both");
    expect(2, Cli.run("finetune"), "RECIPE.yaml", "--resume DIR");
  }

  @Test
  void deviceThatIsNotThere() {
    expect(2, Cli.run("score", Cli.TINY, "tofu:forget01", "--device", "gpu"), "--device gpu");
  }

  @Test
  void optionOutOfRange() {
    expect(2, Cli.run("score", Cli.TINY, "tofu:forget01", "--batch-tokens", 0), "--batch-tokens 0");
    expect(
        2,
        Cli.run("score", Cli.TINY, "tofu:forget01", "--dtype", "int8"),
        "must be one of auto, float32, bfloat16, float16, not 'int8'");
  }

  @Test
  void whatIsNotANumberIsToldInPlainWords() {
    expect(2, Cli.run("forget", "mini", "a.jsonl", "--price", "abc"), "'abc' is not a number");
    expect(
        2, Cli.run("score", Cli.TINY, "tofu:forget01", "--seed", "x"), "'x' is not a whole number");
    assertThat(Cli.run("score", "--help").out()).contains("(default: float32)");
  }

  @Test
  void halfOfASurrogatePair() throws Exception {
    Path data = folder.resolve("half.jsonl");
    Files.writeString(data, "{\"question\":\"Who \\ud83d?\",\"answer\":\"Half \\ude00 pair\"}\n");
    expect(3, score(Cli.TINY, data), "line 1: question holds half of a surrogate pair");
  }

  private static Cli.Ran score(Object model, Object data) {
    return Cli.run("score", model, data, "--quiet");
  }

  private static void expect(int exitCode, Cli.Ran ran, String... told) {
    assertThat(ran.err()).contains(told).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(exitCode).isNotZero().isNotEqualTo(70);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err().lines().count()).isLessThanOrEqualTo(5);
  }

  private Path recipe(String data) throws IOException {
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: {path: '%s'}
        forget: {data: '%s'}
        method: {name: ga}
        budget: {updates: 1, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
            .formatted(Cli.TINY, data));
  }

  private Path copyOfTiny() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("model"));
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }
}
