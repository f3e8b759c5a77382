package io.engram.report.figure;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LayersFigureTest {
  private static Attacked attack(String name, Map<String, Double> facts) {
    return new Attacked(
        name,
        "does something",
        List.of(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        0,
        0,
        new TreeMap<>(facts),
        List.of(),
        1);
  }

  private static AuditSummary audit(Attacked... attacks) {
    SortedMap<String, Integer> verdicts = new TreeMap<>();
    return new AuditSummary("retrained", 20, 5, List.of(attacks), List.of(), verdicts, null, 1);
  }

  @Test
  void aPanelForEachAttackAndALineForEachModel() {
    Figure figure =
        LayersFigure.of(
                audit(
                    attack("none", Map.of()),
                    attack(
                        "logit_lens",
                        Map.of(
                            "layer_01", -9.0,
                            "layer_02", -8.0,
                            "layer_01_before", -7.0,
                            "layer_02_before", -0.2)),
                    attack(
                        "depth",
                        Map.of(
                            "layer_01", -3.0,
                            "layer_01_before", -0.2,
                            "layer_01_never_saw", -6.0,
                            "erased", 0.4827))),
                "layers")
            .orElseThrow();
    assertThat(figure.panels())
        .extracting(Figure.Panel::title)
        .containsExactly("Read by the original's LM head", "Put into the original");
    assertThat(figure.panels().get(0).spec().path("data").path("values")).hasSize(4);
    assertThat(figure.panels().get(1).spec().path("data").path("values")).hasSize(3);
    assertThat(figure.keys())
        .extracting(Figure.Key::label)
        .containsExactly("before", "after", "never saw the requests");
    assertThat(figure.table().rows()).hasSize(7);
    assertThat(figure.caption().get(1))
        .isEqualTo(
            "Of what a model that never saw the requests lacks, this one has lost 48 % (put into the original).");
  }

  @Test
  void noFigureWithoutCurves() {
    assertThat(LayersFigure.of(null, "layers")).isEmpty();
    assertThat(LayersFigure.of(audit(attack("int4", Map.of("codes_changed", 0.5))), "layers"))
        .isEmpty();
  }
}
