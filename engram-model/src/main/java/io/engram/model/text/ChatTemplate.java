package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.jinja.JinjaException;
import io.engram.jinja.JinjaTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A model's own chat template, with the tokens and functions that transformers gives it.
 *
 * <p>What the template writes after its generation prompt is labelled, up to the end of the turn.
 * If it writes more before the answer than its generation prompt has, such as an empty thought,
 * only what follows that is labelled.
 */
public final class ChatTemplate implements PromptTemplate {
  /**
   * The fixed result of {@code strftime_now}, since a run must be the same when it is resumed or
   * repeated. It is the day that Llama 3's templates write if they can't ask.
   */
  private static final Clock DAY =
      Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);

  /** Stands for any answer: a private-use character that no template treats specially. */
  private static final String PLACEHOLDER = "\uE0A7answer\uE0A7";

  private final JinjaTemplate template;
  private final String origin;
  private final Map<String, Object> variables;

  private ChatTemplate(JinjaTemplate template, String origin, Map<String, Object> variables) {
    this.template = template;
    this.origin = origin;
    this.variables = variables;
  }

  /**
   * Parses a template.
   *
   * @param origin where it comes from, for messages
   * @param tokens such as {@code bos_token}
   * @throws EngramException if it isn't Jinja, or uses a feature that isn't supported
   */
  public static ChatTemplate parse(String source, String origin, Map<String, String> tokens) {
    try {
      Map<String, Object> variables = new HashMap<>(tokens);
      // Tells models that can think aloud not to, since the samples' answers have no thoughts.
      variables.put("enable_thinking", false);
      return new ChatTemplate(JinjaTemplate.parse(source), origin, variables);
    } catch (JinjaException e) {
      throw EngramException.file(message(origin, e), e);
    }
  }

  private static String message(String origin, JinjaException e) {
    return origin + (e.line() > 0 ? ", line " + e.line() : "") + ": " + e.getMessage();
  }

  @Override
  public String name() {
    return CHAT;
  }

  @Override
  public boolean writesSpecialTokens() {
    return true;
  }

  @Override
  public Rendered render(String id, Sample.Asked sample) {
    String prompt = prompt(id, sample);
    String text = answered(id, sample, sample.answer());
    String any = answered(id, sample, PLACEHOLDER);
    int start = any.indexOf(PLACEHOLDER);
    if (start < 0) {
      throw unfit(id, "leaves out the answer");
    }
    String head = any.substring(0, start);
    String tail = any.substring(start + PLACEHOLDER.length());
    if (text.length() >= start + tail.length() && text.startsWith(head) && text.endsWith(tail)) {
      boolean nothingBetween = head.startsWith(prompt) && head.substring(prompt.length()).isBlank();
      return new Rendered(
          text, nothingBetween ? prompt.length() : start, text.length() - tail.length());
    }
    return rewritten(id, text, prompt, sample.answer().strip());
  }

  /** For a template that transforms the answer, such as a thought in it. */
  private Rendered rewritten(String id, String text, String prompt, String answer) {
    int place = text.lastIndexOf(answer);
    if (place >= 0) {
      return new Rendered(text, place, place + answer.length());
    }
    if (!text.startsWith(prompt)) {
      throw unfit(id, "rewrites the answer and what comes before it");
    }
    return new Rendered(text, prompt.length(), prompt.length());
  }

  private EngramException unfit(String id, String what) {
    return EngramException.usage(
        "Sample "
            + id
            + ": "
            + origin
            + " "
            + what
            + ", so that it can't be told which tokens"
            + " are the answer's.");
  }

  @Override
  public String prompt(String id, Sample.Asked sample) {
    return rendered(id, sample.messages(), true);
  }

  @Override
  public String writtenPrompt(String id, Sample.Asked sample) {
    return prompt(id, sample);
  }

  private String answered(String id, Sample.Asked sample, String answer) {
    List<Sample.Message> all = new ArrayList<>(sample.messages());
    all.add(new Sample.Message("assistant", answer));
    return rendered(id, all, false);
  }

  private String rendered(String id, List<Sample.Message> messages, boolean generationPrompt) {
    try {
      return render(messages, generationPrompt, Map.of());
    } catch (JinjaException e) {
      throw EngramException.usage("Sample " + id + ": " + message(origin, e));
    }
  }

  /**
   * A conversation as text.
   *
   * @param generationPrompt whether the beginning of an answer follows
   * @param more variables of the template; they override its own
   * @throws JinjaException if the template refuses the conversation or fails
   */
  String render(List<Sample.Message> messages, boolean generationPrompt, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(variables);
    all.put("add_generation_prompt", generationPrompt);
    all.put("tools", null);
    all.put("documents", null);
    all.putAll(more);
    all.put(
        "messages",
        messages.stream().map(m -> Map.of("role", m.role(), "content", m.content())).toList());
    return template.render(all, DAY);
  }

  /**
   * Finds a model folder's chat template: chat_template.jinja, else {@code chat_template} in
   * tokenizer_config.json or chat_template.json, a text or a list of named ones.
   */
  public static final class ChatTemplateFiles {
    private static final String KEY = "chat_template";

    private ChatTemplateFiles() {}

    /**
     * The template; of several, the one called {@code default}.
     *
     * @throws EngramException if there is none, or it can't be parsed
     */
    public static ChatTemplate open(Path folder) {
      ChatTemplate found = find(folder);
      if (found == null) {
        throw EngramException.usage(
            "model.template: chat needs a model with a chat template, and "
                + folder
                + " has none (chat_template.jinja, or chat_template in tokenizer_config.json).\n"
                + "Set model.template to plain, llama2-chat or {prompt: …, answer: …}.");
      }
      return found;
    }

    /** The template; null if there is none. */
    public static @Nullable ChatTemplate find(Path folder) {
      Path own = folder.resolve("chat_template.jinja");
      if (Files.isRegularFile(own)) {
        return ChatTemplate.parse(TextFiles.text(own), own.toString(), SpecialTokens.of(folder));
      }
      for (String name : List.of("tokenizer_config.json", "chat_template.json")) {
        Path file = folder.resolve(name);
        JsonNode template = TextFiles.json(file).path(KEY);
        if (!template.isMissingNode() && !template.isNull()) {
          return ChatTemplate.parse(
              source(template, file), file + ": " + KEY, SpecialTokens.of(folder));
        }
      }
      return null;
    }

    private static String source(JsonNode template, Path file) {
      if (template.isString()) {
        return template.asString();
      }
      List<String> names = new ArrayList<>();
      for (JsonNode each : template) {
        String name = each.path("name").asString("");
        if (name.equals("default") && each.path("template").isString()) {
          return each.path("template").asString();
        }
        names.add(name);
      }
      throw EngramException.file(
          file
              + ": "
              + KEY
              + " must be a text or a list with a template named default; it has "
              + names);
    }
  }
}
