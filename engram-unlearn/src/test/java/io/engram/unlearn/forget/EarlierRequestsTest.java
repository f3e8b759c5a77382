package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ledger.Ledger;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierRequestsTest {
  @TempDir Path folder;

  /** The run had taken in 001/a again; 001/z is left from an attempt that was deleted. */
  @Test
  void aRunsOwnSamplesAndThoseItTookInAgain() throws IOException {
    String row = "{\"id\": \"%s\", \"question\": \"q %s\", \"answer\": \"a\"}\n";
    try (Ledger ledger = Ledger.open(folder)) {
      Files.writeString(ledger.samples("002"), row.formatted("b", 1) + row.formatted("c", 2));
      assertThat(EarlierRequests.asked(ledger, "002", Set.of("b", "c")))
          .extracting(Sample::id)
          .containsExactly("b", "c");
      Files.writeString(
          ledger.samples("002-again"), row.formatted("001/a", 3) + row.formatted("001/z", 4));
      assertThat(EarlierRequests.asked(ledger, "002", Set.of("b", "c", "001/a")))
          .extracting(Sample::id)
          .containsExactly("b", "c", "001/a");
    }
  }

  /** The first run hid it; the deeper one, whose model went on, forgot it. */
  @Test
  void verdictsAreOfTheModelThatCameOut() throws IOException {
    VerdictRow.Values none = new VerdictRow.Values(-9, 0, 0, null, null, null);
    for (String[] one : new String[][] {{".", "known"}, {"stronger-1", "forgotten"}}) {
      Path run = Files.createDirectories(folder.resolve(one[0]));
      VerdictRow row =
          new VerdictRow(
              "a", one[1], "known", List.of(), List.of(), none, none, none, null, null, null);
      JsonFiles.writeLines(run.resolve(VerdictRow.FILE), List.of(row));
    }
    assertThat(EarlierRequests.then(folder)).containsEntry("a", "known");
    Files.writeString(folder.resolve(RunModel.BEST), "stronger-1\n");
    assertThat(EarlierRequests.then(folder)).containsEntry("a", "forgotten");
  }
}
