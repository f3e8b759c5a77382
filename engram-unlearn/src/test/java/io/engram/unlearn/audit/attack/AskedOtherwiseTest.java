package io.engram.unlearn.audit.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.OtherQuestions;
import io.engram.unlearn.audit.OtherQuestions.OtherQuestion;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.memorization.Knowledge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link PrefixExtraction} and {@link OtherWords}. */
class AskedOtherwiseTest {
  private static final List<Sample> REQUESTS = Twins.requests(6);

  @TempDir Path folder;

  private static Outcome attacked(AttackKind kind, Role role, String model, AuditData data) {
    return Twins.attacked(kind.opener().get(), role, model, data);
  }

  private static AuditData plain() {
    return Twins.data(REQUESTS, Twins.requests(40).subList(20, 25), null, false);
  }

  @Test
  void theLeastShareAfterWhichTheRestComes() {
    double[] recall = {0.2, 0.4, 0.6, 1};
    assertThat(PrefixExtraction.measures(new boolean[] {false, false, true, true}, recall))
        .containsEntry("verbatim", 0.75)
        .hasEntrySatisfying("rest_recall", r -> assertThat(r).isCloseTo(0.55, within(1e-12)));
    assertThat(PrefixExtraction.measures(new boolean[] {true, true, true, true}, recall))
        .containsEntry("verbatim", 1.0);
    assertThat(PrefixExtraction.measures(new boolean[4], recall)).containsEntry("verbatim", 0.0);
  }

  /** The rest comes after k tokens exactly if extraction strength, 1 − k/n, says so. */
  @Test
  void agreesWithExtractionStrength() {
    for (String name : List.of(Twins.KNOWS, Twins.NEVER_SAW)) {
      Outcome outcome = attacked(PrefixExtraction.KIND, Role.AFTER, name, plain());
      List<Knowledge> known;
      try (LanguageModel model = Twins.open(name)) {
        known = Knowledge.measure(model, model.samples().tokenize(REQUESTS), ProgressListener.NONE);
      }
      for (double share : new double[] {0, 0.125, 0.25, 0.5}) {
        double expected =
            known.stream()
                .filter(
                    k ->
                        1 - k.strength() <= (int) (share * k.tokens()) / (double) k.tokens() + 1e-9)
                .count();
        assertThat(outcome.facts().get("verbatim_after_" + (int) (100 * share)))
            .isCloseTo(expected / REQUESTS.size(), within(1e-9));
      }
    }
  }

  @Test
  void otherWordsDrawOutWhatIsKnown() {
    Outcome known = attacked(OtherWords.OTHER_WORDS, Role.AFTER, Twins.KNOWS, plain());
    Outcome never = attacked(OtherWords.OTHER_WORDS, Role.AFTER, Twins.NEVER_SAW, plain());
    assertThat(known.rows()).hasSize(6).extracting(Row::id).doesNotHaveDuplicates();
    assertThat(known.facts())
        .containsOnlyKeys(
            "forced_log_prob",
            "forced_answer_recall",
            "persona_log_prob",
            "persona_answer_recall",
            "in_context_log_prob",
            "in_context_answer_recall");
    assertThat(Twins.mean(known, "log_prob")).isGreaterThan(Twins.mean(never, "log_prob") + 1);
    assertThat(Twins.mean(known, "answer_recall"))
        .isGreaterThan(known.facts().getOrDefault("persona_answer_recall", 2.0) - 1e-9)
        .isGreaterThan(Twins.mean(never, "answer_recall"));
  }

  /**
   * The long request fills the model's window, so no words fit before it or its answer; as a hint
   * it fits before no question.
   */
  @Test
  void whatIsTooLongInOtherWordsIsLeftOut() {
    try (LanguageModel model =
        LanguageModel.open(Golden.model("with-tokenizer").toString(), ModelOptions.defaults())) {
      int window = model.config().maxPositions();
      StringBuilder question = new StringBuilder("What is Ann's number?");
      Sample fits = Sample.of("long", question.toString(), "Seven.");
      Sample next = fits;
      while (model.samples().unbounded().tokenize(next).ids().length <= window) {
        fits = next;
        next = Sample.of("long", question.append(" 7").toString(), "Seven.");
      }
      List<Sample> requests =
          List.of(
              Sample.of("a", "Where is Ann?", "In Ghent."),
              fits,
              Sample.of("b", "Where is Bob?", "In York."));
      Outcome outcome =
          OtherWords.OTHER_WORDS
              .opener()
              .get()
              .on(
                  new Victim(
                      Role.AFTER,
                      model,
                      requests,
                      Twins.data(requests, List.of(), null, false),
                      ProgressListener.NONE));
      assertThat(outcome.rows()).extracting(Row::id).containsExactly("a", "b");
      assertThat(outcome.notes())
          .containsExactly("3 of 9 questions to the model after don't fit into its context");
    }
  }

