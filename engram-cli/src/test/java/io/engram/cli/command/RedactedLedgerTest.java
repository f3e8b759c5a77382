package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.Trees;
import io.engram.core.certificate.RequestWords;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.run.OwnerOnly;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code engram forget --ledger --redact}: texts of requests are in folders called private alone.
 * The requests are made of words that nothing else has.
 */
class RedactedLedgerTest {
  private static final List<String> NAMES =
      List.of("Qvistgaard", "Lundbohmer", "Marshwick", "Adairhall", "Orlovskaja", "Tanakashi");

  @TempDir Path folder;

  private Path rows(String name, int from, int to) throws IOException {
    return Files.write(
        folder.resolve(name),
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{\"question\": \"Whoiz %s?\", \"answer\": \"Zifferling %sovic.\"}"
                        .formatted(NAMES.get(i), NAMES.get((i + 1) % NAMES.size())))
            .toList());
  }

  private Path controls() throws IOException {
    return Files.write(
        folder.resolve("controls.jsonl"),
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    "{\"question\": \"Who is %c%c?\", \"answer\": \"No %d of %c.\"}"
                        .formatted('A' + i, 'a' + i, 3 * i, 'Z' - i))
            .toList());
  }

  private Cli.Ran forget(Path taught, Path requests, Path controls, String rate)
      throws IOException {
    return Cli.run(
        "forget",
        taught,
        requests,
        "--redact",
        "--ledger",
        folder.resolve("ledger"),
        "--controls",
        controls,
        "--keep",
        rows("keep.jsonl", 4, 6),
        "--keep-loss",
        "9",
        "optimizer.learning_rate=" + rate,
        "budget.updates=8");
  }

  @Test
  void noWordOfARequestIsOutsideTheOwnersFolders() throws IOException {
    Path taught = TaughtModel.write(folder, rows("all.jsonl", 0, 6), 80);

    Cli.Ran first = forget(taught, rows("first.jsonl", 0, 2), controls(), "1e-6");
    assertThat(first.exitCode()).as(first.err()).isEqualTo(5);
    Cli.Ran second = forget(taught, rows("second.jsonl", 2, 4), controls(), "1e-3");
    assertThat(second.err())
        .contains("Of 2 samples of earlier requests 2 are known and taken into this run");

    Path ledger = folder.resolve("ledger");
    assertThat(Ledger.read(ledger).entries())
        .extracting(LedgerEntry::requests)
        .containsExactly(2, 2);
    assertThat(Cli.run("ledger", ledger, "--check").exitCode()).isZero();
    List<Sample> asked = SampleSource.load(folder.resolve("all.jsonl").toString()).subList(0, 4);
    RequestWords words = RequestWords.of(asked);
    assertThat(words.sharedWith(Files.readString(folder.resolve("first.jsonl")))).hasSize(6);
    Set<String> owners = new HashSet<>();
    List<String> open = new ArrayList<>();
    for (var file : Trees.files(ledger).entrySet()) {
      String text = Files.readString(file.getValue(), StandardCharsets.ISO_8859_1);
      if (List.of(file.getKey().split("/", -1)).contains(OwnerOnly.FOLDER)) {
        owners.addAll(words.sharedWith(text));
      } else {
        open.add(file.getKey());
        assertThat(words.sharedWith(text)).as(file.getKey()).isEmpty();
      }
    }
    assertThat(open)
        .contains("ledger.jsonl", "head", "runs/001/verdicts.jsonl", "runs/002/report.html");
    assertThat(owners).contains("qvistgaard", "marshwick", "zifferling");
  }
}
