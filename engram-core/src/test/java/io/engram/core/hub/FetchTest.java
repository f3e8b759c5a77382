package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.testkit.hub.FakeHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fetching from a hub on the loopback interface, well-behaved and not. */
final class FetchTest {
  private static final byte[] WEIGHTS = FakeHub.bytes(1_000_000, 1);
  private static final String FILE = "model.safetensors";

  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/tiny", folder).model(WEIGHTS);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path repository() {
    return folder.resolve("hf/hub/models--acme--tiny");
  }

  private Path incomplete() {
    return repository().resolve("blobs/" + FakeHub.sha256(WEIGHTS) + ".engram.incomplete");
  }

  @Test
  void theCacheHasTheLayoutOfHuggingFaceHub() throws Exception {
    Path snapshot = ImpatientClient.fetch(hub);
    assertThat(snapshot).isEqualTo(repository().resolve("snapshots/" + FakeHub.COMMIT));
    assertThat(Files.readAllBytes(snapshot.resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(Files.readSymbolicLink(snapshot.resolve(FILE)))
        .isEqualTo(Path.of("../../blobs", FakeHub.sha256(WEIGHTS)));
    assertThat(Files.readSymbolicLink(snapshot.resolve("config.json")).getFileName().toString())
        .isEqualTo(FakeHub.sha1(Files.readAllBytes(snapshot.resolve("config.json"))));
    assertThat(repository().resolve("refs/main")).hasContent(FakeHub.COMMIT);
    try (Stream<Path> blobs = Files.list(repository().resolve("blobs"))) {
      assertThat(blobs).hasSize(4);
    }
    assertThat(ImpatientClient.settings(hub).cache().model(HubName.parse("acme/tiny")))
        .isEqualTo(snapshot);
  }

  @Test
  void whatIsHereIsNotFetchedAgain() {
    ImpatientClient.fetch(hub);
    Hub.Plan plan = ImpatientClient.of(hub).plan(HubName.parse("acme/tiny"), List.of(), null);
    assertThat(plan.missingBytes()).isZero();
    int before = hub.requests.size();
    ImpatientClient.of(hub).fetch(plan, ProgressListener.NONE, message -> {});
    assertThat(hub.requests).hasSize(before);
  }

  @Test
  void withoutLinksTheSnapshotHoldsCopies() throws Exception {
    hub.environment.put("HF_HUB_DISABLE_SYMLINKS", "1");
    Path snapshot = ImpatientClient.fetch(hub);
    assertThat(Files.isSymbolicLink(snapshot.resolve(FILE))).isFalse();
    assertThat(Files.readAllBytes(snapshot.resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void anInterruptedFileGoesOnWhereItWas() throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 600_000));
    hub.once(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 700_000));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    List<String> ranges =
        hub.of(FILE).stream().map(request -> String.valueOf(request.range())).toList();
    assertThat(ranges).hasSize(3).startsWith("null");
    assertThat(ranges.get(1)).matches("bytes=[1-9]\\d*-");
    assertThat(ranges.get(2)).matches("bytes=[1-9]\\d*-");
  }

  @Test
  void anotherProcessFetchesOnlyTheMissingBytes() throws Exception {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), Arrays.copyOf(WEIGHTS, 400_000));
    Hub.Plan plan = ImpatientClient.of(hub).plan(HubName.parse("acme/tiny"), List.of(), null);
    assertThat(plan.bytes() - plan.missingBytes()).isEqualTo(400_000);
    Path snapshot = ImpatientClient.of(hub).fetch(plan, ProgressListener.NONE, message -> {});
    assertThat(Files.readAllBytes(snapshot.resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.of(FILE)).hasSize(1);
    assertThat(hub.of(FILE).get(0).range()).isEqualTo("bytes=400000-");
    assertThat(incomplete()).doesNotExist();
  }

  @Test
  void aWholeButUnnamedFileNeedsNoRequest() throws Exception {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), WEIGHTS);
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.of(FILE)).isEmpty();
  }

  @Test
  void whatAnEarlierProcessLeftIsNotTrusted() throws Exception {
    Files.createDirectories(incomplete().getParent());
    Files.write(incomplete(), Arrays.copyOf(FakeHub.changed(WEIGHTS), 600_000));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.of(FILE))
        .extracting(FakeHub.Request::range)
        .containsExactly("bytes=600000-", null);
  }

  @Test
  void aServerThatIgnoresRangesStartsOver() throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 300_000));
    hub.always(hub.resolve(FILE), FakeHub.whole(WEIGHTS));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.of(FILE)).hasSize(2);
  }

  @Test
  void aFileThatChangedMeanwhileStartsOver() throws Exception {
    List<String> conditions = new ArrayList<>();
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"old\"");
          FakeHub.broken(FakeHub.changed(WEIGHTS), 600_000).to(exchange);
        });
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          conditions.add(exchange.getRequestHeaders().getFirst("If-Range"));
          FakeHub.whole(WEIGHTS).to(exchange);
        });
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(conditions).containsExactly("\"old\"");
    assertThat(hub.of(FILE)).hasSize(2);
  }

  @Test
  void anotherPartThanAskedForIsNotTaken() throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 300_000));
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 0-999999/1000000");
          FakeHub.send(exchange, 206, 1_000_000, WEIGHTS, 0, 1_000_000);
        });
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void aRefusedRangeStartsOver() throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 300_000));
    hub.once(hub.resolve(FILE), FakeHub.refusal(416, ""));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void wrongBytesOnceAreFetchedAgain() throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.whole(FakeHub.changed(WEIGHTS)));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void wrongBytesTwiceLeaveNothing() {
    hub.always(hub.resolve(FILE), FakeHub.whole(FakeHub.changed(WEIGHTS)));
    expect(EngramException.Kind.FILE, "model.safetensors", "hash");
    assertThat(hub.of(FILE)).hasSize(2);
    assertThat(repository().resolve("snapshots")).doesNotExist();
    assertThat(repository().resolve("refs")).doesNotExist();
    assertThat(repository().resolve("blobs/" + FakeHub.sha256(WEIGHTS))).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1000, 1000})
  void lengthsThatLieAreNotTaken(int more) {
    byte[] other = Arrays.copyOf(WEIGHTS, WEIGHTS.length + more);
    hub.always(hub.resolve(FILE), FakeHub.whole(other));
    expect(EngramException.Kind.FILE, "are announced");
  }

  @Test
  void anEndlessBodyIsLeftAtTheListedSize() throws Exception {
    hub.always(
        hub.resolve(FILE),
        exchange -> {
          exchange.sendResponseHeaders(200, 0); // Chunked: no length is announced.
          for (int i = 0; i < 1000; i++) {
            exchange.getResponseBody().write(WEIGHTS);
          }
        });
    expect(EngramException.Kind.FILE, "more than the 1000000 bytes");
    assertThat(Files.size(incomplete())).isLessThanOrEqualTo(WEIGHTS.length);
  }

  @Test
  void aServerThatFallsSilentIsAskedAgain() throws Exception {
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          FakeHub.send(exchange, 200, WEIGHTS.length, WEIGHTS, 0, 500_000);
          sleep(5000);
        });
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.of(FILE)).hasSize(2);
  }

  @Test
  void aConnectionThatAlwaysBreaksIsGivenUp() {
    hub.always(hub.resolve(FILE), FakeHub.broken(WEIGHTS, 100_000));
    expect(EngramException.Kind.FILE, "broke again and again", "only the rest");
    assertThat(incomplete()).exists();
    assertThat(hub.of(FILE)).hasSizeLessThan(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503, 500, 408})
  void aBusyServerIsAskedAgain(int status) throws Exception {
    hub.once(hub.resolve(FILE), FakeHub.busy(status, "0"));
    hub.once(hub.tree(), FakeHub.busy(status, "0"));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void retryAfterIsWaitedFor() {
    hub.once(hub.tree(), FakeHub.busy(429, "1"));
    long begun = System.nanoTime();
    ImpatientClient.fetch(hub);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isBetween(990L, 20_000L);
  }

  @Test
  void aServerThatWantsMorePatienceThanThereIsSaysSo() {
    hub.always(hub.tree(), FakeHub.busy(429, "3600"));
    expect(EngramException.Kind.FILE, "429", "Try again in 3600 s", "HF_TOKEN");
    assertThat(hub.requests).hasSize(2);
  }

  @Test
  void aStoppedFetchGoesOn() {
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          FakeHub.send(exchange, 200, WEIGHTS.length, WEIGHTS, 0, 500_000);
          sleep(5000);
        });
    List<Long> advances = new ArrayList<>();
    ProgressListener stopping =
        new ProgressListener() {
          @Override
          public void start(String what, long total, String unit) {
            assertThat(what).isEqualTo("Fetching acme/tiny");
            assertThat(total + unit).isEqualTo("1000kB");
          }

          @Override
          public void advance(long done) {
            advances.add(done);
            if (advances.stream().mapToLong(Long::longValue).sum() >= 400) {
              throw new IllegalStateException("stop");
            }
          }

          @Override
          public void finish() {}
        };
    Hub.Plan plan = ImpatientClient.of(hub).plan(HubName.parse("acme/tiny"), List.of(), null);
    assertThatThrownBy(() -> ImpatientClient.of(hub).fetch(plan, stopping, message -> {}))
        .hasMessage("stop");
    assertThat(repository().resolve("snapshots")).doesNotExist();
    ImpatientClient.fetch(hub);
    assertThat(hub.of(FILE)).hasSize(2);
    assertThat(hub.of(FILE).get(1).range()).startsWith("bytes=");
  }

  @Test
  void twoAtOnceFetchEveryFileOnce() throws Exception {
    hub.once(
        hub.resolve(FILE),
        exchange -> {
          sleep(300);
          FakeHub.send(exchange, 200, WEIGHTS.length, WEIGHTS, 0, WEIGHTS.length);
        });
    List<String> said = new ArrayList<>();
    Hub.Plan plan = ImpatientClient.of(hub).plan(HubName.parse("acme/tiny"), List.of(), null);
    CompletableFuture<Path> first =
        CompletableFuture.supplyAsync(
            () -> ImpatientClient.of(hub).fetch(plan, ProgressListener.NONE, message -> {}));
    while (hub.of(FILE).isEmpty()) {
      sleep(5);
    }
    Path second = ImpatientClient.of(hub).fetch(plan, ProgressListener.NONE, said::add);
    assertThat(first.get()).isEqualTo(second);
    assertThat(said).hasSize(1).first().asString().contains("another process");
    assertThat(hub.of(FILE)).hasSize(1);
  }

  @Test
  void aSnapshotThatSomebodyElseBeganIsCompleted() throws Exception {
    Path snapshot = ImpatientClient.fetch(hub);
    Files.delete(snapshot.resolve(FILE));
    assertThatThrownBy(
            () -> ImpatientClient.settings(hub).cache().model(HubName.parse("acme/tiny")))
        .hasMessageContaining("only partly in the cache")
        .hasMessageContaining("engram fetch hf:acme/tiny");
    ImpatientClient.fetch(hub);
    assertThat(Files.readAllBytes(snapshot.resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void aTruncatedBlobIsFetchedAgain() throws Exception {
    Path snapshot = ImpatientClient.fetch(hub);
    Files.write(repository().resolve("blobs/" + FakeHub.sha256(WEIGHTS)), new byte[3]);
    ImpatientClient.fetch(hub);
    assertThat(Files.readAllBytes(snapshot.resolve(FILE))).isEqualTo(WEIGHTS);
  }

  @Test
  void aCacheThatCantBeWritten() throws Exception {
    Files.writeString(folder.resolve("hf"), "a file");
    expect(EngramException.Kind.FILE, "can't be written", "HF_HOME");
  }

  @Test
  void aFullDiskHasItsOwnExitCode() {
    EngramException full =
        DiskSpace.failure(folder, new IOException("write: No space left on device"));
    assertThat(full.exitCode()).isEqualTo(4);
    assertThat(full).hasMessageContaining("what has been fetched is kept");
  }

  @Test
  void anotherRevisionSharesTheFiles() throws Exception {
    Path main = ImpatientClient.fetch(hub);
    hub.always(hub.revision("v1"), FakeHub.json("{\"sha\":\"" + FakeHub.COMMIT + "\"}"));
    int before = hub.of(FILE).size();
    assertThat(ImpatientClient.fetch(hub, "hf:acme/tiny@v1")).isEqualTo(main);
    assertThat(hub.of(FILE)).hasSize(before);
    assertThat(repository().resolve("refs/v1")).hasContent(FakeHub.COMMIT);
  }

  @Test
  void anEmptyFileAndTwoOfTheSameBytes() throws Exception {
    hub.small("added_tokens.json", "").small("copy.json", "{}");
    Path snapshot = ImpatientClient.fetch(hub);
    assertThat(snapshot.resolve("added_tokens.json")).isEmptyFile();
    assertThat(snapshot.resolve("copy.json")).hasContent("{}");
    assertThat(hub.of("copy.json").size() + hub.of("tokenizer.json").size()).isEqualTo(1);
  }

  private void expect(EngramException.Kind kind, String... words) {
    assertThatThrownBy(() -> ImpatientClient.fetch(hub))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .message()
        .contains(words);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
