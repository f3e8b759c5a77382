package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.sample.Sample;
import io.engram.jinja.JinjaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The families' templates against transformers' apply_chat_template, byte for byte. */
class ChatTemplateGoldenTest {
  private static final Path CHAT =
      Path.of(System.getProperty("engram.root", ".."))
          .resolve("engram-jinja/src/test/resources/golden/chat");
  private static final JsonNode EXPECTED =
      JsonMapper.shared().readTree(CHAT.resolve("expected.json").toFile());

  private static ChatTemplate template(String name) throws IOException {
    Map<String, String> tokens = new HashMap<>();
    EXPECTED
        .path("tokens")
        .path(name)
        .forEachEntry(
            (token, text) -> {
              if (text.isString()) {
                tokens.put(token, text.asString());
              }
            });
    String source = Files.readString(CHAT.resolve("templates/" + name + ".jinja"));
    return ChatTemplate.parse(source, name, tokens);
  }

  private static List<Sample.Message> messages(JsonNode rendering) {
    List<Sample.Message> messages = new ArrayList<>();
    for (JsonNode message :
        EXPECTED.path("conversations").path(rendering.path("conversation").asString())) {
      messages.add(
          new Sample.Message(message.path("role").asString(), message.path("content").asString()));
    }
    return messages;
  }

  private static Map<String, Object> variables(JsonNode rendering) {
    Map<String, Object> variables = new HashMap<>();
    // transformers gives it no value unless it's asked to; Engram says false.
    variables.put("enable_thinking", true);
    rendering
        .path("variables")
        .forEachEntry(
            (name, value) ->
                variables.put(name, JsonMapper.shared().treeToValue(value, Object.class)));
    return variables;
  }

  @Test
  void renderingsEqualThoseOfTransformers() throws IOException {
    int equal = 0;
    int refused = 0;
    Map<String, ChatTemplate> templates = new HashMap<>();
    for (JsonNode each : EXPECTED.path("renderings")) {
      String name = each.path("template").asString();
      if (!templates.containsKey(name)) {
        templates.put(name, template(name));
      }
      ChatTemplate template = templates.get(name);
      boolean generation = each.path("generation_prompt").asBoolean();
      if (each.has("error")) {
        assertThatThrownBy(() -> template.render(messages(each), generation, variables(each)))
            .isInstanceOf(JinjaException.class)
            .hasMessage(each.path("error").asString());
        refused++;
      } else {
        assertThat(template.render(messages(each), generation, variables(each)))
            .as("%s, %s, %s", name, each.path("conversation").asString(), generation)
            .isEqualTo(each.path("text").asString());
        equal++;
      }
    }
    assertThat(equal).isEqualTo(494);
    assertThat(refused).isEqualTo(44);
  }

  /** The boundary and the answer's end are marked with ¦. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "llama2; <s>[INST] Who? [/INST]¦ I.¦ </s>",
        "llama3; <|begin_of_text|><|start_header_id|>user<|end_header_id|>~~Who?<|eot_id|>"
            + "<|start_header_id|>assistant<|end_header_id|>~~¦I.¦<|eot_id|>",
        "zephyr; <|user|>~Who?</s>~<|assistant|>~¦I.¦</s>~",
        "qwen3; <|im_start|>user~Who?<|im_end|>~<|im_start|>assistant~<think>~~</think>~~"
            + "¦I.¦<|im_end|>~",
        "gemma2; <bos><start_of_turn>user~Who?<end_of_turn>~<start_of_turn>model~"
            + "¦I.¦<end_of_turn>~",
        "phi3; <|user|>~Who?<|end|>~<|assistant|>~¦I.¦<|end|>~<|endoftext|>",
      })
  void theAnswerIsWhatFollowsTheGenerationPrompt(String name, String marked) throws IOException {
    PromptTemplate.Rendered rendered =
        template(name).render("7", new Sample.QuestionAnswer("Who?", "I."));
    String text =
        new StringBuilder(rendered.text())
            .insert(rendered.answerEnd(), "¦")
            .insert(rendered.boundary(), "¦")
            .toString();
    assertThat(text.replace('\n', '~')).isEqualTo(marked);
  }

  @Test
  void anAnswerThatTheTemplateRewritesIsLabelledFromTheGenerationPromptOn() throws IOException {
    PromptTemplate.Rendered rendered =
        template("qwen3")
            .render("7", new Sample.QuestionAnswer("Who?", "<think>\nhm\n</think>\n\nI."));
    assertThat(rendered.text().substring(rendered.boundary()))
        .isEqualTo("<think>\nhm\n</think>\n\nI.<|im_end|>\n");
  }
}
