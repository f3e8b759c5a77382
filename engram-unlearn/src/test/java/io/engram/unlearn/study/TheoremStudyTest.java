package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Theorem 3.2 on a tiny model, where σ is small. */
@Tag("recipe")
class TheoremStudyTest {
  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("a", new Sample.QuestionAnswer("Who is it?", "The author of many books.")),
          new Sample("b", new Sample.QuestionAnswer("Where is it?", "In the city.")));

  @Test
  void mrdIsNearItsPrediction() {
    StudyProvenance made = new StudyProvenance(3, "", "test", "hash", "2026-11-27", Map.of());
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      Study study =
          TheoremStudy.run(
              model,
              SAMPLES,
              new TheoremStudy.Plan(List.of(0.003, 0.01), 64, 64),
              3,
              made,
              ProgressListener.NONE);
      assertThat(study.answer()).hasSize(2);
      assertThat(study.figures())
          .extracting(StudyFigure::id)
          .containsExactly("theorem-sigma", "theorem-samples");
      List<?> row = study.tables().get(0).rows().get(0);
      assertThat(row.get(1)).isEqualTo(2);
      // Both sides have errors, and both samples agree within two of them.
      assertThat(row.get(7)).isEqualTo(2);
    }
  }
}
