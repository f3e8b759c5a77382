package io.engram.core.fuzz;

import io.engram.core.settings.Overrides;
import io.engram.core.settings.Yaml;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.YamlMutator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Hostile YAML, in a file and on the command line. */
class SettingsFuzzTest {
  private static final String RECIPE =
      """
      # A comment
      model: {path: mini, dtype: auto}
      forget:
        data: ["tofu:forget10", 'b.jsonl']
        where: >-
          length(answer) > 40
      order:
        estimator: {name: antithetic, sigma: 1.0e-3, draws: 64}
      seed: 42
      """;

  @Test
  void recipes() throws Exception {
    Fuzz.run(
        "YAML",
        3,
        RECIPE.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(RECIPE),
        bytes -> Yaml.write(Yaml.read(new String(bytes, StandardCharsets.UTF_8), "r.yaml")));
  }

  @Test
  void overrides() throws Exception {
    String valid = "scope={train: lora, rank: [16, 1e-3]}";
    Fuzz.run(
        "overrides",
        3,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid),
        bytes -> {
          ObjectNode tree = Yaml.read("scope: {a: 1}", "r.yaml");
          String given = new String(bytes, StandardCharsets.UTF_8);
          Overrides.parse(List.of("scope.a=1", given)).applyTo(tree);
          Yaml.write(tree);
        });
  }
}
