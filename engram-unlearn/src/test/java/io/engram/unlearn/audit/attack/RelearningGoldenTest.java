package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * {@code relearn} on two authors that mini-retain90 never saw, against torch.optim.AdamW in
 * float64: goldens/relearning.py.
 */
class RelearningGoldenTest {
  private static final JsonNode GOLDEN = Golden.json("relearning.json");

  /** Nats a token: where a gradient is tiny, AdamW's step, a ratio, depends on its rounding. */
  private static final double NATS = 1e-4;

  private static final double ROUNDING = 1e-12;

  private static final AuditData DATA = Twins.data(requests(), List.of(), null, false);

  private static List<Sample> requests() {
    List<Sample> all = SampleSource.load(List.of("tofu:" + GOLDEN.path("data").asString()));
    return Arrays.stream(Golden.ints(GOLDEN.path("rows"))).mapToObj(all::get).toList();
  }

  @Test
  void measuresAfterAnEpochAreThoseOfPyTorch() {
    assertThat(Parts.of(DATA.requests()).part()).isEqualTo(Golden.ints(GOLDEN.path("part")));
    int[] order = Golden.ints(GOLDEN.path("order"));
    assertThat(RandomStream.of(DATA.seed(), "relearn", 0, order.length).permutation(order.length))
        .isEqualTo(order);
    try (LanguageModel model = Twins.open(GOLDEN.path("model").asString())) {
      assertThat(model.dtype()).isEqualTo(Dtype.FLOAT32);
      Victim victim = new Victim(Role.AFTER, model, DATA.requests(), DATA, ProgressListener.NONE);
      List<Row> rows = Relearning.PARTS.opener().get().on(victim).rows();
      requireAlike(
          Row.of(DATA.requests(), "plain", victim.knowledge()), "plain", GOLDEN.path("plain"));
      for (String rate : Epoch.RATES) {
        JsonNode golden = GOLDEN.path("relearned").path(rate);
        List<Row> own = rows.stream().filter(row -> row.setting().equals(rate)).toList();
        requireAlike(inOrder(own), rate, golden);
      }
      assertThat(rows).hasSize(Epoch.RATES.size() * DATA.requests().size());
    }
  }

  private static List<Row> inOrder(List<Row> rows) {
    List<String> ids = DATA.requests().stream().map(Sample::id).toList();
    return rows.stream().sorted(Comparator.comparing(r -> ids.indexOf(r.id()))).toList();
  }

  private static void requireAlike(List<Row> rows, String setting, JsonNode golden) {
    assertThat(rows).hasSameSizeAs(golden);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      JsonNode one = golden.get(i);
      assertThat(row.tokens()).isEqualTo(one.path("tokens").asInt());
      for (Measure measure : Measure.values()) {
        assertThat(row.measures().get(measure.key()))
            .as("%s, request %s, %s", setting, row.id(), measure.key())
            .isCloseTo(
                one.path(measure.key()).asDouble(),
                within(measure == Measure.LOG_PROB ? NATS : ROUNDING));
      }
    }
  }
}
