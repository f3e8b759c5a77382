package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.reproduce.MuseExperiment.Way;
import io.engram.unlearn.reproduce.MuseFindings.Measure;
import io.engram.unlearn.reproduce.MuseFindings.Measured;
import io.engram.unlearn.reproduce.MuseFindings.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is found in measurements that are made up, so that the answer is known. */
class MuseFindingsTest {
  private static final List<String> TEXTS = List.of("one red", "two blue", "three", "four green");

  /** A model whose verbatim memory is this in the mean, and this of each text. */
  private static Measured measured(double verbatim, double... each) {
    List<AnswerRow> rows =
        IntStream.range(0, each.length)
            .mapToObj(
                i ->
                    new AnswerRow(
                        "" + i,
                        null,
                        "",
                        List.of(TEXTS.get(i)),
                        Map.of(),
                        Map.of("rouge_l_f1", each[i]),
                        1,
                        0,
                        "eos"))
            .toList();
    return new Measured(
        List.of(
            new Measurement(
                "after", "text", "text.verbatim.rouge_l_f1", verbatim, "ratio", 4, false, 0.05)),
        rows);
  }

  /** Differences −0.1 of the first seed and −0.3 of the last; t of one degree 12.706. */
  @Test
  void aSeedWithoutAValueIsNotPaired() {
    List<State> states = new ArrayList<>(findings(Way.SCALABILITY).states());
    Measured none = new Measured(List.of(), List.of());
    states.set(1, new State("one", 1, 1, List.of(measured(0.5), measured(0.9), measured(0.7))));
    states.set(4, new State("all", 4, 4, List.of(measured(0.4), none, measured(0.4))));
    MuseFindings findings =
        new MuseFindings(Way.SCALABILITY, findings(Way.SCALABILITY).pieces(), List.copyOf(states));
    assertThat(findings.sentence(Measure.VERBATIM))
        .endsWith("From the first to the last, over 2 seeds: −0.200 [−1.471, 1.071].");
  }

  private static MuseFindings findings(Way way) {
    List<List<Sample>> pieces = new ArrayList<>();
    for (String text : TEXTS) {
      pieces.add(List.of(new Sample(text, new Sample.PlainText("It is " + text + ", it is."))));
    }
    List<State> states = new ArrayList<>();
    states.add(new State("original", 0, 0, List.of(measured(0.9, 1, 0.8, 0.6, 0.4))));
    states.add(
        new State(
            way.state(1),
            1,
            1,
            List.of(measured(0.5, 0.2, 0.8, 1, 0), measured(0.7, 0.4, 1, 1, 0))));
    for (int k = 2; k <= 4; k++) {
      states.add(
          new State(
              way.state(k), k, k, List.of(measured(0.1, 0, 0, 0, 0), measured(0.2, 0, 0, 0, 0))));
    }
    states.add(new State("retrained", null, 0, List.of(measured(0.3, 0.3, 0.3, 0.3, 0.3))));
    return new MuseFindings(
        way, new ForgetPieces(DataSection.of(List.of("a.jsonl")), pieces, false), states);
  }

  /** Differences −0.4 and −0.5: mean −0.45, standard error 0.05, t of one degree 12.706. */
  @Test
  void sentencesPairTheSeeds() {
    assertThat(findings(Way.SCALABILITY).sentence(Measure.VERBATIM))
        .isEqualTo(
            "Verbatim memory: 0.900 in the original, 0.600 with 1/4 forgotten, 0.150 with all forgotten; 0.300 in the retrained model. From the first to the last, over 2 seeds: −0.450 [−1.085, 0.185].");
    assertThat(findings(Way.SUSTAINABILITY).sentence(Measure.VERBATIM))
        .contains("0.600 after request 1, 0.150 after request 4;");
  }

  @Test
  void tablesHaveTheCorpusAndEachPiece() {
    List<StudyTable> tables = findings(Way.SCALABILITY).tables(2);
    assertThat(tables).hasSize(2);
    assertThat(tables.get(0).columns())
        .extracting(StudyTable.Column::title)
        .containsExactly("model", "rows forgotten", "verbatim memory");
    assertThat(tables.get(0).columns().get(2).unit()).isEqualTo("n = 4");
    assertThat(tables.get(0).rows().get(0))
        .containsExactly("original", 0, "0.900\u00a0±\u00a00.050");
    // √((0.1² + 0.1²) / 1)
    assertThat(tables.get(0).rows().get(1))
        .containsExactly("1/4 forgotten", 1, "0.600\u00a0±\u00a00.141");
    assertThat(tables.get(0).rows().get(5))
        .containsExactly("retrained", null, "0.300\u00a0±\u00a00.050");
    assertThat(tables.get(1).title()).isEqualTo("Verbatim memory, piece by piece");
    assertThat(tables.get(1).columns().get(1).unit()).isEqualTo("n = 1");
    // One row has no standard error.
    assertThat(tables.get(1).rows().get(0))
        .containsExactly("original", "1.000", "0.800", "0.600", "0.400");
    assertThat(tables.get(1).rows().get(1))
        .containsExactly(
            "1/4 forgotten",
            "0.300\u00a0±\u00a00.141",
            "0.900\u00a0±\u00a00.141",
            "1.000\u00a0±\u00a00.000",
            "0.000\u00a0±\u00a00.000");
  }
}
