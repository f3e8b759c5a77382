package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.score.DistributionScorer.TokenDistributions;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Verdicts;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final List<Sample> REQUESTS = Twins.requests(8);

  /** The twin has never seen these authors, nor has it seen the requests. */
  private static final List<Sample> NEVER_SEEN = Twins.requests(40).subList(20, 40);

  /** Both models have seen these. */
  private static final List<Sample> SEEN =
      SampleSource.load(List.of("tofu:retain90")).subList(0, 20);

  /**
   * Log-probabilities −1, −3, −2, −4 with means −2 and variances 4: z = 0.5, −0.5, 0, −1. The text
   * compresses to 12 bytes. 40 % of four tokens is one.
   */
  @Test
  void scoresOfOnePass() {
    double[] logProbs = {-1, -3, -2, -4};
    TokenDistributions scores =
        new TokenDistributions(
            logProbs, new boolean[4], new double[] {-2, -2, -2, -2}, new double[] {4, 4, 4, 4});
    SortedMap<String, Double> measures = Membership.measures(scores, "abcd");
    assertThat(measures.get("mia_loss")).isCloseTo(-2.5, within(1e-12));
    assertThat(measures.get("mia_zlib")).isCloseTo(-2.5 / 12, within(1e-12));
    assertThat(measures.get("mia_min_k")).isCloseTo(-4, within(1e-12));
    assertThat(measures.get("mia_min_k_plus_plus")).isCloseTo(-1, within(1e-12));
  }

  private static Outcome attacked(String model, Role role, List<Sample> controls) {
    Attack attack = Membership.KIND.opener().get();
    return Twins.attacked(attack, role, model, Twins.data(REQUESTS, controls, null, false));
  }

  @Test
  void whatWasDeletedShowsBesideWhatWasKept() {
    Outcome never = attacked(Twins.NEVER_SAW, Role.AFTER, SEEN);
    assertThat(never.rows()).hasSize(8);
    assertThat(never.facts()).hasSize(10).containsKeys("mia_loss_gradient_auc");
    assertThat(never.facts().get("mia_loss_auc")).isLessThan(0.2);
    assertThat(never.facts().get("mia_min_k_auc_standard_error")).isBetween(0.0, 0.2);
    assertThat(Verdicts.isBelowChance(never.facts())).isTrue();

    Outcome alike = attacked(Twins.NEVER_SAW, Role.AFTER, NEVER_SEEN);
    assertThat(alike.facts().get("mia_loss_auc")).isBetween(0.15, 0.85);
    assertThat(attacked(Twins.KNOWS, Role.CONTROL, NEVER_SEEN).facts()).isEmpty();
    assertThat(attacked(Twins.KNOWS, Role.CONTROL, NEVER_SEEN).rows()).hasSize(20);
  }

  /**
   * Under the model that is itself the reference no answer is more or less familiar, so as a
   * measure its limit would be 0, and half of the requests that were never seen above it.
   */
  @Test
  void aRetrainedModelIsTheReference() {
    AuditData data = Twins.data(REQUESTS, SEEN, null, true);
    Attack attack = Membership.KIND.opener().get();
    Outcome after = Twins.attacked(attack, Role.AFTER, Twins.NEVER_SAW, data);
    assertThat(after.rows())
        .allSatisfy(
            row -> assertThat(row.measures()).hasSize(5).doesNotContainKey("mia_reference"));
    assertThat(after.facts().get("mia_reference")).isCloseTo(0, within(1e-9));
    assertThat(after.facts()).containsEntry("mia_reference_auc", 0.5);
    Outcome before = Twins.attacked(attack, Role.BEFORE, Twins.KNOWS, data);
    assertThat(before.facts().get("mia_reference_auc")).isGreaterThan(0.95);
    assertThat(before.facts().get("mia_reference")).isGreaterThan(1);
  }
}
