package io.engram.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages in a real browser. Skipped, and says so, where there is no Chromium. */
class ReportBrowserTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  /** Milliseconds: a machine that builds other things at the same time is slow, not broken. */
  private static final double PATIENCE = 180_000;

  @TempDir static Path dir;
  private final List<String> complaints = new ArrayList<>();
  private static @Nullable Playwright playwright;
  private static @Nullable Browser browser;

  @BeforeAll
  static void launch() {
    if (!Files.isExecutable(CHROMIUM)) {
      String why = "ReportBrowserTest is skipped: there is no Chromium at " + CHROMIUM;
      System.err.println(why);
      Assumptions.abort(why);
    }
    Playwright started =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    playwright = started;
    browser =
        started
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setTimeout(PATIENCE)
                    .setArgs(List.of("--no-sandbox")));
  }

  @AfterAll
  static void close() {
    if (playwright != null) {
      playwright.close();
    }
  }

  private Page open(int width, boolean scripts) {
    return open(report(), width, scripts);
  }

  private static Path study() {
    Path study = dir.resolve("study.html");
    if (!Files.exists(study)) {
      StudyPage.write(StudyFixture.named("<b>MRD</b></script><img src=x>"), study);
    }
    return study;
  }

  private static Path report() {
    Path report = dir.resolve("report.html");
    if (!Files.exists(report)) {
      Path uniform = RunFixture.order("uniform").write(dir.resolve("uniform"));
      Path mrd =
          RunFixture.order("mrd")
              .firstSample("<b>bold</b> question", "</script><img src=x onerror=alert(1)>")
              .write(dir.resolve("mrd"));
      Report.write(List.of(uniform, mrd), report);
    }
    return report;
  }

  private Page open(Path file, int width, boolean scripts) {
    Page page =
        Objects.requireNonNull(browser)
            .newContext(
                new Browser.NewContextOptions()
                    .setViewportSize(width, 900)
                    .setJavaScriptEnabled(scripts))
            .newPage();
    page.setDefaultTimeout(PATIENCE);
    page.onConsoleMessage(message -> complaints.add(message.type() + ": " + message.text()));
    page.onPageError(complaints::add);
    page.onRequest(
        request -> {
          if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) {
            complaints.add("asked the network for " + request.url());
          }
        });
    page.navigate(file.toUri().toString());
    if (scripts) {
      page.waitForSelector("html.drawn");
    }
    return page;
  }

  @Test
  void figuresAreDrawnWithoutAComplaint() {
    Page page = open(1280, true);
    int plots = page.locator(".plot").count();
    assertThat(plots).isEqualTo(13);
    assertThat(page.locator(".plot svg").count()).isEqualTo(plots);
    assertThat(page.locator("#plot-mrd-0 .mark-rect.role-mark path").count()).isPositive();
    assertThat(page.locator("#plot-mrd-drop-0 .mark-symbol path").count()).isEqualTo(40);
    assertThat(page.locator("figure table").count()).isEqualTo(page.locator("figure").count());
    assertThat(complaints).isEmpty();
  }

  @Test
  void samplesSortSearchAndOpenByKeyboard() {
    Page page = open(1280, true);
    String firstId = "#sample-table tbody:not([hidden]) .id >> nth=0";
    String firstDrawn = "#sample-table tbody:not([hidden]) .head td >> nth=6";
    page.locator("#sample-table th[data-column='0'] button").click();
    page.locator("#sample-table th[data-column='0'] button").click();
    assertThat(page.textContent(firstId)).isEqualTo("39");
    page.locator("#sample-table th[data-column='6'] button").focus();
    page.keyboard().press("Enter");
    assertThat(page.getAttribute("#sample-table th[data-column='6']", "aria-sort"))
        .isEqualTo("ascending");
    int least = Integer.parseInt(page.textContent(firstDrawn).strip());
    page.keyboard().press("Enter");
    assertThat(Integer.parseInt(page.textContent(firstDrawn).strip())).isGreaterThan(least);

    page.fill("#sample-search", "Chapter 17 ilse");
    assertThat(page.textContent("#sample-count")).isEqualTo("1 of 40 samples");
    page.locator("#sample-table tbody:not([hidden]) button.open").focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("tbody.opened .detail").isVisible()).isTrue();
    assertThat(page.textContent("tbody.opened .detail")).contains("Model after, MRD order");
    page.keyboard().press("Enter");
    assertThat(page.locator("tbody.opened").count()).isZero();
    assertThat(complaints).isEmpty();
  }

  @Test
  void markupInSamplesIsText() {
    Page page = open(1280, true);
    assertThat(page.locator("img, #samples b").count()).isZero();
    assertThat(page.textContent("#samples")).contains("</script><img src=x onerror=alert(1)>");
  }

  /** {@code -Dengram.report.rows=100000}: of as many. */
  @Test
  void aLargeTableIsShownInPartsAndSearchedAsAWhole() throws IOException {
    int rows = Integer.getInteger("engram.report.rows", 3000);
    String hostile = "</script><img src=x onerror=alert(1)>";
    Path report = dir.resolve("large.html");
    Path run =
        RunFixture.order("uniform")
            .size(rows, 60)
            .firstSample("<b>bold</b> question", hostile)
            .write(dir.resolve("large"));
    Report.write(List.of(run), report);
    assertThat(report)
        .content()
        .contains("The first 200 of " + rows + " samples")
        .doesNotContain(hostile);
    long start = System.nanoTime();
    Page page = open(report, 1280, true);
    told("opened with %d samples".formatted(rows), start);
    assertThat(page.locator("#sample-table tbody").count()).isEqualTo(200);
    assertThat(page.textContent("#page-place")).isEqualTo("1 to 200 of " + rows);
    assertThat(page.isDisabled("#page-before")).isTrue();
    assertThat(page.textContent("#sample-table tbody >> nth=0")).contains(hostile);
    page.click("#page-after");
    assertThat(page.textContent("#page-place")).isEqualTo("201 to 400 of " + rows);
    start = System.nanoTime();
    page.click("#sample-table th[data-column='0'] button");
    page.click("#sample-table th[data-column='0'] button");
    told("sorted twice", start);
    assertThat(page.textContent("#sample-table .id >> nth=0")).isEqualTo("" + (rows - 1));
    start = System.nanoTime();
    page.fill("#sample-search", "Chapter 2017 ilse");
    told("searched", start);
    assertThat(page.textContent("#sample-count")).isEqualTo("1 of " + rows + " samples");
    assertThat(page.textContent("#page-place")).isEqualTo("1 to 1 of 1");
    page.click("#sample-table button.open");
    assertThat(page.textContent("tbody.opened .detail")).contains("Model after");
    assertThat(page.locator("img, #samples b").count()).isZero();
    assertThat(complaints).isEmpty();
    page.fill("#sample-search", "nothing of the kind");
    assertThat(page.textContent("#page-place")).isEqualTo("none");
  }

  @SuppressWarnings("SystemOut") // Worth a line in the log.
  private static void told(String what, long start) {
    System.out.println("Report: %s in %.1f s".formatted(what, (System.nanoTime() - start) / 1e9));
  }

  @Test
  void phoneNeedsNoSidewaysScrolling() {
    Page page = open(390, true);
    assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    assertThat(complaints).isEmpty();
  }

  @Test
  void tablesReadWithoutScripts() {
    Page page = open(1280, false);
    assertThat(page.locator("#measures-table").isVisible()).isTrue();
    assertThat(page.locator("#samples .detail >> nth=3").isVisible()).isTrue();
    assertThat(page.locator("#sample-search").isVisible()).isFalse();
  }

  private static Path forgotten() {
    Path report = dir.resolve("forget.html");
    if (!Files.exists(report)) {
      Path run =
          new ForgetFixture()
              .text(" <b>bold</b>")
              .forgotten("a", 2, 2)
              .neverKnown("n")
              .known("k", null)
              .write(dir.resolve("forget"));
      Report.write(List.of(run), report);
    }
    return report;
  }

  @Test
  void verdictsAndTheirFigureAreDrawn() {
    Page page = open(forgotten(), 1280, true);
    assertThat(page.locator(".plot svg").count()).isEqualTo(page.locator(".plot").count());
    assertThat(page.locator("#plot-forgetting-0 .mark-symbol path").count()).isEqualTo(5);
    // The bound: one line, not one for each look.
    assertThat(page.locator("#plot-forgetting-1 line[stroke-dasharray='5,3']").count())
        .isEqualTo(1);
    assertThat(page.locator("table.verdicts tbody").count()).isEqualTo(3);
    assertThat(page.locator("b").count()).isZero();
    assertThat(complaints).isEmpty();
  }

  @Test
  void verdictsFitAPhone() {
    Page page = open(forgotten(), 390, true);
    assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    assertThat(complaints).isEmpty();
  }

  @Test
  void figuresOfAStudyAreDrawn() {
    Page page = open(study(), 1280, true);
    assertThat(page.locator(".plot svg").count()).isEqualTo(7);
    assertThat(page.locator("figure table").count()).isEqualTo(page.locator("figure").count());
    // 6 estimates; the fixture's one point at 0 has no place on a logarithmic axis.
    assertThat(page.locator("#plot-figure-correlations-0 .mark-symbol path").count()).isEqualTo(6);
    assertThat(page.locator("#plot-figure-mrd-updates-0 .mark-symbol path").count()).isEqualTo(47);
    // 30 samples behind and the median.
    assertThat(page.locator("#plot-figure-sigma-0 .mark-line path").count()).isEqualTo(31);
    assertThat(page.locator("#plot-figure-draws-0 .mark-area path").count()).isEqualTo(10);
    assertThat(page.locator("img, b").count()).isZero();
    assertThat(complaints).isEmpty();
  }

  @Test
  void aStudyFitsAPhone() {
    Page page = open(study(), 390, true);
    assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
    assertThat(complaints).isEmpty();
  }
}
