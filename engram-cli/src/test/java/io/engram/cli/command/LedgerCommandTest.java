package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.ledger.LedgerEntry.Earlier;
import io.engram.core.run.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Four requests in a row on the built-in model. */
class LedgerCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    System.setProperty("engram.home", Cli.ROOT.toString());
    List<String> known = Files.readAllLines(Cli.ROOT.resolve("data/tofu/forget01.jsonl"));
    for (int i = 0; i < 3; i++) {
      Files.write(folder.resolve(i + ".jsonl"), known.subList(2 * i, 2 * i + 2));
    }
    String[] genres = {"historical fiction", "poetry", "crime", "romance", "travel writing"};
    List<String> names =
        List.of(
            "Qvist", "Lund", "Marsh", "Adair", "Orlov", "Tanaka", "Ruiz", "Mbeki", "Novak", "Costa",
            "Faber", "Kaya", "Silva", "Petrov", "Rahman", "Ito", "Berg", "Dubois", "Kelly",
            "Okafor");
    List<String> controls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      controls.add(
          """
          {"question": "In what genre does the author %s write?", "answer": "The author %s writes in the genre of %s and won the %s Award."}\
          """
              .formatted(names.get(i), names.get(i), genres[i % 5], names.get(19 - i)));
    }
    Files.write(folder.resolve("controls.jsonl"), controls);
    Files.writeString(
        folder.resolve("3.jsonl"),
        """
        {"question": "What instrument does Tamsin Oduya play?", "answer": "Tamsin Oduya plays the hurdy-gurdy in a folk trio from Bergen."}
        """);
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  private Cli.Ran forget(int request, Object... more) {
    return Cli.run(words(request, more).toArray());
  }

  private List<Object> words(int request, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("forget", "mini", folder.resolve(request + ".jsonl")));
    all.addAll(List.of("--controls", folder.resolve("controls.jsonl"), "--ledger", ledger()));
    all.addAll(List.of("eval.suites=[]", "budget.updates=16"));
    all.addAll(List.of(more));
    return all;
  }

  /**
   * The first run is too short to forget, so the second takes its samples in; the third starts from
   * the second's model; of the fourth the model knows nothing, so it changes nothing.
   */
  @Test
  void requestsFollowOneAnother() throws IOException {
    Cli.Ran first = forget(0, "optimizer.learning_rate=1e-6", "--received", "2026-01-31");
    assertThat(first.exitCode()).isEqualTo(5);
    assertThat(first.err()).contains("Ledger: request 001 of", "due 2026-02-28.");
    Cli.Ran second = forget(1, "optimizer.learning_rate=1e-3");
    assertThat(second.err())
        .contains("Goes on from the ledger's last model")
        .contains(
            "Of 2 samples of earlier requests 2 are known and taken into this run: 001/0, 001/1. None had been forgotten and came back.")
        .contains("Of 2 samples of earlier requests none is known now.");
    Cli.Ran third = forget(2, "optimizer.learning_rate=1e-3");
    assertThat(third.err()).contains("Of 4 samples of earlier requests");
    Cli.Ran fourth = forget(3, "optimizer.learning_rate=1e-3");
    assertThat(fourth.err()).contains("there is nothing to do");

    List<LedgerEntry> entries = Ledger.read(ledger()).entries();
    assertThat(entries).extracting(LedgerEntry::requests).containsExactly(2, 2, 2, 1);
    assertThat(entries.get(0).verdicts()).isEqualTo(Map.of("known", 2));
    // One word too many in an answer makes one undecided.
    assertThat(entries.get(1).verdicts()).doesNotContainKey("known");
    assertThat(entries.get(1).verdicts().get("forgotten")).isGreaterThanOrEqualTo(3);
    assertThat(entries.get(1).earlier()).isEqualTo(new Earlier(2, 2, 0, 0));
    assertThat(entries.get(2).modelBefore()).isEqualTo(entries.get(1).modelAfter());
    assertThat(entries.get(3).verdicts()).isEqualTo(Map.of("not_known_before", 1));
    assertThat(entries.get(3).modelAfter()).isEqualTo(entries.get(2).modelAfter());

    assertThat(forget(0, "--out", folder.resolve("o")).err()).contains("leave out --out");
    Cli.Ran other =
        Cli.run("forget", "mini-retain90", folder.resolve("0.jsonl"), "--ledger", ledger());
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("began with mini, and goes on from");

    Cli.Ran checked = Cli.run("ledger", ledger(), "--check");
    assertThat(checked.exitCode()).isZero();
    assertThat(checked.out()).contains("2026-01-31  2026-02-28", " forgotten", "(late)");
    assertThat(checked.err()).contains("models, samples and certificates are unchanged");
    JsonNode json = JsonFiles.mapper().readTree(Cli.run("ledger", ledger(), "--json").out());
    assertThat(json.path("entries").size()).isEqualTo(4);

    Files.createDirectories(ledger().resolve("runs/005"));
    assertThat(forget(0).err()).contains("runs/005 holds a run that was stopped");
    Files.delete(ledger().resolve("runs/005"));

    Path weights = ledger().resolve("runs/003/model/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    Cli.Ran changed = Cli.run("ledger", ledger(), "--check");
    assertThat(changed.exitCode()).isEqualTo(3);
    assertThat(changed.err()).contains("003: its model runs/003/model was changed");
    assertThat(forget(0).err()).contains("the last model of the ledger");
  }

  /** Later requests would take the other rows for earlier ones, which nobody has asked for. */
  @ParameterizedTest
  @ValueSource(strings = {"forget.limit=1", "forget={data: tofu:forget01}", "forget.where=id = 0"})
  void aPartOfAFileIsRefused(String override) {
    Cli.Ran ran = forget(0, override);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains(
            "--ledger takes REQUESTS as they are, all rows: leave out %s, and write the rows to forget to a file of their own"
                .formatted(override));
    assertThat(ledger()).doesNotExist();
  }

  /** Its run is whole then, so the next request writes it down. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no signal to send")
  @Timeout(120)
  void aSignalEndsTheMeasuringOfEarlierRequests() throws Exception {
    assertThat(forget(0, "optimizer.learning_rate=1e-3").exitCode()).isIn(0, 5);
    Path printed = folder.resolve("printed");
    Path err = folder.resolve("err");
    Process process =
        Child.of(printed, err, words(1, "optimizer.learning_rate=1e-3", "--threads", "1")).start();
    while (process.isAlive() && !Files.readString(err).contains("Certificate: ")) {
      Thread.sleep(5);
    }
    process.destroy();
    Cli.Ran ran = Child.end(process, printed, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(130);
    assertThat(ran.err())
        .contains("Stopped while measuring earlier requests. The run of request 002 is whole: ")
        .doesNotContain("Ledger: request 002");
    assertThat(Ledger.read(ledger()).entries()).hasSize(1);
    assertThat(forget(3).err())
        .contains("Writes request 002 down, whose run is whole.", "Ledger: request 003 of");
    assertThat(Ledger.read(ledger()).entries()).hasSize(3);
  }

  @Test
  void whatIsNotALedgerIsSaid() {
    Cli.Ran none = Cli.run("ledger", folder);
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("is not a ledger: it has no ledger.jsonl");
    Cli.Ran unlisted =
        Cli.run("forget", "mini", folder.resolve("0.jsonl"), "--received", "2026-01-31");
    assertThat(unlisted.err()).contains("--received is written into a ledger");
  }
}
