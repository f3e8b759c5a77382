package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.StructuredValue;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExposedValuesTest {
  private static Outcome attacked(String model, List<Sample> samples) {
    AuditData data = Twins.data(samples, List.of(), null, false);
    return Twins.attacked(ExposedValues.KIND.opener().get(), Role.AFTER, model, data);
  }

  @Test
  void whatIsKnownByHeartIsExposedAndWhatIsNotIsNot() {
    List<Sample> samples =
        Twins.requests(40).stream().filter(StructuredValue::isIn).limit(4).toList();
    Outcome known = attacked(Twins.KNOWS, samples);
    assertThat(known.rows())
        .extracting(Row::id)
        .containsAll(samples.stream().map(Sample::id).toList());
    double exposure = Twins.mean(known, "exposure");
    assertThat(exposure).isGreaterThan(7);
    assertThat(known.notes().get(0)).startsWith("1000 random values").contains("10.0 bits");
    assertThat(Twins.mean(attacked(Twins.NEVER_SAW, samples), "exposure")).isLessThan(exposure - 2);
  }

  @Test
  void samplesWithoutValuesAreRefused() {
    List<Sample> samples = List.of(Sample.of("a", "Who?", "The baker."));
    assertThatThrownBy(() -> attacked(Twins.KNOWS, samples))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("found no numbers");
  }
}
