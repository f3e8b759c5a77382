package io.engram.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyPageTest {
  private static final String ATTACK = "</script><img src=x onerror=alert(1)> & \"quoted\"";

  @TempDir Path dir;

  @Test
  void readsTheStudyAndWritesOnePage() throws IOException {
    Path json = dir.resolve("study.json");
    StudyFixture.named("MRD").write(json);
    Path out = dir.resolve("new/study.html");
    StudyPage.write(json, out);
    assertThat(Files.readString(out))
        .contains("<title>MRD and the updates that a sample needs – Engram study</title>")
        .contains(
            "id=\"figure-correlations\"", "id=\"figure-correlations-table\"", "id=\"table-0\"")
        .contains("<li>One seed.</li>", "<dd>9f2c1d7a55b0e3c84f61</dd>", "seed: 42")
        .contains("<span class=\"big\">46</span>")
        .doesNotContain("src=\"http", "href=\"http", "@import", "sourceMappingURL");
  }

  @Test
  void textsStayTexts() {
    assertThat(StudyPage.html(StudyFixture.named(ATTACK)))
        .doesNotContain("<img src=x")
        .contains("&lt;/script&gt;&lt;img");
  }

  @Test
  void aBrokenStudyIsAUserError() throws IOException {
    Path json = Files.writeString(dir.resolve("study.json"), "{\"title\": 1");
    assertThatThrownBy(() -> StudyPage.write(json, dir.resolve("study.html")))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(json.toString());
    assertThat(dir.resolve("study.html")).doesNotExist();
  }
}
