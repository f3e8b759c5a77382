package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.engram.cli.Cli;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.RequestDigest;
import io.engram.core.certificate.RequestWords;
import io.engram.core.certificate.RunCertificate;
import io.engram.core.certificate.Statement;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.SampleSource;
import io.engram.core.settings.Yaml;
import io.engram.testkit.Golden;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code engram certify}, {@code verify} and {@code key} on a finished run. */
final class CertificateCommandsTest {
  private static final String WHERE = "question NOT LIKE '%lighthouse%'";

  @TempDir Path folder;

  private Path run;
  private Path certificate;

  @BeforeEach
  void certify() throws IOException {
    run = CertifiedRun.write(folder, CertifiedRun.REQUESTS, WHERE);
    certificate = run.resolve("certificate.json");
    assertThat(Cli.run("key", "new", "--out", folder.resolve("k.pem")).exitCode()).isZero();
    Cli.Ran ran = Cli.run("certify", run, "--key", folder.resolve("k.pem"));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("certificate.json, to print: certificate.html (signed with");
  }

  private Cli.Ran verify(Object... more) {
    List<Object> all = new ArrayList<>(List.of("verify", certificate, "--quiet"));
    all.addAll(List.of(more));
    return Cli.run(all.toArray());
  }

  private Path publicKey() {
    return folder.resolve("k.pem.pub");
  }

  private Path requests() {
    return folder.resolve("requests.jsonl");
  }

  private Certificate certificate() {
    Dsse envelope = Dsse.read(certificate);
    return new Certificate(envelope, Statement.of(envelope, certificate));
  }

  private record Certificate(Dsse envelope, Statement statement) {}

