package io.engram.unlearn.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.NotChecked;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.attack.NoAttack;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks that are made up, on a tiny model that was not changed at all. */
class AuditTest {
  @TempDir Path folder;

  private final AtomicInteger made = new AtomicInteger();
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void writeData() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      rows.add(
          "{\"id\":\"f%d\",\"question\":\"Who is author 1%d3?\",\"answer\":\"The author 7%d.\"}"
              .formatted(i, i, i));
    }
    Files.write(folder.resolve("forget.jsonl"), rows);
  }

  private AuditSubject subject(long seed, String... attacks) {
    return subject(AuditSubject.Kind.FORGET, seed, attacks);
  }

  private AuditSubject subject(AuditSubject.Kind kind, long seed, String... attacks) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        method: {name: ga}
        eval: {suites: []}
        seed: %d
        """
            .formatted(Golden.model("with-tokenizer"), folder.resolve("forget.jsonl"), seed);
    Recipe recipe = RecipeReader.parse(yaml, List.of(), Recipe.Kind.UNLEARN, "test");
    return new AuditSubject(
        recipe,
        Golden.model("with-tokenizer").toString(),
        folder.resolve("out"),
        kind,
        new AuditSubject.Options(List.of(attacks), null, null, null, null, null, null, null));
  }

  private static AttackKind kind(String name, Set<Need> needs, Attack attack) {
    return new AttackKind(name, "does something", "made up", needs, 1, () -> attack);
  }

  /** Finds the requests known under the model after, and nothing else. */
  private Outcome leaks(Victim victim) {
    made.incrementAndGet();
    victim.progress().advance(1);
    double leak = victim.role() == Role.AFTER ? 1 : 0;
    return Outcome.of(
        victim.samples().stream()
            .map(s -> new Row(s.id(), "", 0, new TreeMap<>(Map.of("leak", leak))))
            .toList());
  }

  private Audit.@Nullable Judged audited(
      AuditSubject subject, BooleanSupplier interrupted, AttackKind... attacks) {
    List<AttackKind> kinds = new ArrayList<>(List.of(NoAttack.KIND));
    kinds.addAll(List.of(attacks));
    Setup setup = new Setup("test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
    return new Audit(subject, kinds, setup, said::add).run();
  }

  private Audit.Judged audited(AttackKind... attacks) {
    return Objects.requireNonNull(audited(subject(1), () -> false, attacks));
  }

  private Path file(String name) {
    return folder.resolve("out/audit").resolve(name);
  }

  @Test
  void whatIsWholeIsNotMadeAgain() throws IOException {
    AttackKind leak = kind("leak", Set.of(), this::leaks);
    Audit.Judged first = audited(leak);
    assertThat(made).hasValue(3);
    assertThat(said.get(0)).startsWith("Compares with 40 controls made from the requests");
    assertThat(first.summary().attacks().get(1).mean("after", "leak"))
        .isEqualTo(new AuditSummary.Mean(1, 0));
    assertThat(first.summary().attacks().get(1).n()).containsEntry("control", 40);
    assertThat(
            JsonFiles.readLines(folder.resolve("out").resolve(VerdictRow.FILE), VerdictRow.class))
        .isEqualTo(first.verdicts());
    assertThat(Files.readAllLines(file("leak.jsonl")).get(0))
        .isEqualTo("{\"id\":\"f0\",\"model\":\"after\",\"leak\":1.0}");

    assertThat(audited(leak)).isEqualTo(first);
    assertThat(made).hasValue(3);

    audited(new AttackKind("leak", "does something", "made up", Set.of(), 2, () -> this::leaks));
    assertThat(made).hasValue(6);
    audited(subject(2), () -> false, leak);
    assertThat(made).hasValue(9);
    Files.writeString(file("leak.json"), "{");
    audited(subject(2), () -> false, leak);
    assertThat(made).hasValue(12);
  }

  @Test
  void anAttackThatFailsIsLeftOutAndTheOthersGoOn() {
    AttackKind fails =
        kind(
            "fails",
            Set.of(),
            victim -> {
              throw EngramException.usage("needs two requests or more\nand more words");
            });
    AttackKind exhausts =
        kind(
            "exhausts",
            Set.of(),
            victim -> {
              throw new OutOfMemoryError("Java heap space");
            });
    Audit.Judged judged = audited(fails, exhausts, kind("leak", Set.of(), this::leaks));
    assertThat(judged.summary().notChecked())
        .containsExactly(
            new NotChecked("fails", "needs two requests or more", true),
            new NotChecked("exhausts", "ran out of memory", true));
    assertThat(judged.summary().attacks())
        .extracting(AuditSummary.Attacked::name)
        .containsExactly("none", "leak");
    assertThat(file("fails.jsonl")).doesNotExist();
    assertThat(said).contains("The attack exhausts ran out of memory; the others go on.");
  }

  @Test
  void aFaultOfOursIsNotHidden() {
    AttackKind broken =
        kind(
            "broken",
            Set.of(),
            victim -> {
              throw new IllegalStateException("a bug");
            });
    assertThatThrownBy(() -> audited(broken)).isInstanceOf(IllegalStateException.class);
    assertThat(folder.resolve("out").resolve(VerdictRow.FILE)).doesNotExist();
  }

  @Test
  void whatAnAttackLacksIsSaidOrRefused() {
    AttackKind needy = kind("needy", Set.of(Need.PROBES), this::leaks);
    AttackKind adapter = kind("adapter", Set.of(Need.ADAPTER), this::leaks);
    Audit.Judged judged = audited(needy, adapter);
    assertThat(judged.summary().notChecked())
        .containsExactly(
            new NotChecked(
                "needy", "needs other questions about the requests: give --probes FILE", false));
    assertThatThrownBy(() -> audited(subject(1, "needy"), () -> false, needy))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "The attack needy needs other questions about the requests: give --probes FILE.");
  }

  /** The second attack's first model is interrupted; the first attack is kept. */
  @Test
  void afterAnInterruptionWhatIsWholeIsKept() {
    AttackKind first = kind("first", Set.of(), this::leaks);
    AttackKind second = kind("second", Set.of(), this::leaks);
    assertThat(audited(subject(1), () -> made.get() > 3, first, second)).isNull();
    assertThat(file("first.jsonl")).exists();
    assertThat(file("second.jsonl")).doesNotExist();
    assertThat(folder.resolve("out").resolve(AuditSummary.FILE)).doesNotExist();
    int before = made.get();
    audited(first, second);
    assertThat(made).hasValue(before + 3);
  }

  /** Only three of the forty controls have what the attack looks for. */
  @Test
  void anAttackWithFewControlsDecidesNothingAndSaysSo() {
    AttackKind rare =
        kind(
            "rare",
            Set.of(),
            victim -> {
              List<Row> rows = leaks(victim).rows();
              return Outcome.of(victim.role() == Role.CONTROL ? rows.subList(0, 3) : rows);
            });
    Audit.Judged judged = audited(rare);
    assertThat(judged.verdicts()).extracting(VerdictRow::attack).containsOnlyNulls();
    assertThat(judged.summary().attacks().get(1).notes())
        .containsExactly("decides no verdict: 3 samples never seen, and 20 are needed");
  }

  /** The plain measurement, made up: what a model knows it knows by heart. */
  private static AttackKind plain(BiPredicate<Role, String> knows) {
    return kind(
        AttackKind.NONE,
        Set.of(),
        victim ->
            Outcome.of(
                victim.samples().stream()
                    .map(s -> known(s.id(), knows.test(victim.role(), s.id())))
                    .toList()));
  }

  private static Row known(String id, boolean byHeart) {
    return new Row(
        id,
        "",
        5,
        new TreeMap<>(
            Map.of(
                "log_prob",
                byHeart ? -0.1 : -9,
                "exact_memorization",
                byHeart ? 1.0 : 0,
                "extraction_strength",
                0.1)));
  }

  private Audit.Judged judged(AuditSubject subject, AttackKind... kinds) {
    Setup setup = new Setup("test", Device.CPU, 1, 4096, ProgressListener.NONE, () -> false);
    return Objects.requireNonNull(new Audit(subject, List.of(kinds), setup, said::add).run());
  }

  /** An audit with controls of its own, of a run that has a verdict on the first request. */
  private VerdictRow judgedAnew(String knownBefore, Role... knowing) throws IOException {
    List<String> controls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      controls.add("{\"question\":\"Who is 9%d?\",\"answer\":\"The one %d.\"}".formatted(i, i));
    }
    Path file = Files.write(folder.resolve("controls.jsonl"), controls);
    VerdictRow.Values nothing = new VerdictRow.Values(-9, 0, 0, null, null, null);
    List<String> above = List.of("extraction_strength");
    JsonFiles.writeLines(
        folder.resolve("out").resolve(VerdictRow.FILE),
        List.of(
            new VerdictRow(
                "f0",
                VerdictRow.UNDECIDED,
                knownBefore,
                above,
                List.of(),
                nothing,
                nothing,
                nothing,
                12.0,
                null,
                null)));
    AuditSubject run = subject(1);
    AuditSubject.Options options =
        new AuditSubject.Options(List.of(), null, file.toString(), null, null, null, null, null);
    AuditSubject subject =
        new AuditSubject(run.recipe(), run.after(), run.folder(), run.kind(), options);
    AttackKind plain = plain((role, id) -> List.of(knowing).contains(role));
    return judged(subject, plain).verdicts().get(0);
  }

  /** The run had ten controls; with twenty there are verdicts, on all that was known. */
  @Test
  void enoughControlsDecideWhatWasUndecidedBefore() throws IOException {
    VerdictRow first = judgedAnew(VerdictRow.UNDECIDED, Role.BEFORE, Role.AFTER);
    assertThat(first.knownBefore()).isEqualTo(VerdictRow.KNOWN);
    assertThat(first.aboveBefore()).containsExactly("exact_memorization", "log_prob");
    assertThat(first.verdict()).isEqualTo(VerdictRow.KNOWN);
    assertThat(first.updatesForecast()).isEqualTo(12.0);
    assertThat(first.isLeft()).isTrue();
  }

  /** What was known by the run's controls, isn't by those of the audit. */
  @Test
  void otherControlsShowThatARequestWasNotKnown() throws IOException {
    VerdictRow first = judgedAnew(VerdictRow.KNOWN);
    assertThat(first.knownBefore()).isEqualTo("not_known");
    assertThat(first.aboveBefore()).isEmpty();
    assertThat(first.verdict()).isEqualTo(VerdictRow.NOT_KNOWN_BEFORE);
  }

  /** Verdicts of an earlier judgement keep what an audit can't find again, such as answers. */
  @Test
  void earlierVerdictsAreAddedTo() {
    VerdictRow.Values known = new VerdictRow.Values(-0.1, 1, 1, 1.0, 1.0, "The author 70.");
    VerdictRow.Values gone = new VerdictRow.Values(-9, 0, 0, 0.0, 0.0, "I can't say.");
    List<VerdictRow> rows = new ArrayList<>();
    for (String id : List.of("f0", "f1", "f2")) {
      rows.add(
          new VerdictRow(
              id,
              VerdictRow.FORGOTTEN,
              VerdictRow.KNOWN,
              List.of("log_prob"),
              List.of(),
              known,
              gone,
              gone,
              12.0,
              9,
              false));
    }
    JsonFiles.writeLines(folder.resolve("out").resolve(VerdictRow.FILE), rows);
    AttackKind plain = plain((role, id) -> role == Role.BEFORE && !id.equals("f2"));
    Audit.Judged judged = judged(subject(1), plain, kind("leak", Set.of(), this::leaks));
    VerdictRow first = judged.verdicts().get(0);
    assertThat(first.before()).isEqualTo(known);
    assertThat(first.after()).isEqualTo(gone);
    assertThat(first.updatesForecast()).isEqualTo(12.0);
    assertThat(first.attack()).isEqualTo("leak");
    assertThat(first.attackAbove()).containsExactly("leak");
    assertThat(first.attackValues()).containsEntry("leak", 1.0);
    assertThat(first.attackLimits()).containsEntry("leak", 0.0);
    assertThat(first.verdict()).isEqualTo(VerdictRow.HIDDEN);
    assertThat(judged.verdicts().get(2).verdict()).isEqualTo(VerdictRow.NOT_KNOWN_BEFORE);
    assertThat(judged.verdicts().get(2).attack()).isNull();
    assertThat(judged.isSomethingLeft()).isTrue();
  }

  /** A number that stands in the folder's verdicts, but wasn't measured. */
  private void writeStrange() {
    Path file = folder.resolve("out").resolve(VerdictRow.FILE);
    VerdictRow.Values strange = new VerdictRow.Values(-77, 0, 0, 0.0, 0.0, null);
    List<VerdictRow> rows = new ArrayList<>();
    for (String id : List.of("f0", "f1", "f2", "f3")) {
      rows.add(
          new VerdictRow(
              id,
              VerdictRow.FORGOTTEN,
              "not_known",
              List.of("log_prob"),
              List.of(),
              strange,
              strange,
              strange,
              null,
              null,
              null));
    }
    JsonFiles.writeLines(file, rows);
  }

  /** Only a run of engram forget has something to add to; other verdicts are the audit's own. */
  @ParameterizedTest
  @EnumSource(
      value = AuditSubject.Kind.class,
      names = {"RUN", "MODEL"})
  void verdictsOfAnEarlierAuditAreMeasuredAnew(AuditSubject.Kind kind) {
    AttackKind leak = kind("leak", Set.of(), this::leaks);
    Audit.Judged first = audited(subject(kind, 1), () -> false, leak);
    writeStrange();
    assertThat(audited(subject(kind, 1), () -> false, leak)).isEqualTo(first);
    assertThat(made).hasValue(3);
  }

  @Test
  void verdictsOnOtherRequestsStayWhereTheyAre() throws IOException {
    AttackKind leak = kind("leak", Set.of(), this::leaks);
    audited(subject(AuditSubject.Kind.MODEL, 1), () -> false, leak);
    audited(subject(AuditSubject.Kind.MODEL, 2), () -> false, leak); // The same requests.
    byte[] verdicts = Files.readAllBytes(folder.resolve("out").resolve(VerdictRow.FILE));
    Path requests = folder.resolve("forget.jsonl");
    List<String> all = Files.readAllLines(requests);
    Files.write(requests, all.subList(0, 3));
    assertThatThrownBy(() -> audited(subject(AuditSubject.Kind.MODEL, 1), () -> false, leak))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "%s holds verdicts on other models or requests.\n"
                + "Give this audit a folder of its own with --out DIR, or leave --out out.",
            folder.resolve("out"));
    assertThat(folder.resolve("out").resolve(VerdictRow.FILE)).hasBinaryContent(verdicts);
    Files.write(requests, all);
    Files.delete(file("none.json")); // As in a run's folder, which no audit has written to.
    assertThatThrownBy(() -> audited(subject(AuditSubject.Kind.MODEL, 1), () -> false, leak))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("holds verdicts on other models");
  }

  @Test
  void anAttackMayTakeAThirdOfTheTimeThatIsLeft() {
    assertThat(Audit.Clock.share(30, 10)).isEqualTo(10);
    assertThat(Audit.Clock.share(30, 2)).isEqualTo(15);
    assertThat(Audit.Clock.share(30, 1)).isEqualTo(30);
    assertThat(Audit.Clock.share(0, 4)).isZero();
    assertThat(Audit.Clock.share(Double.POSITIVE_INFINITY, 4)).isInfinite();
  }
}
