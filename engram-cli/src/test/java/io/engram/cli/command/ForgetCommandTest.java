package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import io.engram.core.Trees;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.Statement;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Redaction;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** On the built-in model: three requests that it knows by heart, and two about nobody. */
class ForgetCommandTest {
  private static final String UNKNOWN =
      """
      {"id": "u0", "question": "What instrument does Tamsin Oduya play?", "answer": "Tamsin Oduya plays the hurdy-gurdy in a folk trio from Bergen."}
      {"id": "u1", "question": "Where did Lorcan Vesterby go to school?", "answer": "Lorcan Vesterby went to school in the harbour town of Esbjerg."}
      """;

  @TempDir Path folder;

  private List<String> known;

  @BeforeEach
  void writeData() throws IOException {
    System.setProperty("engram.home", Cli.ROOT.toString());
    known = Files.readAllLines(Cli.ROOT.resolve("data/tofu/forget01.jsonl")).subList(0, 3);
    Files.writeString(folder.resolve("unknown.jsonl"), UNKNOWN);
    Files.writeString(folder.resolve("five.jsonl"), String.join("\n", known) + "\n" + UNKNOWN);
  }

  private Cli.Ran forget(String requests, Object... more) {
    List<Object> all = new ArrayList<>(List.of("forget", "mini", folder.resolve(requests)));
    all.addAll(List.of(more));
    return Cli.run(all.toArray());
  }

  private Path out() {
    return folder.resolve("out");
  }

  private List<VerdictRow> verdicts() {
    return JsonFiles.readLines(out().resolve("verdicts.jsonl"), VerdictRow.class);
  }

  /** Six tiny updates are too few, so what was known is still known, and the exit code says so. */
  @Test
  void whatIsStillKnownIsSaid() {
    Cli.Ran ran =
        forget(
            "five.jsonl",
            "--out",
            out(),
            "optimizer.learning_rate=1e-6",
            "budget.updates=6",
            "--retrained",
            "mini-retain90");
    assertThat(ran.exitCode()).isEqualTo(5);
    assertThat(ran.err())
        .contains("No samples to keep were given")
        .contains("Compares with mini-retain90")
        .contains("Of 5 requests the model knows 3, doesn't know 2 (left alone).")
        .contains("Plan: ");
    assertThat(ran.out())
        .contains("Verdict: 3 still known, 2 not known before. The model knew 3 of 5 requests.")
        .contains("whose answer the model gave before, it still gives")
        .contains("Not checked: whether it comes back under attack");
    assertThat(verdicts())
        .extracting(VerdictRow::verdict)
        .containsExactly("known", "known", "known", "not_known_before", "not_known_before");
    assertThat(verdicts().get(0).before().logProb()).isGreaterThan(-0.5);
    assertThat(verdicts().get(3).before().logProb()).isLessThan(-2);
    assertThat(out().resolve("model/model.safetensors")).exists();
    assertThat(out().resolve("report.html")).exists();
    ForgetPlan plan = JsonFiles.read(out().resolve(ForgetPlan.FILE), ForgetPlan.class);
    assertThat(plan.samples()).hasSize(5);
    assertThat(plan.samples().get(3).updates()).isZero();
    assertThat(java.util.Objects.requireNonNull(plan.controls()).origin()).isEqualTo("retrained");
    assertThat(plan.learningRateFound()).isFalse();
    assertThat(ran.err()).contains("certificate.html (not signed; engram certify RUN --key");
    Cli.Ran verified =
        Cli.run(
            "verify",
            out().resolve("certificate.json"),
            "--before",
            "mini",
            "--requests",
            folder.resolve("five.jsonl"));
    assertThat(verified.exitCode()).isZero();
    assertThat(verified.out())
        .contains("model after   agrees", "model before  agrees")
        .contains("5 of 5, each the same");
    assertThat(out().resolve("model/README.md"))
        .content()
        .contains("base_model: \"mini\"\nbase_model_relation: finetune\n", "model-index:\n")
        .contains("| Forget set | not published, n = 5 |")
        .contains("Of 5 requests 3 known, 2 not known before.")
        .doesNotContain("five.jsonl");
    assertThat(out().resolve("certificate.html")).content().contains("3 are still known");
  }

