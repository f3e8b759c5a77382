package io.engram.unlearn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.recipe.EvalSection;
import io.engram.unlearn.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuitesTest {
  @Test
  void everyNameHasItsSuite() {
    assertThat(Suites.named(Suites.names(), EvalSection.BUILT_IN))
        .extracting(Suite::name)
        .isEqualTo(Suites.names());
    assertThat(Suites.named(List.of("tofu:forget01"), EvalSection.BUILT_IN))
        .extracting(Suite::name)
        .containsExactly("tofu");
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> Suites.named(List.of("wmpd"), EvalSection.BUILT_IN))
        .isInstanceOf(EngramException.class)
        .hasMessage("eval.suites: no suite is named wmpd; there are [tofu]");
    assertThatThrownBy(() -> Suites.named(List.of("tofu:retain90"), EvalSection.BUILT_IN))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: tofu:retain90 is not a forget set of TOFU; there are [forget10,"
                + " forget05, forget01]");
  }

  @Test
  void aFolderThatIsNoEncoderIsNamedBeforeAnythingIsMeasured() {
    String model = Golden.model("gqa-tied").toString();
    assertThatThrownBy(() -> Suites.named(List.of("tofu"), model))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.encoder = " + model + " is no sentence encoder: ")
        .hasMessageContaining("model_type \"llama\" is not supported as an encoder")
        .hasMessageEndingWith("Without it the built-in one judges.");
    assertThatThrownBy(() -> Suites.named(List.of("tofu"), "no/such/folder"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no/such/folder: no such folder");
    assertThat(Suites.named(List.of(), "no/such/folder")).isEmpty();
  }

  @Test
  void tofuIsNarrowedToTheForgetSet() {
    assertThat(Suites.matching(List.of("tofu"), List.of("tofu:forget05")))
        .containsExactly("tofu:forget05");
    assertThat(Suites.matching(List.of("tofu"), List.of("requests.jsonl"))).containsExactly("tofu");
  }
}
