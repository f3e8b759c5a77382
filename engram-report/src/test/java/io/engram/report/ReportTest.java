package io.engram.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final String ATTACK = "</script><img src=x onerror=alert(1)> & \"quoted\"";

  @TempDir Path dir;

  private String report(RunFixture... runs) throws IOException {
    Path[] folders = new Path[runs.length];
    for (int i = 0; i < runs.length; i++) {
      folders[i] = runs[i].write(dir.resolve("run-" + i));
    }
    Path out = dir.resolve("out/report.html");
    Report.write(List.of(folders), out);
    return Files.readString(out);
  }

  @Test
  void bothOrdersSideBySideShareOneBefore() throws IOException {
    String page = report(RunFixture.order("uniform"), RunFixture.order("mrd").completeness(0.70));
    assertThat(page)
        .contains("<title>NPO on tofu:forget10: uniform order and MRD order")
        .contains("after, uniform order")
        .contains("after, MRD order")
        .doesNotContain("before, uniform order");
  }

  @Test
  void textsOfSamplesStayTexts() throws IOException {
    String page = report(RunFixture.order("mrd").firstSample(ATTACK, ATTACK).model("m/" + ATTACK));
    assertThat(page).doesNotContain("<img src=x").contains("&lt;/script&gt;&lt;img");
  }

  @Test
  void specificationsCannotEndTheirScript() {
    assertThat(Assets.insideScript("{\"id\":\"</script><!--&\u2028\"}"))
        .isEqualTo("{\"id\":\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"}");
  }

  @Test
  void nothingIsAskedOfTheNetwork() throws IOException {
    String page = report(RunFixture.order("mrd"));
    assertThat(page)
        .doesNotContain("src=\"http")
        .doesNotContain("href=\"http")
        .doesNotContain("@import")
        .doesNotContain("sourceMappingURL");
  }

  @Test
  void demonstrationModelIsNamedOnTop() throws IOException {
    assertThat(report(RunFixture.order("uniform"))).contains("Demonstration model.");
  }

  @Test
  void anotherModelIsNoDemonstration() throws IOException {
    assertThat(report(RunFixture.order("uniform").model("models/llama")))
        .doesNotContain("Demonstration model.")
        .contains("Make models/llama forget 40 samples");
  }

  @Test
  void withoutMrdNoFigureOfIt() throws IOException {
    String page = report(RunFixture.order("uniform"));
    assertThat(page)
        .doesNotContain("id=\"difficulty\"")
        .contains("No run shown computed MRD")
        .contains("id=\"draws\"");
  }

  @Test
  void predictedUpdatesAreNotCalledMrd() throws IOException {
    String page = report(RunFixture.order("uniform"), RunFixture.order("predicted_updates"));
    assertThat(page)
        .contains("uniform order and predicted-updates order", "Cost of the order")
        .contains("No run shown computed MRD; the order went by predicted updates")
        .doesNotContain("Cost of MRD", "MRD order against uniform order", "id=\"mrd\"");
  }

  @Test
  void withoutEvaluationItSaysSo() throws IOException {
    String page = report(RunFixture.order("mrd").notEvaluated());
    assertThat(page)
        .contains("Nothing was evaluated, so this page can")
        .contains("No evaluation is recorded")
        .doesNotContain("id=\"trade-off\"")
        .contains("id=\"mrd\"");
  }

  @Test
  void interruptedRunIsToldOnTop() throws IOException {
    String page = report(RunFixture.order("mrd").status("interrupted").size(40, 23).notEvaluated());
    assertThat(page)
        .contains(
            "MRD order: the run was interrupted after 23 updates; resume it with `engram unlearn"
                + " --resume`");
  }

  @Test
  void verdictsStandOnTop() throws IOException {
    Path run =
        new ForgetFixture()
            .text(ATTACK)
            .forgotten("a", 2, 2)
            .neverKnown("n")
            .known("k", null)
            .write(dir.resolve("forget"));
    Path out = dir.resolve("report.html");
    Report.write(List.of(run), out);
    String page = Files.readString(out);
    assertThat(page)
        .contains("<title>1 of 3 requests is forgotten; 1 is still known; 1 was never known")
        .contains("id=\"requests\"", "id=\"forgetting\"", "What was not checked")
        .contains("No evaluation suite was run")
        .doesNotContain("id=\"summary\"", "Cost of MRD", "No run shown computed MRD")
        .doesNotContain("<img src=x");
    assertThat(page.indexOf("id=\"requests\"")).isLessThan(page.indexOf("id=\"course\""));
  }

  @Test
  void verdictsOfSeveralRunsStandBelowTheSummary() throws IOException {
    Path one = new ForgetFixture().forgotten("a", 2, 2).write(dir.resolve("one"));
    Path two = new ForgetFixture().known("a", null).write(dir.resolve("two"));
    Path out = dir.resolve("report.html");
    Report.write(List.of(one, two), out);
    assertThat(Files.readString(out))
        .contains("id=\"summary\"", "id=\"request2\"", "id=\"forgetting-2\"")
        .contains(
            ": The request is forgotten.", ": The request is not forgotten; 1 is still known.");
  }

  @Test
  void aRunThatWasLookedAtShowsForgettingAgainstKeeping() throws IOException {
    Path run =
        new ForgetFixture()
            .forgotten("a", 2, 2)
            .known("b", null)
            .plainRun()
            .write(dir.resolve("r"));
    Path out = dir.resolve("report.html");
    Report.write(List.of(run), out);
    assertThat(Files.readString(out))
        .contains("the stopping rule found 1 of 2 samples forgotten after 4 updates.")
        .contains("id=\"looks\"", "2 samples to forget that the stopping rule finds forgotten")
        .doesNotContain("id=\"requests\"", "never seen");
  }

  @Test
  void manyRequestsAreFolded() throws IOException {
    ForgetFixture many = new ForgetFixture();
    for (int i = 0; i < 23; i++) {
      many.forgotten("r" + i, 2, 2);
    }
    Path out = dir.resolve("report.html");
    Report.write(List.of(many.write(dir.resolve("many"))), out);
    assertThat(Files.readString(out)).contains("<summary>The other 3 requests</summary>");
  }

  @Test
  void severalHundredSamplesStaySmall() throws IOException {
    String page =
        report(RunFixture.order("uniform").size(400, 500), RunFixture.order("mrd").size(400, 500));
    assertThat(page.length()).isLessThan(3_000_000);
  }

  @Test
  void noFolderAndWrongFolderAreUserErrors() {
    assertThatThrownBy(() -> Report.write(List.of(), dir.resolve("r.html")))
        .isInstanceOf(EngramException.class)
        .hasMessage("A report needs at least one run folder; none was given.");
    assertThatThrownBy(() -> Report.write(List.of(dir), dir.resolve("r.html")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("is not a run folder: it has no manifest.json");
  }
}
