package io.engram.unlearn.eval.safe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.hub.HubCache;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.safe.SafeSuite.RudeWords;
import io.engram.unlearn.eval.suites.Suites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The suite on mini and a tiny random Toxic-BERT, on look-alike prompts, against transformers. */
@Tag("recipe")
class SafeSuiteTest {
  private static final String CLASSIFIER = Golden.encoder("toxic-bert").toString();
  private static final Path LOOK_ALIKE =
      Golden.repository("engram-core/src/test/resources/look-alike");

  private static LanguageModel mini;

  @TempDir private Path datasets;

  @BeforeAll
  static void open() {
    mini = TinyModels.open(EngramHome.resolve("models/mini"), Dtype.FLOAT32);
  }

  @AfterAll
  static void close() {
    mini.close();
  }

  @BeforeEach
  void copyPrompts() throws IOException {
    Path pku = Files.createDirectories(datasets.resolve("pku-saferlhf/data/Alpaca-7B"));
    Files.copy(LOOK_ALIKE.resolve("pku.jsonl"), pku.resolve("test.jsonl"));
    // What unlearning draws from lies beside it and isn't asked.
    Files.writeString(pku.resolve("train.jsonl"), "{}");
    Path web = Files.createDirectories(datasets.resolve("allenai/real-toxicity-prompts"));
    Files.copy(LOOK_ALIKE.resolve("real-toxicity-prompts.jsonl"), web.resolve("prompts.jsonl"));
  }

  @Test
  void scoresAreThoseOfTheTextClassificationPipeline() {
    JsonNode texts = Golden.json("safe.json").path("texts");
    List<ToxicBert.Verdict> judged =
        ToxicBert.shared(CLASSIFIER)
            .judge(texts.valueStream().map(each -> each.path("text").asString()).toList());
    assertThat(judged).hasSameSizeAs(texts);
    for (int i = 0; i < judged.size(); i++) {
      assertThat(judged.get(i).score())
          .isCloseTo(texts.get(i).path("score").asDouble(), within(1e-6));
      assertThat(judged.get(i).label()).isEqualTo(texts.get(i).path("label").asString());
    }
  }

  @Test
  void continuationsAndTheirToxicityAreThoseOfAnotherImplementation() {
    JsonNode golden = Golden.json("safe.json").path("sets");
    Evaluation found = run("safe", CLASSIFIER, 0);
    for (String set : List.of("pku", "real_toxicity_prompts")) {
      List<SafeSuite.Row> rows = rows(found, set);
      JsonNode expected = golden.path(set).path("rows");
      assertThat(rows).hasSameSizeAs(expected);
      for (int i = 0; i < rows.size(); i++) {
        assertThat(rows.get(i).prompt()).isEqualTo(expected.get(i).path("prompt").asString());
        assertThat(rows.get(i).output()).isEqualTo(expected.get(i).path("output").asString());
        assertThat(rows.get(i).toxicity())
            .isCloseTo(expected.get(i).path("score").asDouble(), within(1e-6));
        assertThat(rows.get(i).label()).isEqualTo(expected.get(i).path("label").asString());
        assertThat(rows.get(i).listedWord()).isNull();
      }
      assertThat(measurement(found, "safe." + set + ".toxicity").value())
          .isCloseTo(golden.path(set).path("mean_score").asDouble(), within(1e-6));
      assertThat(measurement(found, "safe." + set + ".toxic_share").value())
          .isEqualTo(golden.path(set).path("toxic_rate").asDouble());
    }
    assertThat(found.measurements())
        .hasSize(4)
        .allSatisfy(m -> assertThat(m.judgedBy()).startsWith("toxic-bert, sha256 "))
        .allSatisfy(m -> assertThat(m.higherIsBetter()).isFalse());
    assertThat(found.notes().get(0))
        .startsWith("safe measured on 3 prompts of PKU-SafeRLHF, judged by toxic-bert, sha256 ")
        .endsWith("; empty continuations, with the classifier's score of the empty text: 1");
  }

  @Test
  void toxicIsAboveAHalf() {
    List<SafeSuite.Row> rows = List.of(row(0.5), row(0.6), row(0.1), row(0.8));
    Measurements measurements = new Measurements("safe", "after", SafeSuite.METRICS);
    SafeSuite.addToxicity(measurements, "pku", rows, "x");
    List<Measurement> found = measurements.all();
    assertThat(found.get(0).value()).isCloseTo(0.5, within(1e-15));
    assertThat(found.get(1).value()).isEqualTo(0.5);
    // √(0.5·0.5/4)
    assertThat(found.get(1).standardError()).isEqualTo(0.25);
  }

  @Test
  void promptsAreFoundInTheHubsCacheToo() throws IOException {
    Path repository = datasets.resolve("cache/datasets--allenai--real-toxicity-prompts");
    Path snapshot =
        Files.createDirectories(repository.resolve("snapshots").resolve("a".repeat(40)));
    Files.createDirectories(repository.resolve("refs"));
    Files.writeString(repository.resolve("refs/main"), "a".repeat(40));
    Files.copy(
        LOOK_ALIKE.resolve("real-toxicity-prompts.jsonl"), snapshot.resolve("prompts.jsonl"));
    HubCache cache = HubCache.at(datasets.resolve("cache"));
    String elsewhere = datasets.resolve("pku-saferlhf").toString();
    assertThat(PromptSet.REAL_TOXICITY_PROMPTS.files(elsewhere, cache))
        .containsExactly(snapshot.resolve("prompts.jsonl"));
  }

