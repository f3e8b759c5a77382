package io.engram.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chat templates against Jinja2 as transformers sets it up, byte for byte. */
class JinjaGoldenTest {
  private static final JsonNode EXPECTED = JsonMapper.shared().readTree(resource("expected.json"));
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-07-26T00:00:00Z"), ZoneOffset.UTC);

  private static String resource(String name) {
    try (InputStream in = JinjaGoldenTest.class.getResourceAsStream("/golden/chat/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What transformers gives a template. */
  private static Map<String, Object> variables(JsonNode rendering) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", rendering.path("generation_prompt").asBoolean());
    String conversation = rendering.path("conversation").asString();
    variables.put("messages", value(EXPECTED.path("conversations").path(conversation)));
    EXPECTED
        .path("tokens")
        .path(rendering.path("template").asString())
        .forEachEntry(
            (name, token) -> {
              if (token.isString()) {
                variables.put(name, token.asString());
              }
            });
    rendering.path("variables").forEachEntry((name, node) -> variables.put(name, value(node)));
    return variables;
  }

  private static Object value(JsonNode node) {
    return JsonMapper.shared().treeToValue(node, Object.class);
  }

  @Test
  void renderingsEqualThoseOfJinja2() {
    int equal = 0;
    int refused = 0;
    for (JsonNode each : EXPECTED.path("renderings")) {
      String name = each.path("template").asString();
      JinjaTemplate template = JinjaTemplate.parse(resource("templates/" + name + ".jinja"));
      if (each.has("error")) {
        assertThatThrownBy(() -> template.render(variables(each), CLOCK))
            .isInstanceOf(JinjaException.class)
            .hasMessage(each.path("error").asString());
        refused++;
      } else {
        assertThat(template.render(variables(each), CLOCK))
            .as("%s, %s", name, each.path("conversation").asString())
            .isEqualTo(each.path("text").asString());
        equal++;
      }
    }
    assertThat(equal).isEqualTo(494);
    assertThat(refused).isEqualTo(44);
  }
}
