package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.harness.HarnessTable.Row;
import io.engram.unlearn.eval.suites.Suites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HarnessSuiteTest {
  @TempDir private Path folder;

  private static Selection.Run single(String name) {
    return Selection.of(name).runs().get(0);
  }

  private void write(String file, String text) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(target.getParent());
    Files.writeString(target, text);
  }

  private Evaluation run(String name) {
    HarnessSuite suite = new HarnessSuite(Selection.of(name), new DatasetFolder(folder, null), 0);
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      return suite.measure(new Stage(model, "after", 0, ProgressListener.NONE));
    }
  }

  private String fault(String name) {
    List<String> faults = new ArrayList<>();
    assertThatThrownBy(() -> run(name))
        .isInstanceOf(EngramException.class)
        .satisfies(e -> faults.add(e.getMessage()));
    return faults.get(0);
  }

  @Test
  void everyTaskIsWhole() {
    assertThat(HarnessTasks.all()).hasSize(17);
    for (TaskSpec task : HarnessTasks.all().values()) {
      assertThat(task.title()).as(task.task()).isNotBlank();
      assertThat(task.version()).as(task.task()).isNotBlank();
      assertThat(task.metrics()).as(task.task()).isNotEmpty();
      assertThat(task.data().licence()).as(task.task()).isNotBlank();
      assertThat(task.data().columns()).as(task.task()).isNotEmpty();
      assertThat(task.data().rows()).as(task.task()).isPositive();
    }
    HarnessTasks.groups()
        .values()
        .forEach(
            group ->
                assertThat(HarnessTasks.all()).containsKeys(group.tasks().toArray(String[]::new)));
    TaskSpec mmlu = single("mmlu").task();
    assertThat(mmlu.allParts()).hasSize(57).doesNotHaveDuplicates();
    assertThat(mmlu.parts().keySet())
        .containsExactlyInAnyOrder("stem", "other", "social_sciences", "humanities");
  }

  @Test
  void namesMeanTasksGroupsPartsAndShots() {
    assertThat(Selection.of("").runs()).hasSize(15);
    assertThat(Selection.of("zero_shot").runs()).hasSize(8);
    assertThat(Selection.of("generative").runs()).hasSize(2);
    assertThat(single("gsm8k").shots()).isEqualTo(5);
    assertThat(single("gsm8k").id()).isEqualTo("gsm8k");
    assertThat(single("gsm8k_0shot").shots()).isZero();
    assertThat(single("gsm8k_0shot").id()).isEqualTo("gsm8k_0shot");
    assertThat(single("triviaqa").shots()).isZero();
    assertThat(single("mmlu_5shot").shots()).isEqualTo(5);
    assertThat(single("mmlu_5shot").id()).isEqualTo("mmlu_5shot");
    assertThat(single("mmlu_stem").parts()).hasSize(19);
    assertThat(single("mmlu_anatomy_5shot").parts()).containsExactly("anatomy");
    assertThatThrownBy(() -> Selection.of("mmlu_anatomi"))
        .isInstanceOf(EngramException.class)
        .hasMessageStartingWith(
            "eval.suites: the harness has no task mmlu_anatomi; nearest are [mmlu_anatomy, ")
        .hasMessageContaining("There are [arc_challenge, arc_easy, boolq, ");
    assertThatThrownBy(() -> Selection.of("boolq_5shot"))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: harness:boolq_5shot: the task boolq is measured without examples before"
                + " the question; there are such of [gsm8k, mmlu, triviaqa]");
  }

  @Test
  void missingDataIsToldBeforeAnythingIsMeasured() {
    assertThat(fault("boolq"))
        .isEqualTo(
            """
            harness: the task boolq can't be measured: its data set isn't here.
            Fetch it: engram fetch dataset:aps/super_glue --file 'boolq/validation-*' (about 1.3 MB, licence: CC BY-SA 3.0).
            Or put its files into %s, as [boolq/validation-*.parquet, data/validation-*.parquet, {validation,dev}.jsonl, val.jsonl].\
            """
                .formatted(folder.resolve("super_glue")));
    assertThat(fault("wmdp").lines().filter(line -> line.startsWith("harness: the task wmdp_")))
        .hasSize(3);
    assertThat(fault("mmlu_stem"))
        .startsWith("harness: the task mmlu (abstract_algebra) can't be measured");
    EvalSection nowhere =
        new EvalSection(
            List.of("harness:rte"), 0, 0, EvalSection.BUILT_IN, "no/such", null, null, null, null);
    assertThatThrownBy(() -> Suites.of(nowhere))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.datasets = no/such isn't a folder; it must hold the data sets, one folder each");
  }

  @Test
  void boolqWithoutPassagesIsRefused() throws IOException {
    write("boolq/dev_nopassage.jsonl", "{\"question\": \"is it so\", \"label\": 1}\n");
    assertThat(fault("boolq"))
        .contains("dev_nopassage.jsonl can't be used: it has questions without their passages")
        .contains("Fetch it: engram fetch dataset:aps/super_glue");
  }

  @Test
  void missingColumnsAreNamed() throws IOException {
    write("boolq/dev.jsonl", "{\"question\": \"is it so\", \"answer\": true}\n");
    assertThat(fault("boolq"))
        .isEqualTo(
            folder.resolve("boolq/dev.jsonl")
                + " line 1 has no column passage; the task boolq needs [passage, question, label],"
                + " the row has [question, answer, label]");
  }

  /** A fourth choice would be scored that the prompt doesn't show. */
  @Test
  void questionsWithFewerThanFourChoicesAreRefused() throws IOException {
    write(
        "wmdp/wmdp-bio.jsonl",
        "{\"question\": \"which\", \"choices\": [\"a\", \"b\", \"c\"], \"answer\": 1}\n");
    assertThat(fault("wmdp_bio"))
        .endsWith(
            "wmdp-bio.jsonl line 1 has no column choices.3; the task wmdp_bio needs [question,"
                + " choices.3, answer], the row has [question, choices, answer]");
  }

  /** Before an hour of the tasks that come first. */
  @Test
  void whatCannotBeReadIsToldWhenTheSuiteIsOpened() throws IOException {
    String row =
        "{\"question\": \"a\", \"choices\": [\"b\", \"c\", \"d\", \"e\"], \"answer\": %d}\n";
    write("wmdp/wmdp-bio.jsonl", row.formatted(0));
    write("wmdp/wmdp-chem.jsonl", row.formatted(1));
    write("wmdp/wmdp-cyber.jsonl", row.formatted(3) + row.formatted(4));
    EvalSection all =
        new EvalSection(
            List.of(), 0, 0, EvalSection.BUILT_IN, folder.toString(), null, null, null, null);
    assertThatThrownBy(() -> HarnessSuite.KIND.open("wmdp", all))
        .isInstanceOf(EngramException.class)
        .hasMessageEndingWith(
            "wmdp-cyber.jsonl line 2: its label is \"4\"; right are [0, 1, 2, 3, A, B, C, D]");
  }

  @Test
  void labelsAreReadInSeveralSpellings() throws IOException {
    write(
        "boolq/dev.jsonl",
        """
        {"passage": "a", "question": "b", "answer": true}
        {"passage": "a", "question": "b", "answer": false}
        """);
    assertThat(run("boolq").rowsBySet().get("harness_boolq"))
        .extracting(row -> ((Row) row).target())
        .containsExactly(1, 0);
    write("rte/dev.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": \"neutral\"}\n");
    assertThat(fault("rte"))
        .isEqualTo(
            folder.resolve("rte/dev.jsonl")
                + " line 1: its label is \"neutral\"; right are [0, 1, entailment,"
                + " not_entailment]");
    write(
        "piqa/valid.jsonl", "{\"goal\": \"a\", \"sol1\": \"b\", \"sol2\": \"c\", \"label\": 2}\n");
    assertThat(fault("piqa")).endsWith("line 1: its label is \"2\"; right are 0 to 1");
    write(
        "openbookqa/test.jsonl",
        """
        {"question_stem": "a", "choices": {"text": ["b"], "label": ["A"]}, "answerKey": "E"}
        """);
    assertThat(fault("openbookqa")).endsWith("its label is \"E\"; right are [A]");
  }

  @Test
  void emptyChoicesAreRefused() throws IOException {
    write("piqa/valid.jsonl", "{\"goal\": \"a\", \"sol1\": \"b\", \"sol2\": \"\", \"label\": 0}\n");
    assertThat(fault("piqa"))
        .isEqualTo(
            folder.resolve("piqa/valid.jsonl")
                + " line 1: choice 2 of 2 is empty; nothing could be scored");
  }

  @Test
  void fewerRowsThanTheOriginalAreNoted() throws IOException {
    write(
        "piqa/valid.jsonl", "{\"goal\": \"a\", \"sol1\": \"b\", \"sol2\": \"c\", \"label\": 0}\n");
    Evaluation evaluation = run("piqa");
    assertThat(evaluation.notes())
        .containsExactly("piqa: the files have 1 rows, the original 1838");
    Measurement acc = evaluation.measurements().get(0);
    assertThat(acc.metric()).isEqualTo("harness.piqa.acc");
    assertThat(acc.standardError()).isNull();
    assertThat(acc.higherIsBetter()).isTrue();
  }

  /** bio 1 of 2, chem 0 of 1, cyber 1 of 1: 2 of 4, and lower is better. */
  @Test
  void groupsAreAveragedBySizeOrByTask() {
    HarnessTable table = new HarnessTable("after");
    Selection wmdp = Selection.of("wmdp");
    table.addChoices(wmdp.runs().get(0), Map.of("", List.of(row("", 1), row("", 0))));
    table.addChoices(wmdp.runs().get(1), Map.of("", List.of(row("", 0))));
    table.addChoices(wmdp.runs().get(2), Map.of("", List.of(row("", 1))));
    table.addAverage(wmdp);
    Measurement average = table.measurements().all().get(3);
    assertThat(average.metric()).isEqualTo("harness.wmdp.acc");
    assertThat(average.value()).isEqualTo(0.5);
    assertThat(average.n()).isEqualTo(4);
    assertThat(average.higherIsBetter()).isFalse();

    HarnessTable plain = new HarnessTable("after");
    Selection zero = Selection.of("zero_shot");
    for (int i = 0; i < 8; i++) {
      List<Row> rows = new ArrayList<>(List.of(row("", 1), row("", i == 0 ? 0 : 1)));
      plain.addChoices(zero.runs().get(i), Map.of("", rows));
    }
    plain.addAverage(zero);
    Measurement mean =
        plain.measurements().all().stream()
            .filter(m -> m.metric().equals("harness.zero_shot.acc"))
            .findFirst()
            .orElseThrow();
    assertThat(mean.value()).isCloseTo(7.5 / 8, within(1e-12));
    assertThat(mean.standardError()).isCloseTo(0.5 / 8, within(1e-12));
    assertThat(mean.n()).isEqualTo(16);
  }

  /** Two subjects of STEM with 1 of 1 and 0 of 2 right, one of the humanities with 1 of 1. */
  @Test
  void mmluHasGroupsWeightedBySize() {
    TaskSpec task =
        HarnessTasks.parse(
            """
            task: mmlu
            metrics: [acc]
            parts: {stem: [anatomy, astronomy], humanities: [philosophy]}
            """);
    HarnessTable table = new HarnessTable("after");
    table.addChoices(
        new Selection.Run(task, 5, task.allParts(), ""),
        Map.of(
            "anatomy", List.of(row("anatomy", 1)),
            "astronomy", List.of(row("astronomy", 0), row("astronomy", 0)),
            "philosophy", List.of(row("philosophy", 1))));
    assertThat(table.measurements().all())
        .extracting(Measurement::metric, Measurement::value, Measurement::n)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("harness.mmlu_5shot.stem.acc", 1.0 / 3, 3),
            org.assertj.core.groups.Tuple.tuple("harness.mmlu_5shot.humanities.acc", 1.0, 1),
            org.assertj.core.groups.Tuple.tuple("harness.mmlu_5shot.acc", 0.5, 4));
  }

  private static Row row(String part, double acc) {
    return new Row("0", part, List.of(-1.0), 0, 0, 0, acc, acc, 0);
  }
}