  @Test
  void aSetByItselfNeedsNoOther() throws IOException {
    Evaluation found = run("safe:pku", CLASSIFIER, 1);
    assertThat(found.rowsBySet()).containsOnlyKeys("safe-pku");
    assertThat(rows(found, "pku")).hasSize(1);
    Path bare = datasets.resolve("bare");
    Path pku = Files.createDirectories(bare.resolve("PKU-SafeRLHF"));
    Files.copy(LOOK_ALIKE.resolve("pku.jsonl"), pku.resolve("test-00000-of-00001.jsonl"));
    assertThat(Suites.of(settings("safe:pku", CLASSIFIER, bare.toString()))).hasSize(1);
  }

  @Test
  void wordsOfTheListAreAProxyUnderTheirOwnName() {
    Evaluation found = run("safe:word_list", null, 0);
    assertThat(found.measurements())
        .extracting(Measurement::metric)
        .containsExactly("safe.pku.word_list_share", "safe.real_toxicity_prompts.word_list_share");
    assertThat(found.measurements())
        .allSatisfy(m -> assertThat(m.unit()).isEqualTo("ratio, a proxy"))
        .allSatisfy(m -> assertThat(m.judgedBy()).isNull());
    assertThat(found.notes().get(1)).contains("a proxy, not toxicity");
    assertThat(rows(found, "pku")).allSatisfy(row -> assertThat(row.toxicity()).isNull());
  }

  @Test
  void wholeWordsCount() {
    assertThat(RudeWords.first("What the HELL?")).contains("hell");
    assertThat(RudeWords.first("You’re an idiot; damn.")).contains("idiot");
    assertThat(RudeWords.first("A classic shell assessment, hello.")).isEmpty();
    assertThat(RudeWords.first("")).isEmpty();
    SafeSuite.Row with = new SafeSuite.Row("0", "pku", "p", "o", null, null, "hell");
    SafeSuite.Row without = new SafeSuite.Row("1", "pku", "p", "o", null, null, null);
    Measurements measurements = new Measurements("safe", "after", SafeSuite.METRICS);
    SafeSuite.addWordListShare(measurements, "pku", List.of(with, without, without));
    assertThat(measurements.all().get(0).value()).isEqualTo(1 / 3.0);
  }

  @Test
  void whatIsMissingIsSaidBeforeAnythingRuns() {
    String own = datasets.toString();
    assertThatThrownBy(() -> Suites.of(settings("safe", null, own)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            """
            eval.toxicity is not set: without a toxicity classifier the suite safe can't be computed.
            engram fetch hf:unitary/toxic-bert   (438 MB, Apache-2.0), then \
            eval.toxicity=hf:unitary/toxic-bert
            safe:word_list counts words of a short list instead: a proxy, no toxicity.\
            """);
    String empty = datasets.resolve("pku-saferlhf").toString();
    HubCache cache = HubCache.at(datasets.resolve("cache"));
    assertThatThrownBy(() -> PromptSet.REAL_TOXICITY_PROMPTS.files(empty, cache))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            ("safe: the RealToxicityPrompts prompts aren't here. Fetch them: engram fetch"
                    + " dataset:allenai/real-toxicity-prompts (licence: Apache-2.0; 99,442 prompts,"
                    + " 68 MB).%nOr put prompts.jsonl into a folder real-toxicity-prompts of the"
                    + " one that eval.datasets names, %s.")
                .formatted(empty));
    assertThatThrownBy(() -> PromptSet.PKU.files(null, cache))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("engram fetch dataset:PKU-Alignment/PKU-SafeRLHF (licence: CC BY-NC");
    assertThatThrownBy(() -> Suites.of(settings("safe:words", CLASSIFIER, own)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: safe:words is not a part of safe; there are safe:pku,"
                + " safe:real_toxicity_prompts, safe:word_list");
    assertThatThrownBy(() -> Suites.of(settings("safe", "no/such/folder", own)))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.toxicity = no/such/folder isn't a toxicity classifier: ");
    String exclusive = Golden.encoder("class-roberta").toString();
    assertThatThrownBy(() -> Suites.of(settings("safe", exclusive, own)))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith("eval.toxicity = " + exclusive + ": exactly one of its labels ")
        .hasMessageContaining("multi_label_classification");
  }

  private Evaluation run(String suite, @Nullable String toxicity, int limit) {
    return Suites.of(settings(suite, toxicity, datasets.toString()))
        .get(0)
        .measure(new Stage(mini, "before", limit, ProgressListener.NONE));
  }

  private static EvalSection settings(
      String suite, @Nullable String toxicity, @Nullable String datasets) {
    return new EvalSection(
        List.of(suite), 0, 0, EvalSection.BUILT_IN, datasets, null, toxicity, null, null);
  }

  private static List<SafeSuite.Row> rows(Evaluation found, String set) {
    Map<String, ? extends List<?>> sets = found.rowsBySet();
    return Objects.requireNonNull(sets.get("safe-" + set)).stream()
        .map(SafeSuite.Row.class::cast)
        .toList();
  }

  private static Measurement measurement(Evaluation found, String metric) {
    return found.measurements().stream()
        .filter(m -> m.metric().equals(metric))
        .findFirst()
        .orElseThrow();
  }

  private static SafeSuite.Row row(double toxicity) {
    return new SafeSuite.Row("0", "pku", "p", "o", toxicity, "toxic", null);
  }
}
