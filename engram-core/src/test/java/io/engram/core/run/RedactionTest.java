package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedactionTest {
  @TempDir Path run;

  /** Answers that the model made from the requests, and the report, which shows texts. */
  @Test
  void filesOfTextsGoToTheOwner() throws IOException {
    for (String name : new String[] {"alternatives.jsonl", "report.html"}) {
      Files.writeString(run.resolve(name), "In Kuwait.");
    }
    new Redaction(run).apply();
    for (String name : new String[] {"alternatives.jsonl", "report.html"}) {
      assertThat(run.resolve(name)).doesNotExist();
      assertThat(run.resolve("private").resolve(name)).hasContent("In Kuwait.");
    }
  }
}
