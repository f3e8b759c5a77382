package io.engram.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.JsonFiles;
import io.engram.report.ForgetFixture;
import io.engram.report.run.RunReader;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestViewTest {
  @TempDir Path dir;

  private RequestView view(ForgetFixture run) {
    return RequestView.of(RunReader.read(List.of(run.write(dir.resolve("run")))).get(0), "f")
        .orElseThrow();
  }

  private static ForgetFixture mixed() {
    return new ForgetFixture()
        .forgotten("a", 2, 2)
        .forgotten("b", 3, 4)
        .neverKnown("n")
        .undecided("u")
        .known("k", null);
  }

  private static RequestView.Fact fact(RequestView view, int index) {
    return view.facts().get(index);
  }

  @Test
  void theTitleCountsEveryVerdict() {
    assertThat(view(mixed()).title())
        .isEqualTo(
            "2 of 5 requests are forgotten; 1 is still known; 1 is undecided; 1 was never known");
  }

  @Test
  void theTitleOfPlainCases() {
    assertThat(view(new ForgetFixture().forgotten("a", 1, 1)).title())
        .isEqualTo("The request is forgotten");
    dir = dir.resolve("2");
    assertThat(view(new ForgetFixture().forgotten("a", 1, 1).forgotten("b", 1, 1)).title())
        .isEqualTo("All 2 requests are forgotten");
    dir = dir.resolve("3");
    assertThat(view(new ForgetFixture().known("a", 1.0).known("b", 1.0)).title())
        .isEqualTo("None of the 2 requests is forgotten; 2 are still known");
    dir = dir.resolve("4");
    assertThat(view(new ForgetFixture().neverKnown("a").neverKnown("b")).title())
        .isEqualTo("None of the 2 requests was ever known");
  }

  @Test
  void whatNeedsAttentionComesFirst() {
    assertThat(view(mixed()).table().rows())
        .extracting(RequestTable.Row::id)
        .containsExactly("k", "u", "a", "b", "n");
    assertThat(view2().table().rows().get(0).verdict()).isEqualTo("still known");
    assertThat(view2().table().rows().get(0).note())
        .isEqualTo("was answered the same about someone else");
    assertThat(view2().table().rows().get(1).note()).isEqualTo("one measure is above its limit");
    assertThat(view2().table().rows().get(4).note()).isEmpty();
  }

  private RequestView view2() {
    dir = dir.resolve("again");
    return view(mixed());
  }

  @Test
  void measuresAreSharesBesideTheirLimit() {
    RequestView view = view(mixed());
    // exp(−1.0) = 0.368, exp(−0.105) = 0.900, exp(−2.303) = 0.100, exp(−0.223) = 0.800
    assertThat(view.table().columns().get(1).limit()).isEqualTo("37\u00a0% (−1.00\u00a0nats)");
    assertThat(view.table().columns().get(2).limit()).isEqualTo("88\u00a0%");
    assertThat(view.table().rows().get(2).changes().get(1))
        .isEqualTo(new RequestTable.Change("90\u00a0%", "10\u00a0%", false, "−0.11 → −2.30 nats"));
    assertThat(view.table().rows().get(0).changes().get(1).now()).isEqualTo("80\u00a0%");
    assertThat(view.table().rows().get(0).changes().get(1).above()).isTrue();
    assertThat(view.table().rows().get(0).changes().get(0).above()).isFalse();
    // exp(−9) = 0.0001: not nothing, and not 1 in 100.
    assertThat(view.table().rows().get(4).changes().get(1).now()).isEqualTo("<1\u00a0%");
  }

  @Test
  void whatItCostIsHeldAgainstTheBoundAndThePlan() {
    RequestView view = view(mixed());
    assertThat(fact(view, 0))
        .isEqualTo(
            new RequestView.Fact("Forgotten, of those it knew", "2 of 4", "1 more it never knew"));
    // The loss rose by 0.02: e^−0.02 − 1 = −1.98 %; the bound 0.05: −4.88 %.
    assertThat(fact(view, 1).value()).isEqualTo("−2.0\u00a0%");
    assertThat(fact(view, 1).note())
        .isEqualTo(
            "in how probable the right words are; at most −4.9\u00a0% was allowed. Loss 0.100 → 0.120"
                + " nats a token (it may rise by 0.05), on 40 samples not trained on");
    assertThat(fact(view, 2))
        .isEqualTo(new RequestView.Fact("Training steps", "4", "planned 5, probably 3 to 8"));
    assertThat(fact(view, 3).value()).isEqualTo("1 min 13 s");
    assertThat(fact(view, 3).note()).startsWith("planned 1 min 20 s; rehearsing");
  }

  @Test
  void aRunEndedByItsBudgetSaysWhatIsNeeded() {
    RequestView view = view(mixed().endedByBudget().forecast(null, null, null));
    assertThat(fact(view, 2).note())
        .isEqualTo("planned: more than 10; the budget ended it, not the requests");
    assertThat(view.answer().get(0)).contains("still knows 1 better", "budget.updates=N");
    dir = dir.resolve("2");
    assertThat(view(mixed().endedByBudget().keepAfter(0.17)).answer().get(0))
        .contains("more than the bound allows (+0.070 nats a token", "--keep-loss");
  }

  @Test
  void theStandardIsNamedWithItsWeakness() {
    assertThat(view(mixed()).standard().get(1)).contains("40 questions", "weakest comparison");
    dir = dir.resolve("2");
    assertThat(view(mixed().controls("given", 30)).standard().get(1))
        .isEqualTo("Compared with 30 samples that you gave as never seen by the model.");
    dir = dir.resolve("3");
    assertThat(view(mixed().controls("retrained", 5)).standard())
        .hasSize(2)
        .anyMatch(text -> text.contains("(models/never-saw)"));
    dir = dir.resolve("4");
    RequestView few = view(new ForgetFixture().undecided("u").controls("given", 9));
    assertThat(few.standard()).contains("9 are too few for a verdict; 20 are needed.");
    assertThat(few.answer().get(0)).contains("too few never-seen questions");
  }

  /** The run compared with 9 given ones, the audit with a model that never saw the requests. */
  @Test
  void theStandardIsThatOfTheAuditWhereThereIsOne() {
    Path run = new ForgetFixture().undecided("u").controls("given", 9).write(dir.resolve("run"));
    JsonFiles.write(
        run.resolve(AuditSummary.FILE),
        new AuditSummary("retrained", 30, 1, List.of(), List.of(), new TreeMap<>(), null, 1));
    RequestView view = RequestView.of(RunReader.read(List.of(run)).get(0), "f").orElseThrow();
    assertThat(view.standard().get(1)).contains("a model that never saw the requests");
    assertThat(view.standard()).noneMatch(text -> text.contains("too few"));
    assertThat(view.answer()).noneMatch(text -> text.contains("too few"));
  }

  @Test
  void samplesToKeepThatStandInAreNamed() {
    assertThat(view(mixed()).unchecked()).noneMatch(text -> text.contains("--keep"));
    dir = dir.resolve("2");
    assertThat(view(mixed().neutralKeep()).unchecked())
        .anyMatch(text -> text.contains("general questions stood in"));
  }

  @Test
  void aRiseAsProbability() {
    assertThat(RequestView.percent(Math.log(2))).isEqualTo("−50.0\u00a0%");
    assertThat(RequestView.percent(-0.01)).isEqualTo("+1.0\u00a0%");
    assertThat(RequestView.percent(0.0004)).isEqualTo("under 0.1\u00a0%");
  }
}
