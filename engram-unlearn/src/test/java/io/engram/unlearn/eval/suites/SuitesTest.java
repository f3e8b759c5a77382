package io.engram.unlearn.eval.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /** Their metric ids don't have the part, so the second's values would replace the first's. */
  @Test
  void twoSuitesOfOneNameAreRefused(@TempDir Path folder) throws IOException {
    for (List<String> names :
        List.of(
            List.of("tofu:forget01", "tofu:forget05"),
            List.of("knowledge:tofu:forget01", "knowledge:tofu:forget05"),
            List.of("whp", "whp"))) {
      assertThatThrownBy(() -> Suites.of(EvalSection.of(names)))
          .isInstanceOf(EngramException.class)
          .hasMessage(
              "eval.suites: %s and %s would both be written as %s. Name one of them; measure the other by itself: engram eval MODEL --suite %s --out DIR"
                  .formatted(
                      names.get(0),
                      names.get(1),
                      names.get(0).replaceFirst(":.*", ""),
                      names.get(1)));
    }
    List<String> own = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      Path task = folder.resolve(name + ".yaml");
      Files.writeString(
          task,
          """
          task: %s
          data: {layouts: [{files: rows.jsonl}]}
          prompt: "%s {{q}}"
          choices: {texts: ["yes", "no"]}
          target: {column: right}
          metrics: [acc]
          """
              .formatted(name.equals("c") ? "a" : name, name));
      own.add("harness:" + task);
    }
    Files.writeString(folder.resolve("rows.jsonl"), "{\"q\": \"So?\", \"right\": 0}\n");
    assertThat(Suites.of(EvalSection.of(own.subList(0, 2)))).hasSize(2);
    assertThat(Suites.of(EvalSection.of(List.of(own.get(0), own.get(0))))).hasSize(2);
    assertThatThrownBy(() -> Suites.of(EvalSection.of(own)))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(own.get(0) + " and " + own.get(2))
        .hasMessageContaining("written as harness.a. Name one of them");
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
