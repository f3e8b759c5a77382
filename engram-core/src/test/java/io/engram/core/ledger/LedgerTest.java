package io.engram.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.engram.core.EngramException;
import io.engram.core.ledger.LedgerEntry.Model;
import io.engram.core.run.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  @TempDir Path temp;

  private Path folder() {
    return temp.resolve("ledger");
  }

  /** Carries out a request as far as the ledger sees it. */
  private static LedgerEntry add(Ledger ledger) throws IOException {
    String id = ledger.nextId();
    Path model = ledger.run(id).resolve("model");
    Files.createDirectories(model);
    Files.writeString(model.resolve("weights"), "after " + id);
    Files.writeString(ledger.samples(id), "{}\n");
    Files.writeString(ledger.run(id).resolve("certificate.json"), "certificate " + id);
    Model last = ledger.last();
    return ledger.append(
        new LedgerEntry(
            "",
            "2026-01-31",
            Ledger.deadline("2026-01-31"),
            "2026-02-01",
            1,
            ledger.samplesDigest(id),
            last == null ? new Model("mini", null) : last,
            ledger.describe(model.toString()),
            Map.of("forgotten", 1),
            null,
            new LedgerEntry.Kept("data", 8, 0.5, 0.52, 0.05),
            Hashes.sha256(ledger.run(id).resolve("certificate.json")),
            ""));
  }

  private void two() throws IOException {
    try (Ledger ledger = Ledger.open(folder())) {
      add(ledger);
      add(ledger);
    }
  }

  @Test
  void everyLineHoldsTheHashOfTheOneBefore() throws IOException {
    two();
    var lines = Files.readAllLines(folder().resolve("ledger.jsonl"));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("\"previous\":\"" + "0".repeat(64) + "\"");
    assertThat(lines.get(1)).contains("\"previous\":\"" + Hashes.sha256(lines.get(0)) + "\"");
    assertThat(folder().resolve("head")).hasContent(Hashes.sha256(lines.get(1)));
    Ledger read = Ledger.read(folder());
    assertThat(read.entries()).extracting(LedgerEntry::id).containsExactly("001", "002");
    assertThat(read.entries().get(1).modelBefore()).isEqualTo(read.entries().get(0).modelAfter());
    assertThat(read.entries().get(0).modelAfter().path()).isEqualTo("runs/001/model");
    assertThat(read.faults()).isEmpty();
  }

  /** A month later, or the month's last day. */
  @Test
  void theDeadlineIsAMonthLater() {
    assertThat(Ledger.deadline("2026-01-15")).isEqualTo("2026-02-15");
    assertThat(Ledger.deadline("2026-01-31")).isEqualTo("2026-02-28");
    assertThat(message(() -> Ledger.deadline("tomorrow")))
        .isEqualTo("--received tomorrow: give a date such as 2026-11-28");
  }

  /** Whoever can write a ledger can write its hashes, and name the root as a model. */
  @Test
  void aModelThatIsNoneIsNotHashed() throws IOException {
    try (Ledger ledger = Ledger.open(folder())) {
      add(ledger);
    }
    for (String path : new String[] {"/", "..", "runs/../../..", "/proc"}) {
      rewrite("\"path\":\"[^\"]*\",\"digest\"", "\"path\":\"" + path + "\",\"digest\"");
      assertThat(Ledger.read(folder()).faults())
          .containsExactly("001: its model " + path + " is missing");
    }
    rewrite("\"path\":\"[^\"]*\",\"digest\"", "\"path\":\"a\\\\u0000b\",\"digest\"");
    assertThat(message(() -> Ledger.read(folder())))
        .contains("line 1 names a model that can't be a path");
  }

  @Test
  void aLineThatLacksAPartIsTold() throws IOException {
    try (Ledger ledger = Ledger.open(folder())) {
      add(ledger);
    }
    rewrite("\"model_after\":\\{[^}]*\\}", "\"model_after\":{}");
    assertThat(message(() -> Ledger.read(folder()))).contains("model_after.path");
  }

  /** Changes the only line, and its hash. */
  private void rewrite(String pattern, String by) throws IOException {
    Path file = folder().resolve("ledger.jsonl");
    String line = Files.readString(file).strip().replaceAll(pattern, by);
    Files.writeString(file, line + "\n");
    Files.writeString(folder().resolve("head"), Hashes.sha256(line) + "\n");
  }

  @Test
  void aChangedLineBreaksTheChain() throws IOException {
    two();
    edit("\"requests\":1", "\"requests\":9", 0);
    assertThat(message(() -> Ledger.read(folder())))
        .contains("is broken: line 2 doesn't follow from line 1");
  }

  @Test
  void aChangedLastLineIsSeenByTheHead() throws IOException {
    two();
    edit("\"requests\":1", "\"requests\":9", 1);
    assertThat(message(() -> Ledger.read(folder()))).contains("its last line is not the one");
  }

  @Test
  void aMissingLineIsSeen() throws IOException {
    two();
    Path file = folder().resolve("ledger.jsonl");
    var lines = Files.readAllLines(file);
    Files.writeString(file, lines.get(0) + "\n");
    assertThat(message(() -> Ledger.read(folder()))).contains("lines after it are missing");
    Files.writeString(file, lines.get(1) + "\n");
    assertThat(message(() -> Ledger.read(folder()))).contains("line 1 isn't the first of a ledger");
    Files.writeString(file, "not a line\n");
    assertThat(message(() -> Ledger.read(folder()))).contains("line 1 isn't one of a ledger");
  }

  /** A run that was killed after it wrote the line and before it wrote the head. */
  @Test
  void aHeadThatIsOneBehindIsMadeGoodByTheNextRun() throws IOException {
    two();
    var lines = Files.readAllLines(folder().resolve("ledger.jsonl"));
    Files.writeString(folder().resolve("head"), Hashes.sha256(lines.get(0)) + "\n");
    Ledger.open(folder()).close();
    assertThat(folder().resolve("head")).hasContent(Hashes.sha256(lines.get(1)));
  }

  @Test
  void whatTheChainRefersToIsChecked() throws IOException {
    two();
    Files.writeString(folder().resolve("runs/001/model/weights"), "other");
    Files.delete(folder().resolve("private/001.jsonl"));
    Files.writeString(folder().resolve("runs/002/certificate.json"), "other");
    assertThat(Ledger.read(folder()).faults())
        .containsExactly(
            "001: its model runs/001/model was changed after its run: its digest is another one",
            "001: its samples private/001.jsonl is missing",
            "002: its certificate runs/002/certificate.json was changed: its digest is another one");
  }

  /** Attacks showed that the first run's model hid something, so a run inside it is the result. */
  @Test
  void theCertificateOfTheBestRunCounts() throws IOException {
    try (Ledger ledger = Ledger.open(folder())) {
      Path first = ledger.run("001");
      Files.createDirectories(first.resolve("stronger-1"));
      Files.writeString(first.resolve("stronger"), "stronger-1");
      Files.writeString(first.resolve("stronger-1/certificate.json"), "certificate 001");
      add(ledger);
    }
    Files.writeString(folder().resolve("runs/001/certificate.json"), "of the first run");
    assertThat(Ledger.read(folder()).faults()).isEmpty();
    Files.writeString(folder().resolve("runs/001/stronger-1/certificate.json"), "other");
    assertThat(Ledger.read(folder()).faults())
        .containsExactly(
            "001: its certificate runs/001/stronger-1/certificate.json was changed: its digest is another one");
  }

  /** The next request starts from the last model, so that one has to be whole. */
  @Test
  void aMissingLastModelStopsTheNextRequest() throws IOException {
    two();
    Files.delete(folder().resolve("runs/002/model/weights"));
    Files.delete(folder().resolve("runs/002/model"));
    try (Ledger ledger = Ledger.open(folder())) {
      assertThat(message(ledger::last))
          .contains("runs/002/model, the last model of the ledger", "is missing");
    }
  }

  @Test
  void twoRunsCanNotUseOneLedger() throws IOException {
    two();
    try (Ledger ledger = Ledger.open(folder())) {
      assertThat(ledger.nextId()).isEqualTo("003");
      assertThat(message(() -> Ledger.open(folder()))).contains("is in use by another run");
    }
  }

  @Test
  void otherFoldersAreNotLedgers() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("thesis.txt"), "mine");
    assertThat(message(() -> Ledger.open(folder()))).contains("is not a ledger: it has files");
    assertThat(message(() -> Ledger.read(folder()))).contains("it has no ledger.jsonl");
  }

  private void edit(String from, String to, int line) throws IOException {
    Path file = folder().resolve("ledger.jsonl");
    var lines = new java.util.ArrayList<>(Files.readAllLines(file));
    lines.set(line, lines.get(line).replace(from, to));
    Files.write(file, lines);
  }

  private static String message(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return java.util.Objects.requireNonNull(
        catchThrowableOfType(EngramException.class, call).getMessage());
  }
}
