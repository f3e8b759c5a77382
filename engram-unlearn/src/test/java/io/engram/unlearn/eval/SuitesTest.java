package io.engram.unlearn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuitesTest {
  @Test
  void everyNameHasItsSuite() {
    assertThat(Suites.names())
        .allSatisfy(name -> assertThat(Suites.named(name).name()).isEqualTo(name));
    assertThat(Suites.named("tofu:forget01").name()).isEqualTo("tofu");
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> Suites.named("wmpd"))
        .isInstanceOf(EngramException.class)
        .hasMessage("eval.suites: no suite is named wmpd; there are [tofu]");
    assertThatThrownBy(() -> Suites.named("tofu:retain90"))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: tofu:retain90 is not a forget set of TOFU; there are [forget10,"
                + " forget05, forget01]");
  }

  @Test
  void tofuIsNarrowedToTheForgetSet() {
    assertThat(Suites.matching(List.of("tofu"), List.of("tofu:forget05")))
        .containsExactly("tofu:forget05");
    assertThat(Suites.matching(List.of("tofu"), List.of("requests.jsonl"))).containsExactly("tofu");
  }
}
