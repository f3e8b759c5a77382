package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.sample.Sample;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InsideTest {
  private static final List<Sample> REQUESTS = Twins.requests(6);

  @Test
  void withoutARetrainedModelTheLensGivesItsBestLayer() {
    AuditData data = Twins.data(REQUESTS, Twins.requests(30).subList(20, 26), null, false);
    Attack attack = Inside.LENS.opener().get();
    Outcome after = Twins.attacked(attack, Role.AFTER, Twins.NEVER_SAW, data);
    Outcome before = Twins.attacked(attack, Role.BEFORE, Twins.KNOWS, data);
    assertThat(after.rows()).hasSize(6);
    assertThat(after.rows().get(0).measures()).containsOnlyKeys("lens_log_prob");
    assertThat(Twins.mean(before, "lens_log_prob"))
        .isGreaterThan(Twins.mean(after, "lens_log_prob") + 1);
    assertThat(after.facts())
        .containsKeys("layer_01", "layer_01_before")
        .doesNotContainKey("erased");
    assertThat(after.facts().get("layer_01_before")).isEqualTo(before.facts().get("layer_01"));
    assertThat(Twins.attacked(attack, Role.CONTROL, Twins.KNOWS, data).rows()).hasSize(6);
  }

  /** The original has lost nothing; the retrained model exactly what a retrained model lacks. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void besideARetrainedModelTheShareThatIsKept(boolean depth) {
    AttackKind kind = depth ? Inside.DEPTH : Inside.LENS;
    String name = depth ? "depth_" : "lens_";
    AuditData data = Twins.data(REQUESTS, List.of(), null, true);
    Attack attack = kind.opener().get();
    Outcome never = Twins.attacked(attack, Role.CONTROL, Twins.NEVER_SAW, data);
    Outcome before = Twins.attacked(attack, Role.BEFORE, Twins.KNOWS, data);
    Outcome after = Twins.attacked(attack, Role.AFTER, Twins.NEVER_SAW, data);
    assertThat(Twins.mean(before, name + "kept")).isCloseTo(1, within(1e-5));
    assertThat(Twins.mean(never, name + "kept")).isCloseTo(0, within(1e-5));
    assertThat(before.facts().get("erased")).isCloseTo(0, within(1e-5));
    assertThat(after.rows()).isEqualTo(never.rows());
    assertThat(Twins.mean(before, name + "log_prob"))
        .isGreaterThan(Twins.mean(never, name + "log_prob"));
    assertThat(after.facts()).containsKey("layer_02_never_saw");
  }
}
