package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Chat templates from a model's folder, and samples tokenised with them. */
class ChatSamplesTest {
  private static final int BEGIN = 320;
  private static final int TURN = 321;
  private static final int END_OF_TURN = 322;
  private static final String TEMPLATE =
      "{{ bos_token }}{% for m in messages %}<|turn|>{{ m.role }}\n{{ m.content | trim }}<|end|>\n"
          + "{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}";

  @TempDir Path folder;

  /** The tiny tokenizer with tokens for turns, which puts a begin token before every text. */
  @BeforeEach
  void writeTokenizer() throws IOException {
    ObjectNode tree = (ObjectNode) Golden.json("llama/with-tokenizer/tokenizer.json").deepCopy();
    ArrayNode added = (ArrayNode) tree.path("added_tokens");
    List<String> names = List.of("<|begin|>", "<|turn|>", "<|end|>");
    for (int i = 0; i < names.size(); i++) {
      added
          .addObject()
          .put("id", BEGIN + i)
          .put("content", names.get(i))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    tree.set(
        "post_processor",
        JsonMapper.shared()
            .readTree(
                """
                {"type": "TemplateProcessing", "pair": [],
                 "single": [{"SpecialToken": {"id": "<|begin|>", "type_id": 0}},
                            {"Sequence": {"id": "A", "type_id": 0}}],
                 "special_tokens": {"<|begin|>":
                   {"id": "<|begin|>", "ids": [320], "tokens": ["<|begin|>"]}}}
                """));
    Files.writeString(folder.resolve("tokenizer.json"), tree.toString());
    writeConfig("\"chat_template\": " + JsonMapper.shared().writeValueAsString(TEMPLATE) + ", ");
  }

  private void writeConfig(String template) throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{" + template + "\"bos_token\": {\"content\": \"<|begin|>\"}, \"eos_token\": null}");
  }

  private SampleTokenizer samples(Tokenizer tokenizer) {
    return new SampleTokenizer(
        () -> tokenizer, ChatTemplate.ChatTemplateFiles.open(folder), 323, 2048);
  }

  @Test
  void answerAndEndOfTurnAreLabelledAndNothingElse() {
    try (Tokenizer tokenizer = Tokenizer.open(folder, 0)) {
      SampleTokenizer samples = samples(tokenizer);
      TokenizedSample sample = samples.tokenize(Sample.of("a", "Who is it?", "  the author\n"));
      int[] labels = sample.labelIds();
      assertThat(labels[labels.length - 1]).isEqualTo(END_OF_TURN);
      assertThat(tokenizer.decode(labels)).isEqualTo("the author");
      assertThat(sample.promptIds()).containsOnlyOnce(BEGIN);
      assertThat(sample.promptIds()).isEqualTo(samples.prompt(Sample.of("a", "Who is it?", "x")));
      assertThat(sample.promptIds()).startsWith(BEGIN, TURN);
      assertThat(samples.endOfTurn()).isEqualTo(END_OF_TURN);
      assertThat(
              samples.tokenizeByPromptLength(Sample.of("a", "Who is it?", "the author")).labelIds())
          .as("a chat's prompt has no blank of its own at the end")
          .isEqualTo(labels);
      assertThat(samples.promptText(Sample.of("a", "Who?", "x")))
          .isEqualTo("<|begin|><|turn|>user\nWho?<|end|>\n<|turn|>assistant\n");
    }
  }

  @Test
  void conversationsKeepTheirMessages() {
    Sample.Conversation content =
        new Sample.Conversation(
            List.of(
                new Sample.Message("system", "Be brief."),
                new Sample.Message("user", "One?"),
                new Sample.Message("assistant", "1"),
                new Sample.Message("user", "Two?")),
            "2");
    try (Tokenizer tokenizer = Tokenizer.open(folder, 0)) {
      SampleTokenizer samples = samples(tokenizer);
      Sample sample = new Sample("c", content);
      assertThat(tokenizer.decode(samples.tokenize(sample).ids()))
          .isEqualTo("system\nBe brief.\nuser\nOne?\nassistant\n1\nuser\nTwo?\nassistant\n2");
      assertThat(tokenizer.decode(samples.withAnswer(sample, "No.").labelIds())).isEqualTo("No.");
      assertThat(samples.tokenizeWhole(sample).labelStart()).isEqualTo(1);
      assertThatThrownBy(
              () ->
                  new SampleTokenizer(() -> tokenizer, PromptTemplate.PLAIN, 323, 2048)
                      .tokenize(sample))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("Sample c has several messages or a system prompt")
          .hasMessageContaining("model.template: chat");
    }
  }

  @Test
  void theTemplateIsFoundWhereverItLies() throws IOException {
    Sample sample = Sample.of("a", "Who?", "I.");
    writeConfig(
        "\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"x\"},"
            + " {\"name\": \"default\", \"template\": \"list {{ messages[0].content }}\"}], ");
    assertThat(prompt(sample)).isEqualTo("list Who?");
    Files.writeString(
        folder.resolve("chat_template.json"), "{\"chat_template\": \"json {{ bos_token }}\"}");
    assertThat(prompt(sample)).isEqualTo("list Who?");
    writeConfig("");
    assertThat(prompt(sample)).isEqualTo("json <|begin|>");
    Files.writeString(folder.resolve("chat_template.jinja"), "jinja {{ eos_token }}.\n");
    assertThat(prompt(sample)).isEqualTo("jinja .");
  }

  private String prompt(Sample sample) {
    return ChatTemplate.ChatTemplateFiles.open(folder)
        .prompt(sample.id(), (Sample.Asked) Objects.requireNonNull(sample.content()));
  }

  @Test
  void faultsNameTheTemplateAndTheSample() throws IOException {
    Path file = folder.resolve("chat_template.jinja");
    Files.writeString(
        file,
        "{% if messages[0].role == 'system' %}\n{{ raise_exception('No system!') }}{% endif %}");
    ChatTemplate refusing = ChatTemplate.ChatTemplateFiles.open(folder);
    Sample.Conversation system =
        new Sample.Conversation(
            List.of(new Sample.Message("system", "s"), new Sample.Message("user", "u")), "a");
    assertThatThrownBy(() -> refusing.render("7", system))
        .isInstanceOf(EngramException.class)
        .hasMessage("Sample 7: " + file + ", line 2: No system!");
    assertThatThrownBy(() -> refusing.render("8", new Sample.QuestionAnswer("u", "a")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Sample 8: " + file + " leaves out the answer");
    Files.writeString(file, "{% for %}");
    assertThatThrownBy(() -> ChatTemplate.ChatTemplateFiles.open(folder))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(file + ", line 1: expected a name");
    Files.delete(file);
    writeConfig("");
    assertThatThrownBy(() -> ChatTemplate.ChatTemplateFiles.open(folder))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("model.template: chat needs a model with a chat template");
    writeConfig("\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"x\"}], ");
    assertThatThrownBy(() -> ChatTemplate.ChatTemplateFiles.open(folder))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("a template named default; it has [tool_use]");
  }
}
