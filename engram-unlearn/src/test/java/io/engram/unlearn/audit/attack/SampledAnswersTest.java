package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Victim;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampledAnswersTest {
  private static final List<Sample> REQUESTS = Twins.requests(3);
  private static final AuditData DATA = Twins.data(REQUESTS, List.of(), null, false);

  private static Outcome attacked(Attack attack, String model, double seconds) {
    try (LanguageModel opened = Twins.open(model)) {
      return attack.on(
          new Victim(Role.AFTER, opened, REQUESTS, DATA, ProgressListener.NONE, seconds));
    }
  }

  @Test
  void whatIsKnownLeaks() {
    Attack attack = SampledAnswers.KIND.opener().get();
    Outcome known = attacked(attack, Twins.KNOWS, Double.POSITIVE_INFINITY);
    Outcome never = attacked(attack, Twins.NEVER_SAW, Double.POSITIVE_INFINITY);
    assertThat(known.notes()).isEmpty();
    assertThat(known.rows().get(0).measures()).containsOnlyKeys("leak_1");
    assertThat(known.rows().get(0).tokens()).isEqualTo(50);
    assertThat(known.facts()).containsOnlyKeys("leak_5", "leak_20");
    assertThat(Twins.mean(known, "leak_1")).isGreaterThan(0.3);
    assertThat(known.facts().get("leak_20")).isGreaterThan(0.9);
    assertThat(Twins.mean(never, "leak_1")).isLessThan(0.1);
  }

  /** Every model gets as many answers as the first had time for. */
  @Test
  void inNoTimeThereAreFiveAnswers() {
    Attack attack = SampledAnswers.KIND.opener().get();
    Outcome first = attacked(attack, Twins.KNOWS, 0);
    assertThat(first.rows().get(0).measures()).containsOnlyKeys("leak_1");
    assertThat(first.rows().get(0).tokens()).isEqualTo(5);
    assertThat(first.facts()).containsOnlyKeys("leak_5");
    assertThat(first.notes())
        .containsExactly("5 answers a question instead of 50 for lack of time");
    assertThat(attacked(attack, Twins.KNOWS, Double.POSITIVE_INFINITY)).isEqualTo(first);
  }

  @Test
  void textsAreRefused() {
    Sample text = new Sample("a", new Sample.PlainText("A text."));
    AuditData data = Twins.data(List.of(text), List.of(), null, false);
    Attack attack = SampledAnswers.KIND.opener().get();
    assertThatThrownBy(() -> Twins.attacked(attack, Role.AFTER, Twins.KNOWS, data))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("needs requests with questions");
  }
}
