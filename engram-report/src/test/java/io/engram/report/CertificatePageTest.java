package io.engram.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Certificate.Attack;
import io.engram.core.certificate.Certificate.Controls;
import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Request;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.certificate.Statement;
import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificatePageTest {
  @TempDir Path folder;

  private static final Statement STATEMENT =
      Statement.of(
          List.of(new Statement.Subject("model/<b>.bin", Map.of("sha256", "ab".repeat(32)))),
          new Certificate(
              "0.1",
              Map.of("java", "17"),
              new Certificate.Run("2026-01-01", "2026-01-02", "cpu", "float32", "plain", 12, 9),
              JsonFiles.mapper().createObjectNode(),
              new Certificate.Requests(
                  4,
                  Certificate.Requests.DIGEST,
                  "",
                  List.of(new Request("cd".repeat(32), "hidden", "known", "int4"))),
              new Controls("made", 40),
              List.of(
                  new Measure(
                      Measure.REQUESTS,
                      "log_prob",
                      "nats a token",
                      "lower",
                      new Value(4, -0.25, 0.125),
                      new Value(4, -6.5, null),
                      -5.0)),
              List.of(new Attack("int4", "weights of 4 bits", null, Map.of(), Map.of(), 1, 2)),
              Map.of("forgotten", 1, "hidden", 1, "not_known_before", 2),
              Map.of(),
              List.of("Other copies of the model.")));

  private String page() {
    Path file = folder.resolve("certificate.json");
    STATEMENT.envelope().write(file);
    Path page = CertificatePage.write(file);
    assertThat(page).hasFileName("certificate.html");
    return JsonFiles.readText(page);
  }

  @Test
  void saysWhatWasAskedDoneFoundAndNotChecked() {
    assertThat(page())
        .contains("1 of 4 requests was found forgotten; 1 is only hidden; 2 were never known")
        .contains("Not signed: anyone could have written this.")
        .contains("in 12 steps, on cpu in float32, from 2026-01-01 to 2026-01-02")
        .contains("the best that was seen, after step 9")
        .contains("Compared with 40 samples that the program made from the requests")
        .contains("−0.250 ± 0.125", "−6.50", "−5.00")
        .contains("weights of 4 bits", "hidden (int4)", "cd".repeat(32), "ab".repeat(32))
        .contains("<li>Other copies of the model.</li>")
        .contains("engram verify certificate.json");
  }

  @Test
  void namesOfFilesAreTextAndNothingIsLoaded() {
    assertThat(page())
        .contains("model/&lt;b&gt;.bin")
        .doesNotContain("<b>", "http://", "https://", "<script src");
  }
}