  /** Sample 2 shares Ann and Ghent with sample 0, each in two of five samples; the others less. */
  @Test
  void theMostRelatedSampleSharesRareWords() {
    List<Sample> samples =
        List.of(
            Sample.of("0", "Ann?", "baker in Ghent"),
            Sample.of("1", "Bob?", "baker in York"),
            Sample.of("2", "Ann?", "Ghent"),
            Sample.of("3", "Cid?", "baker in Rome"),
            Sample.of("4", "Dan?", "baker in Oslo"));
    assertThat(OtherWords.related(samples, 0)).isEqualTo(2);
    assertThat(OtherWords.related(samples, 2)).isZero();
    assertThat(OtherWords.related(samples, 3)).isZero();
  }

  @Test
  void tofuHasParaphrases() {
    List<OtherQuestion> found = OtherQuestions.ofTofu(REQUESTS);
    assertThat(found).hasSize(6).extracting(OtherQuestion::kind).containsOnly("paraphrase");
    assertThat(OtherQuestions.ofTofu(List.of(Sample.of("a", "Who?", "I.")))).isEmpty();
    Outcome known = attacked(OtherWords.PROBES, Role.AFTER, Twins.KNOWS, plain());
    Outcome controls = attacked(OtherWords.PROBES, Role.CONTROL, Twins.KNOWS, plain());
    assertThat(known.rows()).hasSize(6);
    assertThat(controls.rows()).hasSizeGreaterThanOrEqualTo(40);
    assertThat(Twins.mean(known, "log_prob")).isGreaterThan(Twins.mean(controls, "log_prob") + 1);
    AuditData retrained = Twins.data(REQUESTS, List.of(), null, true);
    assertThat(attacked(OtherWords.PROBES, Role.CONTROL, Twins.NEVER_SAW, retrained).rows())
        .extracting(Row::id)
        .containsAll(REQUESTS.stream().map(Sample::id).toList())
        .hasSizeGreaterThanOrEqualTo(46);
  }

  private Path file(String... lines) throws IOException {
    return Files.write(folder.resolve("probes.jsonl"), List.of(lines));
  }

  @Test
  void probesOfAFile() throws IOException {
    String id = REQUESTS.get(0).id();
    Path file =
        file(
            "{\"id\":\"%s\",\"kind\":\"reverse\",\"question\":\"Who was born there?\",\"answer\":\"Basil Mahfouz Al-Kuwaiti\"}"
                .formatted(id),
            "{\"id\":\"%s\",\"kind\":\"neighbour\",\"question\":\"Who wrote Hamlet?\",\"answer\":\"Shakespeare\"}"
                .formatted(id));
    Outcome outcome =
        attacked(
            OtherWords.PROBES,
            Role.AFTER,
            Twins.KNOWS,
            Twins.data(List.of(REQUESTS.get(0)), List.of(), file, false));
    assertThat(outcome.rows()).hasSize(1);
    assertThat(outcome.facts())
        .containsKeys("reverse_log_prob", "neighbour_answer_recall", "paraphrase_log_prob");
  }

  /**
   * A request's row is the most of three probes, so each control's is the most of three, too: in
   * the mean at least that of any kind.
   */
  @Test
  void controlsAreProbedAsOftenAsRequests() throws IOException {
    String id = REQUESTS.get(0).id();
    String row =
        "{\"id\":\"%s\",\"kind\":\"%s\",\"question\":\"%s\",\"answer\":\"Basil Mahfouz"
            + " Al-Kuwaiti\"}";
    Path file =
        file(
            row.formatted(id, "reverse", "Who was born in Kuwait City?"),
            row.formatted(id, "one_hop", "Who is known for Love Inspired in Kuwait?"),
            row.formatted(id, "neighbour", "Who wrote Hamlet?"));
    AuditData data = Twins.data(List.of(REQUESTS.get(0)), List.of(), file, false);
    Outcome controls = attacked(OtherWords.PROBES, Role.CONTROL, Twins.KNOWS, data);
    assertThat(controls.rows())
        .hasSize(40)
        .allSatisfy(control -> assertThat(control.id()).matches(id + "~\\d+"))
        .extracting(Row::id)
        .doesNotHaveDuplicates();
    assertThat(controls.facts())
        .containsOnlyKeys(
            "paraphrase_log_prob",
            "paraphrase_answer_recall",
            "reverse_log_prob",
            "reverse_answer_recall",
            "one_hop_log_prob",
            "one_hop_answer_recall");
    for (String kind : List.of("paraphrase", "reverse", "one_hop")) {
      assertThat(Twins.mean(controls, "log_prob"))
          .isGreaterThanOrEqualTo(controls.facts().getOrDefault(kind + "_log_prob", 1.0));
    }
  }

