package io.engram.core.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
  private static final String EMPTY =
      """
      {"title": "T", "question": "Q?", "answer": ["A."], "facts": [], "figures": %s, "tables": %s,
       "limits": [], "provenance": {"seed": 1, "engram": "0", "model_hash": "ab", "date": "2026"}}
      """;

  @TempDir Path folder;

  private static Study study() {
    StudyFigure figure =
        new StudyFigure(
            "rho",
            "Which score tells?",
            List.of("Right of 0 is harder."),
            Kind.FOREST,
            Axis.linear("Spearman's ρ", ""),
            Axis.linear("score", ""),
            "95 % interval",
            List.of(Series.of("all", List.of(Point.row("tokens", 0.77, 0.6, 0.9)))));
    StudyTable table =
        new StudyTable(
            "Scores",
            "",
            List.of(StudyTable.Column.of("score"), new StudyTable.Column("time", "s")),
            List.of(Arrays.asList("tokens", 0.25), Arrays.asList("mrd", null)));
    return new Study(
        "T",
        "Q?",
        List.of("A."),
        List.of(new Study.Fact("n", "46", "")),
        List.of(figure),
        List.of(table),
        List.of("One seed."),
        new StudyProvenance(7, "seed: 7\n", "0.1", "ab12", "2026-01-02", Map.of("Device", "cpu")));
  }

  @Test
  void isTheSameAfterAFile() {
    Path file = folder.resolve("study.json");
    study().write(file);
    assertThat(Study.read(file)).isEqualTo(study());
    assertThat(file).content().contains("\"kind\" : \"forest\"", "\"model_hash\" : \"ab12\"");
  }

  @Test
  void aFaultNamesFileAndPart() throws IOException {
    String axes =
        "\"x\": {\"label\": \"x\", \"log\": false}, \"y\": {\"label\": \"y\", \"log\": false}, \"caption\": [], \"title\": \"t\"";
    refused("{", "Unexpected end-of-input");
    refused("{\"title\": \"T\"}", "is not a study that can be shown: the study has no question");
    refused(EMPTY.formatted("[{\"id\": \"Ä\"}]", "[]"), "id \"Ä\" must be small letters");
    refused(
        EMPTY.formatted(
            "[{\"id\": \"a\", \"kind\": \"forest\", "
                + axes
                + ", \"series\": [{\"label\": \"s\", \"background\": false, \"points\": [{\"x\": 1}]}]}]",
            "[]"),
        "the figure a, s: each point of a forest needs x and label, unlike Point[x=1.0");
    refused(
        EMPTY.formatted("[{\"id\": \"a\", \"kind\": \"pie\", " + axes + ", \"series\": []}]", "[]"),
        "figures[0].kind: ");
    refused(
        EMPTY.formatted("[{\"id\": \"a\", \"x\": {\"label\": \"x\"}}]", "[]"),
        "figures[0].x.log: ");
    refused(
        EMPTY.formatted(
            "[]",
            "[{\"title\": \"S\", \"columns\": [{\"title\": \"a\"}], \"rows\": [[1], [1, 2]]}]"),
        "the table \"S\" has 1 columns and a row of 2 cells (row 1)");
  }

  private void refused(String json, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("study.json"), json);
    assertThatThrownBy(() -> Study.read(file))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void idsAreUsedOnce() {
    Study one = study();
    StudyFigure figure = one.figures().get(0);
    assertThatThrownBy(
            () ->
                new Study(
                    "T",
                    "Q?",
                    List.of(),
                    List.of(),
                    List.of(figure, figure),
                    List.of(),
                    List.of(),
                    one.provenance()))
        .hasMessage("two figures have the id rho");
  }
}