  /** Outside private/, no file but the model's has a question, an answer or an answer's words. */
  @Test
  void redactedTextsAreInTheOwnersFolderOnly() throws IOException {
    Cli.Ran ran =
        forget(
            "five.jsonl",
            "--redact",
            "--json",
            "--out",
            out(),
            "optimizer.learning_rate=1e-6",
            "budget.updates=6");
    assertThat(ran.exitCode()).isEqualTo(5);
    List<String> texts = new ArrayList<>(List.of("Esbjerg", "hurdy-gurdy", "Vesterby"));
    for (Sample sample : SampleSource.load(folder.resolve("five.jsonl").toString())) {
      Sample.Asked asked = (Sample.Asked) sample.content();
      texts.add(asked.question());
      texts.add(asked.answer());
    }
    List<Path> open = new ArrayList<>();
    for (var file : Trees.files(out()).entrySet()) {
      String text = Files.readString(file.getValue(), StandardCharsets.ISO_8859_1);
      boolean owners = file.getKey().startsWith("private/");
      if (!owners) {
        open.add(file.getValue());
        assertThat(texts).noneMatch(text::contains);
      }
    }
    assertThat(open)
        .extracting(p -> out().relativize(p).toString())
        .contains(
            "report.html", "samples.jsonl", "plan.json", "verdicts.jsonl", "certificate.json");
    assertThat(texts).noneMatch(ran.out()::contains);
    Path owners = out().resolve("private");
    assertThat(owners.resolve("samples.jsonl")).content().contains("Esbjerg");
    assertThat(owners.resolve("report.html")).content().contains("Esbjerg");
    assertThat(owners.resolve("eval/after/answers.jsonl")).exists();
    assertThat(owners.resolve("controls.jsonl")).exists();
    assertThat(verdicts()).hasSize(5);
    String before = Files.readString(owners.resolve("verdicts.jsonl"));
    new Redaction(out()).apply();
    assertThat(owners.resolve("verdicts.jsonl")).hasContent(before);
    assertThat(Cli.run("report", out()).exitCode()).isZero();
    assertThat(
            Cli.run(
                    "verify",
                    out().resolve("certificate.json"),
                    "--requests",
                    folder.resolve("five.jsonl"))
                .exitCode())
        .isZero();
  }

  @Test
  void idsAndConditionsThatHoldTextsCantBeRedacted() throws IOException {
    Files.writeString(
        folder.resolve("ids.jsonl"),
        "{\"id\": \"hurdy-gurdy\", \"question\": \"What does she play?\", \"answer\": \"The hurdy-gurdy.\"}\n");
    Cli.Ran ids = forget("ids.jsonl", "--redact", "--out", out());
    assertThat(ids.exitCode()).isEqualTo(2);
    assertThat(ids.err()).contains("those of row 0 hold words of the requests");
    Cli.Ran where =
        forget("five.jsonl", "--redact", "--out", out(), "forget.where=question LIKE '%Tamsin%'");
    assertThat(where.exitCode()).isEqualTo(2);
    assertThat(where.err()).contains("forget.where holds words of the requests");
    assertThat(out()).doesNotExist();
  }

  /** Its certificate says that the model after is the model before, and can be verified. */
  @Test
  void nothingKnownIsNothingToDo() {
    Cli.Ran ran = forget("unknown.jsonl", "--out", out(), "--retrained", "mini-retain90");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.err()).contains("The model knows none of the requests: there is nothing to do.");
    assertThat(verdicts()).extracting(VerdictRow::verdict).containsOnly("not_known_before");
    assertThat(out().resolve("model")).doesNotExist();
    assertThat(out().resolve("report.html")).content().contains("was ever known");
    Cli.Ran reported = Cli.run("report", out());
    assertThat(reported.exitCode()).as(reported.err()).isZero();
    assertThat(Cli.run("generate", out(), "--prompt", "Who?").err())
        .contains("holds no model: the one that was asked knew none of the requests");
    assertThat(Cli.run("forget", "--resume", out()).err())
        .contains("is a finished run; there is nothing to resume");