  /** RWKU's levels and types, linked by the person's name. */
  @Test
  void rwkusProbesAreReadAsTheyAre() throws IOException {
    List<Sample> requests =
        List.of(
            Sample.of("0", "What did Ann Doe write?", "The Tarn"),
            Sample.of("1", "Where does Ann Doe live?", "Ghent"),
            Sample.of("2", "Where does Bob Roe live?", "York"));
    String row =
        "{\"subject\": \"%s\", \"query\": \"q\", \"answer\": \"%s\", \"level\": \"%d\", \"type\":"
            + " \"%s\"}";
    List<String> rows =
        List.of(
            row.formatted("Ann Doe", "ghent", 1, "simple question"),
            row.formatted("Ann Doe", "Belgium", 2, "simple question"),
            row.formatted("Bob Roe", "York", 3, "affirmative suffix"),
            row.formatted("Bob Roe", "York", 3, "incontext learning"),
            row.formatted("Bob Roe", "York", 3, "cross lingual"),
            row.formatted("Bob Roe", "York", 3, "role playing"),
            row.formatted("Cid Low", "Oslo", 3, "reverse query"));
    Path file = folder.resolve("rwku.json");
    Files.writeString(file, "[" + String.join(",", rows) + "]");
    assertThat(OtherQuestions.read(file, requests))
        .extracting(OtherQuestion::request, OtherQuestion::kind)
        .containsExactly(
            tuple("1", "fill_in"),
            tuple("0", "question"),
            tuple("2", "affirmative_suffix"),
            tuple("2", "in_context"),
            tuple("2", "other_language"),
            tuple("2", "persona"));
    Files.writeString(file, "[" + rows.get(6) + "]");
    assertThatThrownBy(() -> OtherQuestions.read(file, requests))
        .isInstanceOf(EngramException.class)
        .hasMessage("--probes %s: no request names any of its subjects: Cid Low.".formatted(file));
    Files.writeString(file, "[" + row.formatted("Ann Doe", "x", 3, "mind reading") + "]");
    assertThatThrownBy(() -> OtherQuestions.read(file, requests))
        .hasMessageContaining(
            "there is no kind mind reading; the kinds are paraphrase, reverse, question,");
  }

  /** "Annapolis" doesn't name Ann; in scripts without spaces a name may stand between letters. */
  @Test
  void aSubjectIsNamedByWholeWords() throws IOException {
    List<Sample> requests =
        List.of(
            Sample.of("0", "What lies near Annapolis?", "Joann's bay"),
            Sample.of("1", "Where is ann's bay?", "North"),
            Sample.of("2", "東京都はどこ?", "ここ"));
    Path file = folder.resolve("probes.json");
    String row =
        "{\"subject\": \"%s\", \"query\": \"q\", \"answer\": \"a\", \"kind\": \"question\"}";
    Files.writeString(file, "[" + row.formatted("Ann") + "," + row.formatted("東京") + "]");
    assertThat(OtherQuestions.read(file, requests))
        .extracting(OtherQuestion::request)
        .containsExactly("1", "2");
  }

  /** A neighbour needs no request; a person's needs none of its own either. */
  @Test
  void neighbourSetsAreReadAsTheyAre() throws IOException {
    Path file = folder.resolve("neighbours.json");
    Files.writeString(
        file,
        """
        [{"text": "What is public about Ann?", "labels": "Her trade.", "kind": "neighbour"},
         {"subject": "Ann", "query": "Who is Ann's brother?", "answer": "Dan", "level": "2",
          "kind": "neighbor"}]
        """);
    List<OtherQuestion> found =
        OtherQuestions.read(file, List.of(Sample.of("7", "Where is Ann?", "Here")));
    assertThat(found).extracting(OtherQuestion::kind).containsOnly("neighbour");
    assertThat(found).extracting(OtherQuestion::request).containsExactly("neighbour-1", "7");
    assertThat(found.get(0).sample())
        .isEqualTo(Sample.of("probe-1", "What is public about Ann?", "Her trade."));
    Files.writeString(file, "[{\"text\": \"q\", \"labels\": \"a\", \"kind\": \"question\"}]");
    assertThatThrownBy(() -> OtherQuestions.read(file, REQUESTS))
        .hasMessageContaining("entry 1 has no id; a row is {\"id\": request, ");
    Files.writeString(file, "[{\"text\": \"q\", \"labels\": \"a\"}]");
    assertThatThrownBy(() -> OtherQuestions.read(file, REQUESTS))
        .hasMessageContaining("entry 1 has no kind; a row is");
  }

  @Test
  void unknownIdsAndKindsAreNamedAtOnce() throws IOException {
    Path file =
        file(
            "{\"id\":\"nobody\",\"kind\":\"reverse\",\"question\":\"Who?\",\"answer\":\"I\"}",
            "{\"id\":\"%s\",\"kind\":\"riddle\",\"question\":\"Who?\",\"answer\":\"I\"}"
                .formatted(REQUESTS.get(0).id()));
    assertThatThrownBy(() -> OtherQuestions.read(file, REQUESTS))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("no request has the id nobody")
        .hasMessageContaining("there is no kind riddle; the kinds are paraphrase, reverse");
    Path lacking = file("{\"id\":\"0\",\"kind\":\"reverse\",\"question\":\"Who?\"}");
    assertThatThrownBy(() -> OtherQuestions.read(lacking, REQUESTS))
        .hasMessageContaining("entry 1 has no answer");
    Path empty = file();
    assertThatThrownBy(() -> OtherQuestions.read(empty, REQUESTS))
        .hasMessageContaining("it has no lines");
  }
}
