package io.engram.unlearn.eval.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SuitesTest {
  @Test
  void everyNameHasItsSuite() {
    assertThat(Suites.names()).contains("tofu", "whp", "safe");
    assertThat(Suites.of(EvalSection.of(List.of("tofu", "whp"))))
        .extracting(Suite::name)
        .containsExactly("tofu", "whp");
    assertThat(Suites.of(EvalSection.of(List.of("tofu:forget01"))))
        .extracting(Suite::name)
        .containsExactly("tofu");
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("wmpd"))))
        .isInstanceOf(EngramException.class)
        .hasMessage("eval.suites: no suite is named wmpd; there are " + Suites.names());
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("tofu:retain90"))))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: tofu:retain90 is not a part of tofu; there are tofu:forget10,"
                + " tofu:forget05, tofu:forget01");
  }

  @Test
  void aFolderThatIsNoEncoderIsNamedBeforeAnythingIsMeasured() {
    String model = Golden.model("gqa-tied").toString();
    assertThatThrownBy(() -> Suites.of(with(List.of("tofu"), model)))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.encoder = " + model + " isn't a sentence encoder: ")
        .hasMessageContaining("model_type \"llama\" is not supported as an encoder")
        .hasMessageEndingWith("Without it, the built-in one judges.");
    assertThatThrownBy(() -> Suites.of(with(List.of("tofu"), "no/such/folder")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no/such/folder: no such folder");
    assertThat(Suites.of(with(List.of(), "no/such/folder"))).isEmpty();
  }

  @Test
  void tofuIsNarrowedToTheForgetSet() {
    assertThat(Suites.matching(List.of("tofu"), List.of("tofu:forget05")))
        .containsExactly("tofu:forget05");
    assertThat(Suites.matching(List.of("tofu"), List.of("requests.jsonl"))).containsExactly("tofu");
  }

  private static EvalSection with(List<String> suites, String encoder) {
    return new EvalSection(suites, 0, 0, encoder, null, null, null, null, null);
  }

  /** What help and documentation say of a suite comes from the suite. */
  @Test
  void everySuiteDescribesItself() {
    for (SuiteKind kind : Suites.all()) {
      assertThat(kind.what()).as(kind.name()).isNotBlank().hasSizeLessThanOrEqualTo(74);
      assertThat(kind.metrics().get())
          .extracting(SuiteMetric::id)
          .isNotEmpty()
          .doesNotHaveDuplicates();
    }
    assertThat(Suites.all()).extracting(SuiteKind::name).doesNotHaveDuplicates();
  }

  @Test
  void chanceIsDeclaredWhereItIsKnown() {
    assertThat(chance("tofu", "forget.mia_auc")).isEqualTo(0.5);
    assertThat(chance("tofu_benchmark", "forget_vs_retain.loss_auc")).isEqualTo(0.5);
    assertThat(chance("harness", "mmlu.acc")).isEqualTo(0.25);
    assertThat(chance("harness", "wikitext.word_perplexity")).isNull();
  }

  private static @Nullable Double chance(String suite, String metric) {
    return Suites.kind(suite).metrics().get().stream()
        .filter(each -> each.id().equals(metric))
        .findFirst()
        .orElseThrow()
        .chance();
  }
}
