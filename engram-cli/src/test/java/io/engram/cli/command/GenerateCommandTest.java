package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class GenerateCommandTest {
  @Test
  void answersAQuestionFromTheRenderedPrompt() {
    Cli.Ran ran =
        Cli.run(
            "generate", Cli.TINY, "--prompt", "Who?", "--max-new-tokens", 5, "--json", "--quiet");
    assertThat(ran.err()).isEmpty();
    JsonNode row = JsonFiles.mapper().readTree(ran.out()).path("samples").get(0);
    assertThat(row.propertyNames()).containsExactly("id", "prompt", "output", "tokens", "stopped");
    assertThat(row.path("prompt").asString()).isEqualTo("Question: Who?\nAnswer:");
    assertThat(row.path("tokens").asInt()).isLessThanOrEqualTo(5);
    assertThat(row.path("stopped").asString()).isIn("eos", "limit");
  }

  @Test
  void aTemplatePairIsPutAroundTheQuestion() {
    Cli.Ran ran =
        Cli.run(
            "generate",
            Cli.TINY,
            "--prompt",
            "Who?",
            "--max-new-tokens",
            1,
            "--json",
            "--quiet",
            "--template",
            "{prompt: \"Q: {question}\\nA: \", answer: \"{answer}\"}");
    assertThat(ran.err()).isEmpty();
    JsonNode row = JsonFiles.mapper().readTree(ran.out()).path("samples").get(0);
    assertThat(row.path("prompt").asString()).isEqualTo("Q: Who?\nA:");
  }

  @Test
  void needsDataOrAPrompt() {
    Cli.Ran neither = Cli.run("generate", Cli.TINY);
    assertThat(neither.exitCode()).isEqualTo(2);
    assertThat(neither.err()).contains("give DATA or --prompt TEXT");
    Cli.Ran both = Cli.run("generate", Cli.TINY, "tofu:forget01", "--prompt", "Who?");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("not both");
  }
}
