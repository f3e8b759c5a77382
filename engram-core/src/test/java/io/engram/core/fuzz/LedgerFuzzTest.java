package io.engram.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ledger.KeepLosses;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.ledger.LedgerEntry.Model;
import io.engram.core.run.Hashes;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile ledgers, also with a chain that is right: whoever can write one can write its hashes. */
class LedgerFuzzTest {
  @TempDir Path temporary;

  private Path folder;
  private Path file;

  @BeforeEach
  void make() throws Exception {
    folder = temporary.resolve("in/ledger");
    file = folder.resolve(Ledger.FILE);
    try (Ledger ledger = Ledger.open(folder)) {
      Path model = Files.createDirectories(ledger.run("001").resolve("model"));
      Files.writeString(ledger.samples("001"), "{}\n");
      Files.writeString(ledger.run("001").resolve("certificate.json"), "{}");
      ledger.append(
          new LedgerEntry(
              "",
              "2026-01-31",
              Ledger.deadline("2026-01-31"),
              "2026-02-01",
              1,
              ledger.samplesDigest("001"),
              new Model("mini", null),
              ledger.describe(model.toString()),
              Map.of("forgotten", 1),
              new LedgerEntry.Earlier(3, 2, 1, 0),
              new LedgerEntry.Kept("data", 8, 0.5, 0.52, 0.05),
              Hashes.sha256(ledger.run("001").resolve("certificate.json")),
              ""));
    }
  }

  /** Nothing beside the ledger. */
  @AfterEach
  void nothingElseIsWritten() throws Exception {
    try (Stream<Path> here = Files.list(temporary);
        Stream<Path> there = Files.list(folder.getParent())) {
      assertThat(here).containsExactly(folder.getParent());
      assertThat(there).containsExactly(folder);
    }
  }

  @Test
  void lines() throws Exception {
    String valid = Files.readString(file);
    Fuzz.run(
        "ledger",
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          read();
        });
  }

  @Test
  void linesOfAWholeChain() throws Exception {
    String valid = Files.readString(file);
    Fuzz.run(
        "ledger with its hashes",
        2,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          String text = new String(bytes, StandardCharsets.UTF_8);
          String last = text.lines().reduce("", (a, b) -> b);
          Files.writeString(folder.resolve("head"), Hashes.sha256(last) + "\n");
          read();
        });
  }

  @Test
  void heads() throws Exception {
    byte[] valid =
        (Files.readString(folder.resolve("head")) + "\n".repeat(100))
            .getBytes(StandardCharsets.UTF_8);
    Fuzz.run(
        "ledger head",
        0.3,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> {
          Files.write(folder.resolve("head"), bytes);
          read();
        });
  }

  @Test
  void salts() throws Exception {
    Path salt = folder.resolve("private/salt");
    byte[] valid = Files.readAllBytes(salt);
    Fuzz.run(
        "ledger salt",
        0.3,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> {
          Files.write(salt, bytes);
          read();
        });
  }

  /** As {@code --check}, and as the next request. */
  private void read() {
    Ledger read = Ledger.read(folder);
    read.faults();
    for (LedgerEntry entry : read.entries()) {
      assertThat(entry.received() + entry.deadline() + entry.done() + entry.modelBefore().path())
          .isNotNull();
      entry.verdicts().forEach((verdict, n) -> assertThat(verdict + (n + 1)).isNotNull());
      assertThat(Path.of(read.path(entry.modelAfter()))).isNotNull();
    }
    KeepLosses losses = KeepLosses.of(read.entries());
    assertThat(losses.sum() + losses.rise("data")).isInstanceOf(Double.class);
    try (Ledger open = Ledger.open(folder)) {
      open.last();
    }
  }
}
