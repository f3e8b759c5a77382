package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.cli.Cli;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.ledger.LedgerEntry.Kept;
import io.engram.core.run.JsonFiles;
import io.engram.unlearn.forget.EarlierRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bound on samples to keep over the requests of a ledger, on a tiny model. */
class LedgerBoundTest {
  private static final List<String> NAMES =
      List.of("Qvist", "Lund", "Marsh", "Adair", "Orlov", "Tanaka", "Ruiz", "Mbeki");

  @TempDir Path folder;

  private Path taught;

  @BeforeEach
  void teach() throws IOException {
    taught = TaughtModel.write(folder, rows("all.jsonl", 0, 8), 100);
    Files.write(
        folder.resolve("controls.jsonl"),
        IntStream.range(0, 20)
            .mapToObj(
                i ->
                    "{\"question\": \"Who is %c%c?\", \"answer\": \"Number %d.\"}"
                        .formatted('A' + i, 'a' + i, 90001 - 397 * i))
            .toList());
  }

  private Path rows(String name, int from, int to) throws IOException {
    return Files.write(
        folder.resolve(name),
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    "{\"question\": \"Who is %s?\", \"answer\": \"Number %d.\"}"
                        .formatted(NAMES.get(i), (i * 7919 + 4721) * 37 % 90000 + 10000))
            .toList());
  }

  private Path ledger() {
    return folder.resolve("ledger");
  }

  private Cli.Ran forget(int from, Path keep, Object... more) throws IOException {
    Object[] all = {
      "forget",
      taught,
      rows("request" + from + ".jsonl", from, from + 1),
      "--ledger",
      ledger(),
      "--controls",
      folder.resolve("controls.jsonl"),
      "--keep",
      keep,
      "optimizer.learning_rate=3e-3",
      "budget.updates=16",
    };
    Object[] both = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, both, all.length, more.length);
    return Cli.run(both);
  }

  private Kept kept(int request) {
    return Objects.requireNonNull(Ledger.read(ledger()).entries().get(request).kept());
  }

  /** A later request has to be honoured like the first, so it isn't held to what is left. */
  @Test
  void withoutABoundOfTheUsersEachRunHasItsOwn() throws IOException {
    Path keep = rows("keep.jsonl", 4, 8);
    assertThat(forget(0, keep).err()).contains("Ledger: request 001");
    Cli.Ran second = forget(1, keep);
    if (kept(0).after() > kept(0).before()) {
      assertThat(second.err()).contains("Each may raise it by its own bound, so losses add up.");
    }
    Double bound = EarlierRequests.recipe(ledger().resolve("runs/002")).method().retainBound();
    assertThat(bound).isZero();
  }

  /** The second run gets what the first has left of the bound, the third nothing. */
  @Test
  void theBoundCountsFromTheFirstRequest() throws IOException {
    Path keep = rows("keep.jsonl", 4, 8);
    Cli.Ran first = forget(0, keep, "--keep-loss", "4");
    assertThat(first.err()).contains("Ledger: request 001").doesNotContain("Since the first");
    double rise = kept(0).after() - kept(0).before();
    assertThat(rise).isPositive();
    assertThat(kept(0).bound()).isEqualTo(4.0);

    Cli.Ran second = forget(1, keep, "--keep-loss", "4");
    assertThat(second.err())
        .contains(
            "Since the first request the loss on samples to keep has risen by %.3f nats a token; this run may raise it by %.3f, up to 4.000 in all."
                .formatted(rise, 4 - rise));
    assertThat(EarlierRequests.recipe(ledger().resolve("runs/002")).method().retainBound())
        .isCloseTo(4 - rise, within(1e-9));
    assertThat(kept(1).data()).isEqualTo(kept(0).data());
    assertThat(kept(1).before()).isCloseTo(kept(0).after(), within(1e-4));
    assertThat(kept(1).bound()).isCloseTo(4, within(1e-9));

    Cli.Ran third = forget(2, keep, "--keep-loss", "0.0001");
    assertThat(third.exitCode()).isEqualTo(2);
    assertThat(third.err())
        .contains("Nothing is left of the bound on samples to keep: since the first request")
        .contains("Allow more with --keep-loss NATS, which counts from there too");
    assertThat(third.err().lines().filter(line -> line.startsWith("engram:"))).hasSize(1);
    assertThat(ledger().resolve("runs/003")).doesNotExist();
    assertThat(ledger().resolve("private/003.jsonl")).doesNotExist();

    double sum = kept(1).after() - kept(1).before() + rise;
    Cli.Ran other = forget(2, rows("other.jsonl", 3, 7), "--keep-loss", "4");
    assertThat(other.err())
        .contains(
            "Earlier requests have raised the loss on samples to keep by %.3f nats a token in all (2 of them)"
                .formatted(sum))
        .doesNotContain("Since the first request");
    assertThat(kept(2).bound()).isEqualTo(4.0);

    Cli.Ran listed = Cli.run("ledger", ledger());
    assertThat(listed.out())
        .contains("keep loss", "%.3f → %.3f".formatted(kept(0).before(), kept(0).after()))
        .contains("over 3 requests, not all measured on the same samples.");
    assertThat(Cli.run("ledger", ledger(), "--check").exitCode()).isZero();
    double all = sum + kept(2).after() - kept(2).before();
    assertThat(
            JsonFiles.mapper()
                .readTree(Cli.run("ledger", ledger(), "--json").out())
                .path("keep_loss_rise")
                .asDouble())
        .isCloseTo(all, within(1e-9));
    assertThat(Ledger.read(ledger()).entries())
        .extracting(LedgerEntry::id)
        .containsExactly("001", "002", "003");
  }
}
