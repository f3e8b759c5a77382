package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.RunFolder;
import io.engram.unlearn.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EasingBackTest {
  /** The loss on samples to keep rises to the end. */
  private static final String LITTLE_KEPT = "method.retain_weight=0.01";

  @TempDir Path folder;

  /** 0.95 · 0.05 / 0.1 = 0.475, and 0.475^(1/1.2) = 0.538; at 0.95 ε nothing is to be done. */
  @Test
  void theShareFollowsFromTheRise() {
    assertThat(EasingBack.share(0.1, 0.05)).isCloseTo(0.538, within(5e-4));
    assertThat(EasingBack.share(0.0475, 0.05)).isCloseTo(1, within(1e-12));
  }

  private List<JsonNode> run(String name, String... overrides) {
    Recipe recipe = new KnownTexts(folder).recipe(overrides);
    try (RunFolder run = RunFolder.create(folder.resolve(name))) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> false));
      return run.journal().read();
    }
  }

  private static List<JsonNode> of(List<JsonNode> journal, String event) {
    return journal.stream().filter(row -> row.path("event").asString().equals(event)).toList();
  }

  private static double rise(JsonNode keep) {
    return keep.path("loss").asDouble() - keep.path("start").asDouble();
  }

  @Test
  void aRunEasesBackIntoItsBound() throws IOException {
    new KnownTexts(folder).writeData();
    List<JsonNode> free = of(run("free", LITTLE_KEPT, "method.retain_bound=5"), "keep");
    double bound = 0.9 * rise(free.get(free.size() - 1));
    List<JsonNode> held = run("held", LITTLE_KEPT, "method.retain_bound=" + bound);
    List<JsonNode> kept = of(held, "keep");
    JsonNode before = kept.get(kept.size() - 2);
    JsonNode eased = kept.get(kept.size() - 1);
    assertThat(eased.path("update").asInt()).isEqualTo(before.path("update").asInt());
    assertThat(rise(before)).isGreaterThan(bound);
    assertThat(rise(eased)).isLessThanOrEqualTo(bound);
    JsonNode check = of(held, "check").get(of(held, "check").size() - 1);
    assertThat(check.path("forgotten").asInt()).isEqualTo(4);
    List<JsonNode> notes = of(held, "note").stream().filter(note -> note.has("share")).toList();
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0).path("share").asDouble()).isBetween(0.5, 0.999);
    assertThat(of(held, "stop").get(0).path("reason").asString()).isEqualTo("controls");
  }

  /** A bound so small that nothing stays forgotten: the weights are as without an attempt. */
  @Test
  void whatComesBackIsNotGivenUp() throws IOException {
    new KnownTexts(folder).writeData();
    List<JsonNode> held = run("held", "method.retain_bound=0.02", "budget.epochs=12");
    assertThat(of(held, "note")).noneMatch(note -> note.has("share"));
    assertThat(of(held, "stop").get(0).path("reason").asString()).isEqualTo("budget");
  }
}
