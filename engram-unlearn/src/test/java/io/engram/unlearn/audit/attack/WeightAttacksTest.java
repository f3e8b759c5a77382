package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.train.WeightArithmetic;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attacks that change weights, on a tiny model. */
class WeightAttacksTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";

  private static LanguageModel model() {
    return LanguageModel.open(Golden.model("with-tokenizer").toString(), ModelOptions.defaults());
  }

  private static List<Sample> samples(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> Sample.of(name + i, "Who is " + name + " Doe" + i + "?", "The baker number " + i))
        .toList();
  }

  private static AuditData data() {
    return new AuditData(
        samples("Ann", 8),
        samples("Bob", 8),
        samples("Cid", 12),
        samples("Dan", 12),
        null,
        null,
        false,
        new AuditData.Models(
            WeightAttacksTest::model, WeightAttacksTest::model, null, WeightAttacksTest::model),
        42);
  }

  private static Victim victim(LanguageModel model) {
    return new Victim(Role.AFTER, model, data().requests(), data(), ProgressListener.NONE);
  }

  static List<AttackKind> changing() {
    return Attacks.all().stream()
        .filter(
            kind ->
                !kind.name().startsWith("adapter")
                    && kind.needs().stream().allMatch(n -> n.isMet(data())))
        .toList();
  }

  /**
   * Every attack measures each sample once at each setting, and leaves the weights as they were.
   */
  @ParameterizedTest
  @MethodSource("changing")
  void weightsAreAsBefore(AttackKind kind) {
    try (LanguageModel model = model();
        LanguageModel original = model()) {
      Attack.Outcome outcome = kind.opener().get().on(victim(model));
      assertThat(WeightArithmetic.distance(model, original)).isZero();
      List<String> found = outcome.rows().stream().map(r -> r.setting() + r.id()).toList();
      assertThat(found).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(8);
      assertThat(outcome.rows()).allSatisfy(row -> assertThat(row.measures()).isNotEmpty());
      assertThat(kind.opener().get().on(victim(model)).rows()).isEqualTo(outcome.rows());
    }
  }

  @Test
  void namesAreUniqueAndUnknownOnesRefused() {
    assertThat(Attacks.names()).doesNotHaveDuplicates().startsWith("none");
    assertThat(Attacks.named(List.of("int4")))
        .extracting(AttackKind::name)
        .containsExactly("none", "int4");
    assertThatThrownBy(() -> Attacks.named(List.of("int5")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no attack is named int5 (did you mean int")
        .hasMessageContaining("relearn");
  }

  /** What is made of the original's own weights or read beside them tells nothing of the change. */
  @Test
  void whatTheOriginalItselfKnowsDecidesNothing() {
    assertThat(Attacks.all().stream().filter(kind -> kind.whyNoVerdict() != null))
        .extracting(AttackKind::name)
        .containsExactly("logit_lens", "adapter_off", "adapter_half", "merge_half", "depth");
  }

  /**
   * The first step of AdamW from zero state is −rate · g / (|g| + ε): rate wherever g is not tiny.
   */
  @Test
  void anEpochOfOneUpdateMovesWeightsByTheRate() {
    try (LanguageModel model = model();
        LanguageModel original = model()) {
      Epoch.train(
          model,
          model.samples().tokenize(samples("Ann", 1)),
          1e-3,
          RandomStream.of(1, "test", 0, 0),
          ProgressListener.NONE);
      double[] now = Tensors.toDoubles(model.decoder().parameters().get("model.norm.weight"));
      double[] then = Tensors.toDoubles(original.decoder().parameters().get("model.norm.weight"));
      for (int i = 0; i < now.length; i++) {
        assertThat(Math.abs(now[i] - then[i])).isCloseTo(1e-3, within(2e-5));
      }
    }
  }

  @Test
  void anEpochHasAtLeastSixUpdatesIfThereAreSixSamples() {
    assertThat(Epoch.batch(3)).isEqualTo(1);
    assertThat(Epoch.batch(10)).isEqualTo(1);
    assertThat(Epoch.batch(20)).isEqualTo(3);
    assertThat(Epoch.batch(100)).isEqualTo(16);
  }

  /** Trained on one part, the tiny model knows the other part better: the answers are alike. */
  @Test
  void relearningFindsWhatTrainingOnOthersTeaches() {
    try (LanguageModel model = model()) {
      List<Row> plain = Attacks.all().get(0).opener().get().on(victim(model)).rows();
      List<Row> rows = Relearning.PARTS.opener().get().on(victim(model)).rows();
      assertThat(rows).hasSize(3 * 8);
      assertThat(mean(rows.stream().filter(r -> r.setting().equals("3e-4")).toList()))
          .isGreaterThan(mean(plain));
    }
  }

  private static double mean(List<Row> rows) {
    return rows.stream()
        .mapToDouble(r -> r.measures().getOrDefault("log_prob", Double.NaN))
        .average()
        .orElse(Double.NaN);
  }

  /** Half an adapter is between none and all of it. */
  @Test
  void anAdapterIsTakenOffOrHalved() {
    Path lora = Golden.repository("engram-model/src/test/resources/golden/lora/all-linear");
    String base = Golden.model("gqa-tied").toString();
    Supplier<LanguageModel> before = () -> LanguageModel.open(base, ModelOptions.defaults());
    Supplier<LanguageModel> after =
        () ->
            LanguageModel.open(
                lora.toString(),
                new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 0, 4096, false, 42));
    List<Sample> ids =
        IntStream.range(0, 4)
            .mapToObj(
                i ->
                    new Sample(
                        "i" + i, new Sample.TokenIds(List.of(3, 5 + i), List.of(7, 9, 11 + i))))
            .toList();
    AuditData data =
        new AuditData(
            ids,
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            true,
            new AuditData.Models(after, before, null, null),
            42);
    try (LanguageModel adapted = after.get();
        LanguageModel original = before.get()) {
      double whole = mean(rows(Role.AFTER, adapted, data, Composition.MERGE_HALF, true));
      double none = mean(rows(Role.BEFORE, original, data, Composition.ADAPTER_OFF, false));
      assertThat(mean(rows(Role.AFTER, adapted, data, Composition.ADAPTER_OFF, false)))
          .isCloseTo(none, within(1e-6));
      assertThat(mean(rows(Role.AFTER, adapted, data, Composition.ADAPTER_HALF, false)))
          .isStrictlyBetween(Math.min(whole, none), Math.max(whole, none));
      assertThat(adapted.decoder().parameters().adapters()).isNotEmpty();
      // Half of the adapter is the same as half of each model, merged.
      assertThat(mean(rows(Role.AFTER, adapted, data, Composition.MERGE_HALF, false)))
          .isCloseTo(
              mean(rows(Role.AFTER, adapted, data, Composition.ADAPTER_HALF, false)), within(1e-5));
    }
  }

  private static List<Row> rows(
      Role role, LanguageModel model, AuditData data, AttackKind kind, boolean plain) {
    Victim victim = new Victim(role, model, data.requests(), data, ProgressListener.NONE);
    return plain
        ? Row.of(victim.samples(), "", victim.knowledge())
        : kind.opener().get().on(victim).rows();
  }

  /** Pool mean (1, 1); then (1, 0) and (0.9, 0.1) point the way of (2, 0), the rest elsewhere. */
  @Test
  void theNearestByCosineAfterTheMeanIsTakenOff() {
    List<double[]> pool = new ArrayList<>();
    pool.add(new double[] {0, 1});
    pool.add(new double[] {2, 1});
    pool.add(new double[] {1, 2});
    pool.add(new double[] {1, 0});
    assertThat(Relearning.nearest(List.of(new double[] {3, 1.1}), pool, 1)).containsExactly(1);
    assertThat(Relearning.nearest(List.of(new double[] {3, 1.1}), pool, 2)).containsExactly(1, 2);
    assertThat(Relearning.nearest(List.of(new double[] {1, -5}), pool, 9)).hasSize(4);
  }

  @Test
  void tooLittleMemoryIsSaidBeforeItRunsOut() {
    try (LanguageModel model = model()) {
      victim(model).requireMemory(4);
      assertThatThrownBy(() -> victim(model).requireMemory(Integer.MAX_VALUE))
          .isInstanceOf(EngramException.class)
          .hasMessageMatching("about .* GiB more are needed, and .* GiB can be had; .*");
    }
  }

  @Test
  void robustnessIsAsInOpenUnlearning() {
    assertThat(Relearning.robustness(0.1, 0.4)).isEqualTo(0.25);
    assertThat(Relearning.robustness(0.5, 0.4)).isEqualTo(1);
    assertThat(Relearning.robustness(0.5, 0)).isEqualTo(1);
    assertThat(RoundedWeights.robustness(0.3, 0.6)).isEqualTo(0.5);
    assertThat(RoundedWeights.robustness(0.7, 0.6)).isEqualTo(1);
  }

  @Test
  void aMixIsBetweenItsParts() {
    try (LanguageModel model = model();
        LanguageModel other =
            LanguageModel.open(
                Golden.model("with-tokenizer").toString(), ModelOptions.defaults())) {
      io.engram.model.quantize.Quantization.INT4.roundTrip(other);
      double apart = WeightArithmetic.distance(model, other);
      WeightArithmetic.mix(model, other, 0.5);
      assertThat(WeightArithmetic.distance(model, other)).isCloseTo(apart / 2, within(1e-4));
      assertThat(model.decoder().parameters().find(EMBEDDING)).isNotNull();
    }
    try (LanguageModel model = model();
        LanguageModel other =
            LanguageModel.open(Golden.model("mha").toString(), ModelOptions.defaults())) {
      assertThatThrownBy(() -> WeightArithmetic.distance(model, other))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("have different weights");
    }
  }
}
