package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.testkit.Golden;
import io.engram.testkit.hub.FakeHub;
import io.engram.testkit.hub.RefusingProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The command in processes of its own, which is the only way to other environment variables. */
@Tag("recipe")
final class FetchCommandTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir Path folder;
  private FakeHub hub;
  private Map<String, String> environment = Map.of();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private int number;

  private record Ran(int exitCode, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/tiny", folder).folder(Cli.TINY);
    environment = hub.environment;
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  /** The first answer for the weights stops at its middle until {@link #goOn}. */
  private void holdWeights() throws IOException {
    byte[] weights = Files.readAllBytes(Cli.TINY.resolve(WEIGHTS));
    hub.once(hub.resolve(WEIGHTS), FakeHub.held(weights, goOn));
  }

  private Process begin(Path out, Path err, Object... arguments) throws IOException {
    ProcessBuilder builder = Child.of(out, err, List.of(arguments));
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toUpperCase(Locale.ROOT).matches("HF_.*|.*_PROXY"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Ran run(Object... arguments) throws Exception {
    Path out = folder.resolve("out" + number);
    Path err = folder.resolve("err" + number++);
    Process process = begin(out, err, arguments);
    return end(process, out, err);
  }

  private static Ran end(Process process, Path out, Path err) throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void aModelIsFetchedAndOpensByItsName() throws Exception {
    Ran before = run("score", "acme/tiny", "tofu:forget01", "--limit", 1);
    assertThat(before.exitCode()).isEqualTo(3);
    assertThat(before.err()).contains("engram fetch hf:acme/tiny");
    assertThat(run("score", "hf:acme/tiny", "tofu:forget01").err())
        .contains("hf:acme/tiny is not in the cache", "Fetch it: engram fetch hf:acme/tiny");
    assertThat(hub.of(WEIGHTS)).isEmpty();

    Ran fetched = run("fetch", "hf:acme/tiny");
    assertThat(fetched.exitCode()).as(fetched.err()).isZero();
    Path snapshot = Path.of(fetched.out().strip());
    assertThat(snapshot.resolve(WEIGHTS)).hasSameBinaryContentAs(Cli.TINY.resolve(WEIGHTS));
    assertThat(fetched.err())
        .contains("hf:acme/tiny at 01234567: ", " files, ", "nothing fetched yet", "Fetching");

    for (String name : List.of("acme/tiny", "hf:acme/tiny", "hf:acme/tiny@main")) {
      Ran ran = run("score", name, "tofu:forget01", "--limit", 1);
      assertThat(ran.exitCode()).as(ran.err()).isZero();
    }
  }

  @Test
  void anAdaptersBaseOpensByItsName() throws Exception {
    assertThat(run("fetch", "acme/tiny").exitCode()).isZero();
    Path adapter = Files.createDirectory(folder.resolve("adapter"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"peft_type\":\"LORA\",\"base_model_name_or_path\":\"acme/other\",\"r\":1}");
    Files.write(adapter.resolve("adapter_model.safetensors"), new byte[0]);
    Ran other = run("score", adapter, "tofu:forget01", "--limit", 1);
    assertThat(other.err()).contains("adapter of acme/other", "engram fetch hf:acme/other");
    Ran known = run("score", adapter, "tofu:forget01", "--limit", 1, "--base", "acme/tiny");
    assertThat(known.err()).contains("adapter_model.safetensors").doesNotContain("acme/tiny");
  }

  @Test
  void jsonSaysWhatCame() throws Exception {
    Ran ran = run("fetch", "acme/tiny", "--json", "--quiet", "--out", folder.resolve("tiny"));
    assertThat(ran.err()).isEmpty();
    JsonNode object = JsonFiles.mapper().readTree(ran.out());
    assertThat(object.path("name").asString()).isEqualTo("hf:acme/tiny");
    assertThat(object.path("path").asString()).isEqualTo(folder.resolve("tiny").toString());
    assertThat(object.path("commit").asString()).hasSize(40);
    assertThat(object.path("files").toString()).contains(WEIGHTS, "tokenizer.json");
    assertThat(object.path("bytes").asLong()).isEqualTo(object.path("fetched_bytes").asLong());
    assertThat(folder.resolve("tiny").resolve("tokenizer.json")).exists();
  }

  @Test
  void offlineTheCacheIsLookedAtAlone() throws Exception {
    environment.put("HF_HUB_OFFLINE", "1");
    Ran before = run("fetch", "acme/tiny");
    assertThat(before.exitCode()).isEqualTo(3);
    assertThat(before.err()).contains("is not in the cache", "HF_HUB_OFFLINE");
    environment.remove("HF_HUB_OFFLINE");
    Path snapshot = Path.of(run("fetch", "acme/tiny").out().strip());
    environment.put("HF_HUB_OFFLINE", "1");
    hub.close();
    assertThat(run("fetch", "acme/tiny").out().strip()).isEqualTo(snapshot.toString());
  }

  @Test
  void aProxyIsToldItsUserAndTheHubIsNot() throws Exception {
    try (RefusingProxy proxy = new RefusingProxy()) {
      environment.put("HF_ENDPOINT", "https://hub.invalid");
      environment.put("HF_TOKEN", "hf_secret");
      environment.put("HTTPS_PROXY", "http://me:secret@127.0.0.1:" + proxy.port());
      environment.remove("NO_PROXY");
      Ran ran = run("fetch", "acme/tiny", "--stacktrace");
      assertThat(ran.exitCode()).isEqualTo(2);
      assertThat(ran.err()).contains("The proxy wants a user name").doesNotContain("secret");
      assertThat(proxy.heard())
          .contains("CONNECT hub.invalid:443 HTTP/1.1", "Proxy-Authorization: Basic bWU6c2VjcmV0")
          .noneMatch(line -> line.contains("hf_secret"));
    }
  }

  /** A run that ends well, and a fetch that is refused: no file and no line has a secret. */
  @Test
  void noFileHoldsATokenOrAPassword() throws Exception {
    environment.put("HF_TOKEN", "hf_secret");
    environment.put("HTTPS_PROXY", "http://me:secret@127.0.0.1:1");
    Path recipe =
        Files.writeString(
            folder.resolve("recipe.yaml"),
            "model: {path: '%s'}\nforget: {data: 'tofu:forget01'}\nmethod: {name: ga}\nbudget: {updates: 1, batch: 1}\neval: {suites: []}\n"
                .formatted(Golden.briefModel(folder)));
    Ran ran = run("unlearn", recipe, "--out", folder.resolve("run"));
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    hub.always(hub.revision("main"), FakeHub.refusal(401, "RepoNotFound"));
    assertThat(run("fetch", "acme/tiny", "--stacktrace").exitCode()).isEqualTo(2);
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSizeGreaterThan(15);
    for (Path file : files) {
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(text).as(file.toString()).doesNotContain("hf_secret", "me:secret", "bWU6c2VjcmV0");
    }
  }

  @Test
  void aTypingErrorIsAMistake() throws Exception {
    assertThat(run("fetch", "acme/tiny/x").exitCode()).isEqualTo(2);
    hub.always(hub.revision("v7"), FakeHub.refusal(404, "RepoNotFound"));
    assertThat(run("fetch", "acme/tiny@v7").exitCode()).isEqualTo(2);
    assertThat(folder.resolve("hf")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals to send")
  void aSignalLeavesWhatCameForTheNextTime(String signal) throws Exception {
    assumeFalse(isIgnored(signal), "this shell ignores " + signal);
    holdWeights();
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process = begin(out, err, "fetch", "acme/tiny");
    Path blobs = folder.resolve("hf/hub/models--acme--tiny/blobs");
    // Twice in a row: what isn't held would be whole by then.
    for (int seen = 0; process.isAlive() && seen < 2; ) {
      Thread.sleep(100);
      boolean held = hub.of(WEIGHTS).size() == 1 && sizeOfOnlyIncomplete(blobs) >= 1000;
      seen = held ? seen + 1 : 0;
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    Ran stopped = end(process, out, err);
    assertThat(stopped.exitCode()).as(stopped.err()).isEqualTo(130);
    assertThat(stopped.err()).contains("To resume: engram fetch acme/tiny");
    assertThat(stopped.out()).isEmpty();
    assertThat(folder.resolve("hf/hub/models--acme--tiny/snapshots")).doesNotExist();
    assertThat(run("fetch", "acme/tiny").exitCode()).isZero();
    assertThat(hub.of(WEIGHTS)).hasSize(2);
    assertThat(hub.of(WEIGHTS).get(1).range()).matches("bytes=[1-9]\\d+-");
  }

  /** Shells start what runs in the background with signals ignored, and Java leaves it so. */
  private static boolean isIgnored(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElse("SigIgn: 0")
            .substring("SigIgn:".length())
            .strip();
    int number = Map.of("HUP", 1, "INT", 2, "TERM", 15).getOrDefault(signal, 0);
    return (Long.parseUnsignedLong(mask, 16) >> (number - 1) & 1) == 1;
  }

  /** 0 where there is none, or more than one. */
  private static long sizeOfOnlyIncomplete(Path blobs) throws IOException {
    if (!Files.isDirectory(blobs)) {
      return 0;
    }
    List<Path> all = new ArrayList<>();
    try (var files = Files.newDirectoryStream(blobs, "*.incomplete")) {
      files.forEach(all::add);
    }
    return all.size() == 1 ? all.get(0).toFile().length() : 0;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoProcessesFetchEveryFileOnce(boolean toFolder) throws Exception {
    holdWeights();
    Object[] arguments =
        toFolder
            ? new Object[] {"fetch", "acme/tiny", "--out", folder.resolve("tiny")}
            : new Object[] {"fetch", "acme/tiny"};
    Process first = begin(folder.resolve("out0"), folder.resolve("err0"), arguments);
    while (first.isAlive() && hub.of(WEIGHTS).isEmpty()) {
      Thread.sleep(20);
    }
    Process second = begin(folder.resolve("out1"), folder.resolve("err1"), arguments);
    while (second.isAlive() && !Files.readString(folder.resolve("err1")).contains("Waiting")) {
      Thread.sleep(20);
    }
    assertThat(second.isAlive()).isTrue();
    goOn.countDown();
    for (int i = 0; i < 2; i++) {
      Ran ran = end(i == 0 ? first : second, folder.resolve("out" + i), folder.resolve("err" + i));
      assertThat(ran.exitCode()).as(ran.err()).isZero();
      assertThat(Path.of(ran.out().strip()).resolve(WEIGHTS))
          .hasSameBinaryContentAs(Cli.TINY.resolve(WEIGHTS));
    }
    assertThat(hub.of(WEIGHTS)).hasSize(1).allMatch(request -> request.range() == null);
    assertThat(folder.resolve(".tiny.incomplete")).doesNotExist();
  }
}
