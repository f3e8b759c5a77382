package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LeadingMeasuresTest {
  @Test
  void whatTellsBestComesFirstAndTheRestStays() {
    assertThat(
            LeadingMeasures.first(
                List.of(
                    "b.forget.rouge_l_recall",
                    "b.forget.truth_probability",
                    "b.forget.extraction_strength",
                    "b.retain.extraction_strength",
                    "b.forget_vs_retain.loss_auc",
                    "b.forget_vs_retain.min_k_auc"),
                Function.identity()))
        .containsExactly(
            "b.forget.extraction_strength",
            "b.forget.truth_probability",
            "b.forget_vs_retain.min_k_auc",
            "b.forget.rouge_l_recall",
            "b.retain.extraction_strength",
            "b.forget_vs_retain.loss_auc");
    assertThat(LeadingMeasures.first(List.of("mia_loss", "mia_min_k"), Function.identity()))
        .containsExactly("mia_min_k", "mia_loss");
  }
}