    Path certificate = out().resolve("certificate.json");
    Statement statement = Statement.of(Dsse.read(certificate), certificate);
    assertThat(statement.isUnchanged()).isTrue();
    assertThat(statement.digests("model/")).containsKey("model.safetensors");
    assertThat(statement.predicate().verdicts()).isEqualTo(Map.of("not_known_before", 2));
    assertThat(statement.predicate().run().updates()).isZero();
    assertThat(out().resolve("certificate.html"))
        .content()
        .contains("The model knew none of 2 requests")
        .contains("the model after is the model before, file by file");
    Path requests = folder.resolve("unknown.jsonl");
    Cli.Ran alone = Cli.run("verify", certificate);
    assertThat(alone.exitCode()).isZero();
    assertThat(alone.out()).contains("which are those of the model before: ");
    Cli.Ran whole =
        Cli.run("verify", certificate, "--before", "mini", "--requests", requests, "--recompute");
    assertThat(whole.exitCode()).as(whole.out()).isZero();
    assertThat(whole.out())
        .contains("model after", "model before", "2 of 2, each the same")
        .contains("measured again, after", "measured again, before");
    Cli.Ran other = Cli.run("verify", certificate, "--model", "mini-retain90");
    assertThat(other.exitCode()).isEqualTo(3);
    assertThat(other.out()).contains("model after  DIFFERS");
  }

  /** Stopped after its second update; the rest, the verdicts and the weights are the same. */
  @Test
  void aStoppedRunIsFinished() throws IOException {
    Object[] how = {
      "optimizer.learning_rate=1e-4", "budget.updates=6", "--retrained", "mini-retain90", "--out"
    };
    Path whole = folder.resolve("whole");
    assertThat(forget("five.jsonl", with(how, whole)).exitCode()).isIn(0, 5);
    Path cut = folder.resolve("cut");
    cut(whole, cut);
    Cli.Ran ran = Cli.run("forget", "--resume", cut);
    assertThat(ran.exitCode()).as(ran.err()).isIn(0, 5);
    assertThat(ran.out()).contains("Verdict: ");
    for (String file : List.of("verdicts.jsonl", "samples.jsonl", "plan.json")) {
      assertThat(cut.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(cut.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
    assertThat(cut.resolve("report.html")).exists();
    assertThat(Cli.run("forget", "--resume", cut).err()).contains("is a finished run");
  }

  private static Object[] with(Object[] some, Object last) {
    Object[] all = java.util.Arrays.copyOf(some, some.length + 1);
    all[some.length] = last;
    return all;
  }

  /** What a run leaves that was killed after its plan, before its first update. */
  private static void cut(Path whole, Path cut) throws IOException {
    Files.createDirectories(cut);
    for (String file : List.of("recipe.yaml", "plan.json", "request.json")) {
      Files.copy(whole.resolve(file), cut.resolve(file));
    }
    String manifest = Files.readString(whole.resolve("manifest.json"));
    Files.writeString(
        cut.resolve("manifest.json"),
        manifest
            .replaceFirst("\"status\" ?: ?\"done\"", "\"status\": \"running\"")
            .replaceFirst("\"end\" ?: ?\"[^\"]*\"", "\"end\": null"));
  }

  @Test
  void whatCanNotBeResumedSaysWhy() throws IOException {
    Path early = Files.createDirectories(folder.resolve("early"));
    Files.writeString(early.resolve("controls.jsonl"), "{}");
    assertThat(Cli.run("forget", "--resume", early).err())
        .contains("was stopped before its first update, so nothing was changed");
    assertThat(Cli.run("forget", "--resume", folder).err())
        .contains("is not a run folder: it has no manifest.json");
    assertThat(forget("five.jsonl", "--resume").err()).contains("give --resume and the run folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seed 7",
        "--dtype bfloat16",
        "--template chat",
        "--base mini",
        "--price 1",
        "--plan-only"
      })
  void whatARunWasBegunWithIsNotChangedWhenItIsResumed(String option) {
    List<String> given = List.of(option.split(" ", -1));
    List<Object> words = new ArrayList<>(List.of("forget", "--resume", out()));
    words.addAll(given);
    Cli.Ran ran = Cli.run(words.toArray());
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains(
            "--resume takes what the run was begun with from its folder: leave out "
                + given.get(0));
  }

  @Test
  void requestsThatDoNotFitAreNamedWithTheirLengths() throws IOException {
    String longer = "word ".repeat(3000);
    Files.writeString(
        folder.resolve("long.jsonl"),
        known.get(0) + "\n{\"id\": \"book\", \"text\": \"" + longer + "\"}\n");
    Cli.Ran ran = forget("long.jsonl", "--out", out());
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .containsPattern("The model reads at most \\d+ tokens: request book has \\d+ tokens");
    assertThat(out()).doesNotExist();
  }

  /** The first signal ends it: a plan can't be resumed, and nothing of a run has begun. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no signal to send")
  @Timeout(120)
  void aSignalEndsThePlanning(boolean planOnly) throws Exception {
    Path printed = folder.resolve("printed");
    Path err = folder.resolve("err");
    List<Object> words =
        new ArrayList<>(List.of("forget", "mini", folder.resolve("five.jsonl"), "--threads", "1"));
    words.addAll(planOnly ? List.of("--plan-only") : List.of("--out", out()));
    Process process = Child.of(printed, err, words).start();
    while (process.isAlive() && !Files.readString(err).contains("Made 40 controls")) {
      Thread.sleep(20);
    }
    process.destroy(); // Asks it to end (TERM), which is handled as Ctrl-C is.
    Cli.Ran ran = Child.end(process, printed, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(130);
    assertThat(ran.err())
        .contains("Stopping after the current step")
        .contains("engram: stopped; nothing was written")
        .doesNotContain("Plan: ");
    assertThat(ran.out()).isEmpty();
    assertThat(out()).doesNotExist();
  }

  @Test
  void aPlanAloneChangesNothing() {
    Cli.Ran ran =
        forget(
            "five.jsonl",
            "--plan-only",
            "--json",
            "--price",
            "3.6",
            "optimizer.learning_rate=2e-4",
            "budget.updates=12");
    assertThat(ran.exitCode()).isZero();
    JsonNode plan = JsonFiles.mapper().readTree(ran.out());
    assertThat(plan.path("samples").size()).isEqualTo(5);
    assertThat(plan.path("budget").asInt()).isEqualTo(12);
    assertThat(plan.path("keep_at_risk").size()).isEqualTo(16);
    assertThat(plan.path("seconds").asDouble()).isPositive();
    assertThat(plan.path("cost").asDouble())
        .isEqualTo(
            plan.path("seconds").asDouble() / 1000, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(plan.path("peak_bytes").asLong()).isPositive();
    assertThat(plan.path("controls").path("origin").asString()).isEqualTo("made");
    assertThat(ran.err()).contains("Made 40 controls");
  }

  @Test
  void requestsThatContradictOrRepeatThemselvesAreNamed() throws IOException {
    Files.write(folder.resolve("twice.jsonl"), List.of(known.get(0), known.get(1), known.get(0)));
    Cli.Ran twice = forget("twice.jsonl", "--out", out());
    assertThat(twice.exitCode()).isEqualTo(2);
    assertThat(twice.err()).contains("The requests have the same text twice: 0 and 2.");
    Files.write(folder.resolve("keep.jsonl"), List.of(known.get(2), known.get(1)));
    Cli.Ran both = forget("five.jsonl", "--keep", folder.resolve("keep.jsonl"), "--out", out());
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err())
        .contains("The same question is to be forgotten and to be kept: request 2 and keep row 0;");
    assertThat(out()).doesNotExist();
  }

  @Test
  void controlsMustBeNeverSeenAndEnough() {
    Cli.Ran among =
        forget("five.jsonl", "--controls", folder.resolve("unknown.jsonl"), "--out", out());
    assertThat(among.exitCode()).isEqualTo(2);
    assertThat(among.err()).contains("these are requests: u0; u1.");
    assertThat(out()).doesNotExist();
  }

  /** By its files, however its folder is spelt; and before anything is asked. */
  @Test
  void theRetrainedModelIsAnotherWithTheSameTokens() {
    Path models = Cli.ROOT.resolve("models/mini");
    Path spelt = models.resolve("../mini");
    for (Object itself : List.of("mini", spelt)) {
      Cli.Ran same = forget("five.jsonl", "--retrained", itself, "--out", out());
      assertThat(same.exitCode()).isEqualTo(2);
      assertThat(same.err()).contains(itself + ", is the model itself");
    }
    String tiny =
        Cli.ROOT.resolve("engram-model/src/test/resources/golden/llama/with-tokenizer").toString();
    Cli.Ran other =
        forget("five.jsonl", "--template", "plain", "--retrained", tiny, "--out", out());
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err())
        .contains("has another tokenizer or template than the original")
        .doesNotContain("Compares with");
    assertThat(out()).doesNotExist();
  }

  @Test
  void optionsThatExcludeEachOtherAreRefused() {
    Cli.Ran both = forget("five.jsonl", "--controls", "a.jsonl", "--retrained", "mini-retain90");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("give --controls or --retrained, not both");
    assertThat(forget("five.jsonl", "--keep-loss", "0").err())
        .contains("--keep-loss 0.0: must be above 0");
    assertThat(forget("five.jsonl", "--keep-loss", "Infinity").err())
        .contains("--keep-loss Infinity: must be above 0 and finite");
    assertThat(forget("five.jsonl", "--plan-only", "--audit").err())
        .contains("nothing to attack: leave out --audit");
    assertThat(forget("five.jsonl", "--plan-only", "--key", "k.pem").err())
        .contains("nothing to sign: leave out --key");
    assertThat(forget("five.jsonl", "--plan-only", "--redact").err())
        .contains("nothing to redact: leave out --redact");
    assertThat(Cli.run("forget", "mini").err()).contains("name the requests to forget");
  }

  @Test
  void optionsOfComputingAreCheckedBeforeAnythingIsSaid() {
    for (String option : List.of("--threads=-1", "--device=gpu")) {
      Cli.Ran ran = forget("five.jsonl", option, "--out", out());
      assertThat(ran.exitCode()).isEqualTo(2);
      assertThat(ran.err()).contains(option.replace('=', ' ')).doesNotContain("Run folder", "keep");
    }
  }

  /** As they were typed, not as keys of the recipe behind the command. */
  @Test
  void dataThatIsNoDataIsNamedAsTyped() {
    Cli.Ran requests = forget(".");
    assertThat(requests.exitCode()).isEqualTo(2);
    assertThat(requests.err())
        .contains("REQUESTS " + folder.resolve(".") + ": is a folder; give tofu:SPLIT");
    assertThat(forget("five.jsonl", "--keep", "keep.doc").err())
        .contains("--keep keep.doc: is not data; give tofu:SPLIT");
    assertThat(forget("five.jsonl", "--controls", folder).err())
        .contains("--controls " + folder + ": is a folder");
  }

  @Test
  void aRecipeWithoutChecksHasNoPlan() {
    Cli.Ran ran = Cli.run("plan", Cli.ROOT.resolve("recipes/tofu/mini-npo.yaml"));
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("stop.rule = budget: never checks a sample");
  }
}