  @Test
  void everythingThatIsGivenAgrees() {
    Cli.Ran ran =
        verify(
            "--before",
            Cli.TINY,
            "--requests",
            requests(),
            "--public-key",
            publicKey(),
            "--recompute",
            "--json");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.exitCode()).isZero();
    JsonNode json = JsonFiles.mapper().readTree(ran.out());
    assertThat(json.path("agrees").asBoolean()).isTrue();
    assertThat(json.path("checks").valueStream().map(c -> c.path("what").asString()))
        .containsExactly(
            "signature",
            "model after",
            "model before",
            "requests",
            "measured again, after",
            "measured again, before");
    assertThat(json.path("not_checked").size()).isEqualTo(2);
  }

  @Test
  void whatIsNotGivenIsListed() throws IOException {
    Path alone = Files.copy(certificate, folder.resolve("alone.json"));
    Cli.Ran ran = Cli.run("verify", alone);
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .startsWith("Nothing was checked.\nNot checked:\n")
        .contains("The signature: give the signer's key with --public-key.")
        .contains("The files of the model after: 7 digests, no folder was given (--model).")
        .contains("The files of the model before: 6 digests, no model was given (--before).")
        .contains("The requests: 2 digests, no texts were given (--requests).")
        .contains("--recompute measures again");
    assertThat(Cli.run("verify", alone, "--requests", requests()).out())
        .contains("The requests: their digests can't be computed without the salt");
  }

  @Test
  void theCertificateHoldsTheMeasurementsWithTheirErrors() {
    JsonNode predicate =
        JsonFiles.mapper().readTree(certificate().envelope().text()).path("predicate");
    assertThat(predicate.path("measurements").get(0).path("after").path("n").asInt()).isEqualTo(2);
    assertThat(
            predicate.path("measurements").get(0).path("after").path("standard_error").isNumber())
        .isTrue();
    JsonNode kept = predicate.path("measurements").get(5);
    assertThat(kept.path("of").asString()).isEqualTo("kept");
    assertThat(kept.path("before").path("mean").asDouble()).isEqualTo(0.25);
    assertThat(kept.path("after").path("mean").asDouble()).isEqualTo(0.375);
    assertThat(predicate.path("verdicts").toString()).isEqualTo("{\"forgotten\":1,\"known\":1}");
    assertThat(predicate.path("controls").toString()).isEqualTo("{\"origin\":\"made\",\"n\":40}");
    assertThat(predicate.path("recipe").path("forget").path("where").asString())
        .isEqualTo("(left out)");
    assertThat(predicate.path("not_checked").toString())
        .contains("trained a little further", "the controls were made from the requests");
  }

  /** What an audit leaves in the folder: its summary, and the attack in the verdicts. */
  @Test
  void anAuditsNumbersAreTakenAndItsTextsAreNot() throws IOException {
    Path audit = Files.createDirectories(run.resolve("audit"));
    Files.writeString(
        audit.resolve("summary.json"),
        """
        {"compared_with":"made","controls":40,"requests":2,"attacks":[
          {"name":"none","summary":"as it is","settings":[],"best":{},"n":{"after":2},"measures":{},
           "limits":{},"known":1,"false_alarms":0,"facts":{},"notes":[],"seconds":1.0},
          {"name":"int4","summary":"weights rounded","settings":["1"],"best":{"after":"1"},
           "n":{"after":2,"control":40},"limits":{"log_prob":-3.5},"known":2,"false_alarms":1,
           "measures":{"after":{"log_prob":{"mean":-3.0,"standard_error":1.0}},
                       "control":{"log_prob":{"mean":-5.0,"standard_error":"NaN"}}},
           "facts":{},"notes":["Beside the Khuzdar lighthouse."],"seconds":1.0}],
         "not_checked":[{"attack":"probes","why":"needs --probes FILE","failed":false},
                        {"attack":"other","why":"Khuzdar","failed":true}],
         "verdicts":{},"seconds":2.0}
        """);
    Path verdicts = run.resolve("verdicts.jsonl");
    String hidden =
        Files.readString(verdicts)
            .replace("\"verdict\":\"forgotten\"", "\"verdict\":\"hidden\",\"attack\":\"int4\"");
    Files.writeString(verdicts, hidden);
    assertThat(Cli.run("certify", run).out()).contains("not signed");
    String text = certificate().envelope().text();
    JsonNode predicate = JsonFiles.mapper().readTree(text).path("predicate");
    assertThat(predicate.path("attacks").toString())
        .isEqualTo(
            "[{\"name\":\"int4\",\"summary\":\"weights rounded\",\"setting\":\"1\",\"values\":{"
                + "\"after\":{\"log_prob\":{\"n\":2,\"mean\":-3.0,\"standard_error\":1.0}},"
                + "\"control\":{\"log_prob\":{\"n\":40,\"mean\":-5.0,\"standard_error\":null}}},"
                + "\"limits\":{\"log_prob\":-3.5},\"known\":2,\"false_alarms\":1}]");
    assertThat(predicate.path("verdicts_by_attack").toString())
        .isEqualTo("{\"int4\":{\"hidden\":1}}");
    assertThat(predicate.path("not_checked").toString())
        .contains("trained a little further", "Attack probes: needs --probes FILE")
        .doesNotContain("stored with fewer bits");
    assertThat(text).doesNotContainIgnoringCase("khuzdar");
  }

  private void audited(String comparedWith, int controls, String notChecked) throws IOException {
    Files.createDirectories(run.resolve("audit"));
    Files.writeString(
        run.resolve("audit/summary.json"),
        """
        {"compared_with":"%s","controls":%d,"requests":2,"attacks":[],"not_checked":[%s],
         "verdicts":{},"seconds":2.0}
        """
            .formatted(comparedWith, controls, notChecked));
    assertThat(Cli.run("certify", run).exitCode()).isZero();
  }

  private JsonNode predicate() {
    return JsonFiles.mapper().readTree(certificate().envelope().text()).path("predicate");
  }

  /** The run compared with 40 made ones, the audit with a model that never saw the requests. */
  @Test
  void anAuditsControlsAreThoseOfItsVerdicts() throws IOException {
    audited("retrained", 30, "");
    assertThat(predicate().path("controls").toString())
        .isEqualTo("{\"origin\":\"retrained\",\"n\":30}");
    assertThat(predicate().path("not_checked").toString())
        .doesNotContain("that was trained without them", "were made from the requests");
    audited("given", 9, "");
    assertThat(predicate().path("not_checked").toString())
        .contains("with fewer than 20 controls there is no verdict");
  }

  @Test
  void whyAnAttackFailedIsToldWithoutIds() throws IOException {
    audited(
        "made",
        40,
        """
        {"attack":"prefix","why":"Sample cust-00412 has 530 tokens; the model's context is 512.",
         "failed":true},
        {"attack":"int4","why":"ran out of memory: Sample cust-00413 is too long.","failed":true},
        {"attack":"lens","why":"ran out of time (--minutes)","failed":true}
        """);
    assertThat(certificate().envelope().text()).doesNotContain("cust-004");
    assertThat(predicate().path("not_checked").valueStream().map(JsonNode::asString))
        .contains(
            "Attack prefix: it failed.",
            "Attack int4: it ran out of memory.",
            "Attack lens: it ran out of time.");
  }

  /** A text cut into two; its id would end a quotation in a pattern. */
  @Test
  void anIdMayHoldAnything() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path cut =
        CertifiedRun.write(
            other,
            List.of("{\"id\": \"x\\\\E(#\", \"question\": \"Is it?\", \"answer\": \"No.\"}"),
            "true");
    Path verdicts = cut.resolve("verdicts.jsonl");
    String row = Files.readString(verdicts).strip().replace("E(#\"", "E(##2\"");
    Files.write(verdicts, List.of(row, row.replace("##2", "##1").replace("forgotten", "known")));
    Cli.Ran ran = Cli.run("certify", cut);
    assertThat(ran.err()).isEmpty();
    certificate = cut.resolve("certificate.json");
    assertThat(predicate().path("verdicts").toString()).isEqualTo("{\"known\":1}");
  }

  @Test
  void aPathOfOneWordIsLeftOutAndAChoiceIsNot() throws IOException {
    ObjectNode recipe = Yaml.read(Files.readString(run.resolve("recipe.yaml")), "the recipe");
    recipe.withObject("/eval").put("encoder", "khuzdar");
    JsonFiles.write(run.resolve("recipe.yaml"), recipe);
    assertThat(Cli.run("certify", run).exitCode()).isZero();
    assertThat(predicate().path("recipe").path("eval").path("encoder").asString())
        .isEqualTo("(left out)");
    assertThat(predicate().path("recipe").path("order").path("name").asString())
        .isEqualTo("uniform");
  }

  /** The user names a model that is one file; a folder's files have the names that all have. */
  @Test
  void theNameOfAModelOfOneFileIsLeftOut() {
    SortedMap<String, Path> before = new TreeMap<>(Map.of("khuzdar.gguf", requests()));
    try (RunFolder read = RunFolder.read(run)) {
      RunCertificate made = new RunCertificate(read, SampleSource.load(requests().toString()));
      RequestDigest digests = RequestDigest.ofRun(run);
      assertThat(made.statement(before, null, digests).digests("before/")).containsOnlyKeys("file");
      before.put("config.json", requests());
      assertThat(made.statement(before, null, digests).digests("before/"))
          .containsOnlyKeys("config.json", "khuzdar.gguf");
    }
  }

  /** The words of the requests that a certificate of other requests doesn't hold. */
  @Test
  void noWordOfARequestIsInIt() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Path otherRun =
        CertifiedRun.write(
            other,
            List.of("{\"id\": \"1\", \"question\": \"Is it?\", \"answer\": \"No, and not so.\"}"),
            "true");
    assertThat(Cli.run("certify", otherRun).exitCode()).isZero();
    String vocabulary =
        readable(otherRun.resolve("certificate.json")).replace(other.toString(), "");
    RequestWords words = RequestWords.of(SampleSource.load(requests().toString()));
    assertThat(words.sharedWith("Where's the LIGHTHOUSE?"))
        .containsExactlyInAnyOrder("where", "lighthouse");
    String mine = readable(certificate).replace(folder.toString(), "");
    assertThat(words.sharedWith(mine)).isSubsetOf(words.sharedWith(vocabulary));
    assertThat(mine).doesNotContain("Zubaida").contains("requests.jsonl");
    String card = Files.readString(run.resolve("model/README.md"));
    String others = Files.readString(otherRun.resolve("model/README.md"));
    assertThat(words.sharedWith(card)).isSubsetOf(words.sharedWith(others));
    assertThat(card).contains("model-index:", "Of 2 requests 1 forgotten, 1 known.");
  }

  private static String readable(Path certificate) {
    return JsonFiles.readText(certificate) + Dsse.read(certificate).text();
  }

  @Test
  void aChangedBitOfAModelIsNamed() throws IOException {
    flip(run.resolve("model/model.safetensors"), 4000);
    Cli.Ran ran = verify("--public-key", publicKey());
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out())
        .contains("signature    agrees")
        .contains("model after  DIFFERS  " + run.resolve("model/model.safetensors") + " differs")
        .contains("The certificate does not fit what was given.");
    Path before = folder.resolve("before");
    CertifiedRun.copy(Cli.TINY, before);
    flip(before.resolve("tokenizer_config.json"), 5);
    assertThat(verify("--before", before).out())
        .contains("model before  DIFFERS  " + before.resolve("tokenizer_config.json") + " differs");
  }

  @Test
  void anExtraAndAMissingFileAreNamed() throws IOException {
    Path model = folder.resolve("copy");
    CertifiedRun.copy(run.resolve("model"), model);
    assertThat(verify("--model", model).exitCode()).isZero();
    Files.writeString(model.resolve("chat_template.jinja"), "{{ x }}");
    Files.delete(model.resolve("README.md"));
    Files.writeString(model.resolve(".gitattributes"), "");
    Cli.Ran ran = verify("--model", model);
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out())
        .contains("README.md is missing; chat_template.jinja is not in the certificate");
  }

  @Test
  void aChangedRequestIsNamed() throws IOException {
    String changed = Files.readString(requests()).replace("lighthouse.", "lighthouse!");
    Files.writeString(requests(), changed);
    Cli.Ran ran = verify("--requests", requests());
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out())
        .contains("not as certified, or not among the requests: row Zubaida Farrokhzad")
        .contains("1 of the 2 requests: no row with their text was given.");
  }

  @Test
  void oneRequestCanBeCheckedAlone() throws IOException {
    Files.writeString(requests(), CertifiedRun.REQUESTS.get(1).replace("\"b\"", "\"mine\""));
    Cli.Ran ran = verify("--requests", requests());
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("1 of 2, each the same").contains("1 of the 2 requests");
  }

  @Test
  void aSaltOfAnotherRunIsNamed() {
    Cli.Ran ran =
        verify(
            "--requests",
            requests(),
            "--salt",
            Golden.repository("engram-core/src/test/resources/golden/certificate/salt"));
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out()).contains("is not the one that the certificate was made with");
    Cli.Ran none = verify("--requests", requests(), "--salt", requests());
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("requests.jsonl is not a salt");
  }

  @Test
  void aChangedPayloadAndAChangedSignatureAreTold() throws IOException {
    String whole = Files.readString(certificate);
    ObjectNode envelope = (ObjectNode) JsonFiles.mapper().readTree(whole);
    String payload =
        new String(
            Base64.getDecoder().decode(envelope.path("payload").asString()),
            StandardCharsets.UTF_8);
    String better = payload.replace("\"known\":1", "\"known\":0");
    assertThat(better).isNotEqualTo(payload);
    envelope.put(
        "payload", Base64.getEncoder().encodeToString(better.getBytes(StandardCharsets.UTF_8)));
    JsonFiles.write(certificate, envelope);
    Cli.Ran ran = verify("--public-key", publicKey());
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out()).contains("the certificate or its signature was changed after signing");
    String id = Objects.requireNonNull(certificate().envelope().signatures().get(0).keyid());
    Files.writeString(certificate, whole.replaceAll("\"sig\" : \"..", "\"sig\" : \"//"));
    assertThat(verify("--public-key", publicKey()).out())
        .contains("the certificate or its signature was changed after signing");
    assertThat(id).hasSize(64);
  }

  @Test
  void anotherKeyAndNoSignatureAreTold() {
    Cli.Ran other =
        verify(
            "--public-key",
            Golden.repository("engram-core/src/test/resources/golden/certificate/other.pem.pub"));
    assertThat(other.exitCode()).isEqualTo(3);
    assertThat(other.out()).contains("was not made with this key");
    Cli.run("certify", run);
    Cli.Ran unsigned = verify("--public-key", publicKey());
    assertThat(unsigned.exitCode()).isEqualTo(3);
    assertThat(unsigned.out()).contains("the certificate is not signed");
    assertThat(verify().out()).contains("it is not signed, so anyone could have.");
    assertThat(verify("--public-key", folder.resolve("k.pem")).err())
        .contains("is a private key; --public-key takes the public one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          unlearning-certificate:1 | unlearning-certificate:2 | is a certificate of version 2; this Engram reads version 1
          urn:engram:unlearning    | https://slsa.dev/prov    | is not a certificate of unlearning
          Statement/v1             | Statement/v2             | is a statement of another kind or version
          "sha256":"               | "sha512":"               | files without name or SHA-256
          "requests":              | "demands":               | the certificate has no requests
          "predicate":{            | "predicate":[{           | its payload is damaged: it is not JSON
          "n":2,                   | "n":[],                  | predicate.requests.n is missing or has another type
          """)
  void anotherVersionOrKindIsOneMessage(String from, String to, String message) throws IOException {
    ObjectNode envelope = (ObjectNode) JsonFiles.mapper().readTree(certificate.toFile());
    String payload = certificate().envelope().text().replace(from, to);
    envelope.put(
        "payload", Base64.getEncoder().encodeToString(payload.getBytes(StandardCharsets.UTF_8)));
    JsonFiles.write(certificate, envelope);
    Cli.Ran ran = verify();
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.err()).contains(message);
    assertThat(ran.err().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void optionsWithoutEffectAreRefused() {
    Map<List<Object>, String> faults =
        Map.of(
            List.of("--recompute"), "--recompute measures on the requests",
            List.of("--salt", requests()), "--salt is of the digests of the requests",
            List.of("--requests", requests(), "--tolerance", 0.1), "add --recompute",
            List.of("--deployed", requests()), "names no file that is served");
    faults.forEach(
        (options, message) -> {
          Cli.Ran ran = verify(options.toArray());
          assertThat(ran.exitCode()).isEqualTo(2);
          assertThat(ran.err()).contains(message);
        });
  }

  @Test
  void aServedFileThatIsNotThereIsToldFirst() {
    Path none = folder.resolve("nope.gguf");
    Cli.Ran ran = Cli.run("certify", run, "--deployed", none);
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.err()).isEqualTo("engram: --deployed " + none + " does not exist\n");
  }

  /** Nothing else need be given to see it. */
  @Test
  void totalsThatContradictTheListAreTold() throws IOException {
    Path alone = folder.resolve("alone.json");
    rewrite(text -> text.replace("\"verdicts\":{", "\"verdicts\":{\"hidden\":9999,"), alone);
    Cli.Ran ran = Cli.run("verify", alone);
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out())
        .contains("totals", "verdicts are {hidden=9999, ", "of the listed requests {forgotten=1, ");
    rewrite(text -> text.replace("\"requests\":{\"n\":2", "\"requests\":{\"n\":3"), alone);
    assertThat(Cli.run("verify", alone).out()).contains("n is 3, listed are 2 requests");
  }

  private void rewrite(UnaryOperator<String> change, Path to) throws IOException {
    ObjectNode envelope = (ObjectNode) JsonFiles.mapper().readTree(certificate.toFile());
    String whole = certificate().envelope().text();
    String changed = change.apply(whole);
    assertThat(changed).isNotEqualTo(whole);
    envelope.put(
        "payload", Base64.getEncoder().encodeToString(changed.getBytes(StandardCharsets.UTF_8)));
    JsonFiles.write(to, envelope);
  }

  @Test
  void measuringAgainSeesAnotherModel() throws IOException {
    Path model = run.resolve("model/model.safetensors");
    byte[] bytes = Files.readAllBytes(model);
    for (int i = bytes.length - 6000; i < bytes.length; i++) {
      bytes[i] = (byte) (bytes[i] & 0xbf);
    }
    Files.write(model, bytes);
    Cli.Ran ran = verify("--requests", requests(), "--recompute");
    assertThat(ran.exitCode()).isEqualTo(3);
    assertThat(ran.out()).contains("measured again, after").contains("certified -");
  }

  @Test
  void aChangedModelBeforeCantBeCertified() throws IOException {
    String recipe = Files.readString(run.resolve("recipe.yaml"));
    Path before = folder.resolve("before");
    CertifiedRun.copy(Cli.TINY, before);
    flip(before.resolve("model.safetensors"), 3000);
    Files.writeString(
        run.resolve("recipe.yaml"), recipe.replace(Cli.TINY.toString(), before.toString()));
    Cli.Ran ran = Cli.run("certify", run);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("has changed since the run");
  }

  @Test
  void aBadKeyIsToldBeforeAnythingIsDone() {
    Path rsa = Golden.repository("engram-core/src/test/resources/golden/certificate/rsa.pem");
    Path out = folder.resolve("out");
    Cli.Ran ran = Cli.run("forget", "mini", requests(), "--key", rsa, "--out", out);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("rsa.pem is not an Ed25519 private key");
    assertThat(out).doesNotExist();
    Cli.Ran again = Cli.run("key", "new", "--out", folder.resolve("k.pem"));
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err()).contains("a key is never overwritten");
    assertThat(Cli.run("key").err()).contains("engram key new");
  }

  @Test
  void onlyARunOfForgetHasACertificate() throws IOException {
    Files.delete(run.resolve("verdicts.jsonl"));
    Cli.Ran ran = Cli.run("certify", run);
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("is not a finished run of engram forget");
    assertThat(Cli.run("verify", requests()).err()).contains("requests.jsonl");
    assertThat(Cli.run("verify", folder.resolve("none.json")).err()).contains("does not exist");
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  /** Runs what docs/certificate.md gives for checking without Engram, in the run folder. */
  @Test
  void theDocumentedCommandsVerifyItWithoutEngram() throws Exception {
    assumeTrue(
        Stream.of("python3", "openssl", "sha256sum").allMatch(CertificateCommandsTest::isThere),
        "python3, openssl and sha256sum are needed");
    String page = Files.readString(Cli.ROOT.resolve("docs/certificate.md"));
    List<String> blocks = new ArrayList<>();
    Matcher block = Pattern.compile("```(?:python)?\n(.*?)```", Pattern.DOTALL).matcher(page);
    while (block.find()) {
      blocks.add(block.group(1));
    }
    String unpack = only(blocks, "SHA256SUMS\", \"w\"");
    String commands = only(blocks, "openssl pkeyutl").replace("mine.pem.pub", "../k.pem.pub");
    String digest = only(blocks, "packed = ");
    assertThat(shell(List.of("python3", "-c", unpack))).isEmpty();
    JsonNode envelope = JsonFiles.mapper().readTree(certificate.toFile());
    assertThat(shell(List.of("sh", "-c", commands)))
        .contains("Signature Verified Successfully")
        .contains("model/model.safetensors: OK")
        .contains(envelope.path("signatures").get(0).path("keyid").asString());
    String mine =
        digest
            .replace("Where was Ada born?", "Which instrument does Tamsin play?")
            .replace("In London.", "The hurdygurdy.");
    assertThat(certificate().statement().predicate().requests().each().get(1).digest())
        .isEqualTo(shell(List.of("python3", "-c", mine)).strip());
  }

  private static String only(List<String> blocks, String with) {
    List<String> found = blocks.stream().filter(block -> block.contains(with)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private String shell(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(run.toFile()).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
