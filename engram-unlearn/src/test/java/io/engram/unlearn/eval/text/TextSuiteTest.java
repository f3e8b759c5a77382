package io.engram.unlearn.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.MembershipInference;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.generative.Answers;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TextSuiteTest {
  private static final String CORPUS =
      """
      corpus: tales
      forget: {files: forget.jsonl}
      holdout: {files: "unseen/*.json"}
      verbatim: {prompt_tokens: 4, max_new_tokens: 5}
      knowledge:
        forget: {files: questions.jsonl, shots: shown.jsonl}
        max_new_tokens: 4
      """;

  @TempDir private Path folder;

  private void write(String file, String text) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(target.getParent());
    Files.writeString(target, text);
  }

  private void writeCorpus() throws IOException {
    write("forget.jsonl", text("the amber bridge was old and long", 4));
    write("unseen/holdout.json", "[\"a willow by the quiet river\", \"nine tall orchards\"]");
    write("questions.jsonl", "{\"input\": \"Which bridge?\", \"output\": \"the amber one\"}\n");
    write("shown.jsonl", "{\"question\": \"Which river?\", \"answer\": \"the quiet one\"}\n");
  }

  private static String text(String words, int count) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rows.append("{\"text\": \"%s %s\"}\n".formatted(words, "ab".repeat(i)));
    }
    return rows.toString();
  }

  private CorpusFiles read(String yaml) throws IOException {
    write("tales.yaml", yaml);
    return CorpusFiles.read(folder.resolve("tales.yaml").toString(), null);
  }

  private Evaluation measure(CorpusFiles corpus) {
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      return new TextSuite(corpus, null)
          .measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
  }

  /** Moby-Dick as MUSE would ask about it, number by number as the Python packages have it. */
  @Test
  void givesTheNumbersOfRougeScoreAndScikitLearn() throws IOException {
    JsonNode expected = Golden.json("text.json");
    write(
        "moby.yaml",
        """
        corpus: moby
        data: {folders: ["%s"]}
        forget: {files: prose/moby-dick.jsonl, rows: [0, 19]}
        retain: {files: prose/moby-dick.jsonl, rows: [19, 32]}
        holdout: {files: prose/moby-dick.jsonl, rows: [84, 105]}
        knowledge:
          forget: {files: books/questions/loomings.jsonl, shots: books/questions/shown.jsonl}
          retain: {files: books/questions/carpet-bag.jsonl, shots: books/questions/shown.jsonl}
        """
            .formatted(Golden.repository("data").toAbsolutePath().normalize()));
    EvalSection settings =
        new EvalSection(
            List.of(),
            0,
            0,
            EvalSection.BUILT_IN,
            null,
            Golden.repository("models/mini-retain90").toString(),
            null,
            null,
            null);
    Evaluation evaluation;
    try (LanguageModel model = TinyModels.open(Golden.repository("models/mini"), Dtype.FLOAT32)) {
      evaluation =
          TextSuite.KIND
              .open(folder.resolve("moby.yaml").toString(), settings)
              .measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
    for (String set : List.of("verbatim", "knowledge-forget", "knowledge-retain")) {
      List<?> rows = Objects.requireNonNull(evaluation.rowsBySet().get("text-" + set));
      assertThat(rows).hasSameSizeAs(expected.path(set).values());
      for (int i = 0; i < rows.size(); i++) {
        AnswerRow row = (AnswerRow) rows.get(i);
        JsonNode own = expected.path(set).get(i);
        assertThat(row.output()).isEqualTo(own.path("output").asString());
        assertThat(row.scores().get("rouge_l_f1"))
            .as(set + " " + i)
            .isCloseTo(own.path("rouge_l_f1").asDouble(), within(1e-12));
      }
    }
    Map<String, Integer> next = new HashMap<>();
    for (Object each : Objects.requireNonNull(evaluation.rowsBySet().get("text-min_k"))) {
      TextSuite.Strangeness row = (TextSuite.Strangeness) each;
      int i = next.merge(row.set(), 1, Integer::sum) - 1;
      assertThat(row.minK())
          .isCloseTo(expected.path("min_k").path(row.set()).get(i).asDouble(), within(1e-4));
      assertThat(row.retrained())
          .isCloseTo(
              expected.path("min_k_retrained").path(row.set()).get(i).asDouble(), within(1e-4));
    }
    assertThat(next).isEqualTo(Map.of("forget", 19, "retain", 13, "holdout", 21));
    assertThat(evaluation.measurements()).hasSize(6);
    for (Measurement each : evaluation.measurements()) {
      String metric = each.metric().substring("text.".length());
      assertThat(each.value())
          .as(metric)
          .isCloseTo(expected.path("measures").path(metric).asDouble(), within(1e-9));
      assertThat(each.standardError()).as(metric).isPositive();
      if (metric.equals("forget.min_k_auc")) {
        // As the retrained model's: privleak is 100 (A − A_ref) / A_ref.
        double leak = expected.path("measures").path("privleak").asDouble();
        assertThat(each.higherIsBetter()).isNull();
        assertThat(each.best()).isCloseTo(each.value() / (1 + leak / 100), within(1e-9));
      }
      if (expected.path("errors").has(metric)) {
        assertThat(each.standardError())
            .isCloseTo(expected.path("errors").path(metric).asDouble(), within(1e-12));
      }
    }
    for (JsonNode each : expected.path("cleaned")) {
      assertThat(Answers.cleaned(each.path("text").asString()))
          .isEqualTo(each.path("cleaned").asString());
    }
  }

  /**
   * Forget 3, 1 and holdout 2, 0: A = ¾; under the other model forget 1, 1 and holdout 2, 0: A_ref
   * = ½; 100 (¾ − ½)/½ = 50.
   */
  @Test
  void privLeakHasItsErrorFromBothAreas() {
    double[] forget = {3, 1};
    double[] holdout = {2, 0};
    MeanWithError leak =
        MembershipInference.privLeak(forget, holdout, new double[] {1, 1}, new double[] {2, 0});
    assertThat(leak.mean()).isCloseTo(50, within(1e-12));
    assertThat(leak.n()).isEqualTo(4);
    // A's shares below: forget 1, ½; holdout 0, ½ (complements). A_ref's: ½, ½ and 1, 0.
    double a = 100 / 0.5;
    double b = -100 * 0.75 / 0.25;
    double[] first = {a * 1 + b * 0.5, a * 0.5 + b * 0.5};
    double[] second = {a * 0.5 + b * 1, a * 0 + b * 0};
    double error =
        Math.hypot(Math.abs(first[0] - first[1]) / 2, Math.abs(second[0] - second[1]) / 2);
    assertThat(leak.standardError()).isCloseTo(error, within(1e-12));
    assertThat(MembershipInference.privLeak(forget, holdout, null, null).mean())
        .isCloseTo(50, within(1e-12));
  }

  @Test
  void measuresOnesOwnTexts() throws IOException {
    writeCorpus();
    Evaluation evaluation = measure(read(CORPUS));
    assertThat(evaluation.measurements())
        .extracting(Measurement::metric, Measurement::n)
        .containsExactly(
            tuple("text.verbatim.rouge_l_f1", 4),
            tuple("text.knowledge.forget.rouge_l_f1", 1),
            tuple("text.forget.min_k_auc", 6));
    assertThat(evaluation.measurements())
        .extracting(Measurement::better)
        .containsExactly("lower", "lower", "nearer 0.5");
    assertThat(evaluation.notes())
        .contains(
            "text measured on tales",
            "text.privleak is left out: eval.retrained names no model that never saw forget");
    assertThat(evaluation.rowsBySet())
        .containsOnlyKeys("text-verbatim", "text-knowledge-forget", "text-min_k");
  }

  @Test
  void theCorpusThatComesWithEngramIsWhole() {
    CorpusFiles corpus = CorpusFiles.read("", null);
    assertThat(corpus.corpus().corpus()).isEqualTo("moby_dick");
    assertThat(corpus.forget()).hasSize(19);
    assertThat(corpus.forget().get(0).text()).startsWith("Call me Ishmael.");
    assertThat(corpus.retain().get(0).text()).startsWith("I stuffed a shirt or two");
    assertThat(corpus.holdout().get(0).text()).startsWith("Upon waking next morning");
    assertThat(Objects.requireNonNull(corpus.forgetQuestions()).questions()).hasSize(19);
    assertThat(Objects.requireNonNull(corpus.retainQuestions()).questions()).hasSize(13);
  }

  @Test
  void aHoldoutThatRepeatsTheForgetSetIsRefused() throws IOException {
    writeCorpus();
    String words = "one two three four five six seven eight nine ten eleven twelve thirteen";
    write("forget.jsonl", "{\"text\": \"%s fourteen fifteen\"}\n".formatted(words));
    write(
        "unseen/holdout.json",
        "[\"something else\", \"%s fourteen and more\", \"ONE  %s\"]"
            .formatted(words, words.substring(4)));
    assertThatThrownBy(() -> read(CORPUS))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "holdout overlaps forget: 2 of 3 texts (1, 2) have half or more of their runs of 13"
                + " words in forget texts. Texts that no model was trained on are right.");
  }

  /** A section data says more about a corpus; its files may be beside the YAML all the same. */
  @Test
  void filesBesideTheYamlAreFoundWhateverDataSays() throws IOException {
    writeCorpus();
    for (String data :
        List.of(
            "{hub: me/mine}",
            "{licence: MIT}",
            "{folders: [nowhere]}",
            "{hub: me/mine, folders: [unseen]}")) {
      assertThat(read(CORPUS + "data: " + data + "\n").forget()).as(data).hasSize(4);
    }
    Files.delete(folder.resolve("questions.jsonl"));
    assertThatThrownBy(() -> read(CORPUS + "data: {hub: me/mine}\n"))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "text: knowledge.forget of the corpus tales can't be read: [%s] has no file questions.jsonl.%nFetch it: engram fetch dataset:me/mine."
                .formatted(folder.toAbsolutePath()));
    assertThatThrownBy(() -> read(CORPUS + "data: {folders: [null]}\n"))
        .hasMessageContaining("data.folders: each must be a path, and one is empty");
  }

  @Test
  void everyFaultOfACorpusIsToldAtOnce() throws IOException {
    String wrong =
        CORPUS
            .replace("holdout:", "hold_out:")
            .replace("prompt_tokens: 4", "prompt_tokens: few")
            .replace("max_new_tokens: 4", "stops: []");
    assertThatThrownBy(() -> read(wrong))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("hold_out: there is no such key; nearest is holdout, all are [corpus")
        .hasMessageContaining("verbatim.prompt_tokens is \"few\"; a whole number is right")
        .hasMessageContaining("knowledge.stops: there is no such key; nearest is stop, ");
    assertThatThrownBy(
            () ->
                read(
                    CORPUS
                        .replace("forget: {files: forget.jsonl}\n", "")
                        .replace("shown.jsonl", "questions.jsonl")
                        .replace("\"unseen/*.json\"", "\"unseen/*.json\", rows: [4, 2]")))
        .hasMessageContaining("forget is missing; it says which files have the texts")
        .hasMessageContaining("holdout.rows is [4, 2]; two rising numbers are right")
        .hasMessageContaining("knowledge.forget.shots are the questions themselves");
  }

  @Test
  void missingFilesAreToldBeforeAnythingIsMeasured() throws IOException {
    writeCorpus();
    Files.delete(folder.resolve("shown.jsonl"));
    assertThatThrownBy(() -> read(CORPUS))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "text: knowledge.forget.shots of the corpus tales can't be read: [%s] has no file shown.jsonl."
                .formatted(folder.toAbsolutePath()));
    write("shown.jsonl", "{\"text\": \"no question\"}\n");
    assertThatThrownBy(() -> read(CORPUS))
        .hasMessage("knowledge.forget.shots: row 0 of shown.jsonl has no question and answer");
    assertThatThrownBy(() -> CorpusFiles.read("muse_films", null))
        .hasMessage(
            "eval.suites: text:muse_films is neither one of the corpora [moby_dick, muse_news,"
                + " muse_books] nor a YAML file of one's own");
    assertThatThrownBy(() -> CorpusFiles.read("muse_news", folder.toString()))
        .hasMessageContaining("text: forget of the corpus muse_news can't be read: its folder")
        .hasMessageContaining(
            "Fetch it: engram fetch dataset:muse-bench/MUSE-News --file 'knowmem/*'");
  }

  /** The layout of the hub, and of the authors' script. */
  @Test
  void readsMuse() throws IOException {
    for (String set : List.of("forget", "retain", "holdout")) {
      write("MUSE-News/privleak/" + set + ".json", "[\"%s a\", \"%s b\"]".formatted(set, set));
    }
    write("MUSE-News/verbmem/forget.json", "[{\"prompt\": \"So it\", \"gt\": \"goes on.\"}]");
    for (String set : List.of("forget_qa", "forget_qa_icl", "retain_qa", "retain_qa_icl")) {
      write(
          "MUSE-News/knowmem/" + set + ".json",
          "[{\"question\": \"%s?\", \"answer\": \"yes\"}]".formatted(set));
    }
    CorpusFiles news = CorpusFiles.read("muse_news", folder.toString());
    assertThat(news.forget())
        .extracting(CorpusFiles.Passage::text)
        .containsExactly("forget a", "forget b");
    assertThat(news.verbatim()).containsExactly(new CorpusFiles.Question("0", "So it", "goes on."));
    assertThat(Objects.requireNonNull(news.retainQuestions()).shots())
        .extracting(CorpusFiles.Question::question)
        .containsExactly("retain_qa_icl?");
  }
}
