package io.engram.unlearn.eval.lume;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.generate.StopTexts;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.DataFolders;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.MembershipInference;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.generative.AnswerScore;
import io.engram.unlearn.eval.generative.Answers;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import io.engram.unlearn.eval.harness.HarnessSuite;
import io.engram.unlearn.eval.lume.LumeFiles.Document;
import io.engram.unlearn.eval.lume.LumeFiles.Kind;
import io.engram.unlearn.eval.lume.LumeFiles.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LUME, task 4 of SemEval-2025. Each input is put to the model as it is, without a template; the
 * model writes 256 greedy tokens. Completions are scored by ROUGE-L recall with stems, answers by
 * exact match after trimming and lower-casing. T is the harmonic mean of the twelve means, M says
 * how little losses tell forgotten documents from unseen ones, U is the accuracy on MMLU; the score
 * is their mean, and void below 75 % of the original's U.
 *
 * <p><b>Source:</b> {@link LumeScore}. <b>Differs:</b> the original's script gives no score without
 * U or M either, but prints −1; inputs that leave no room in the window lose their beginning.
 */
public final class LumeSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "lume";

  private static final int NEW_TOKENS = 256;
  private static final String MMLU = "harness.mmlu.acc";

  private static final List<SuiteMetric> METRICS = metrics();

  private static List<SuiteMetric> metrics() {
    List<SuiteMetric> metrics = new ArrayList<>();
    for (boolean forget : List.of(true, false)) {
      for (String task : LumeFiles.TASKS) {
        for (Kind kind : Kind.values()) {
          metrics.add(ratio(id(forget, task, kind), !forget));
        }
      }
    }
    metrics.add(ratio("task_aggregate", true));
    metrics.add(SuiteMetric.nearer("mia_auc", 0.5).byChance(0.5));
    metrics.add(ratio("mia_score", true));
    metrics.add(ratio("mmlu", true).byChance(0.25));
    metrics.add(ratio("score", true));
    return List.copyOf(metrics);
  }

  private static String id(boolean forget, String task, Kind kind) {
    return (forget ? "forget." : "retain.")
        + task.toLowerCase(Locale.ROOT)
        + (kind == Kind.COMPLETION ? ".regurgitation" : ".knowledge");
  }

  /** {@code lume} looks for the rows in {@code eval.datasets}, {@code lume:DIR} in a folder. */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "SemEval-2025's task 4: stories, personal data, biographies",
          List.of(),
          List.of(EvalSection.Key.DATASETS),
          () -> METRICS,
          LumeSuite::open);

  private final LumeFiles files;
  private final @Nullable Suite mmlu;

  LumeSuite(LumeFiles files, @Nullable Suite mmlu) {
    this.files = files;
    this.mmlu = mmlu;
  }

  private static Suite open(String part, EvalSection settings) {
    LumeFiles files = LumeFiles.read(part, settings.datasets());
    boolean there =
        !DataFolders.of(settings.datasets()).holding(List.of("mmlu"), "cais/mmlu").isEmpty();
    return new LumeSuite(files, there ? HarnessSuite.KIND.open("mmlu", settings) : null);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation measure(Stage stage) {
    Measurements to = new Measurements(NAME, stage.name(), METRICS);
    Map<String, List<?>> rows = new LinkedHashMap<>();
    List<String> notes = new ArrayList<>();
    RowCounts cut = new RowCounts();
    List<MeanWithError> forget = set(stage, true, to, rows, cut);
    List<MeanWithError> retain = set(stage, false, to, rows, cut);
    MeanWithError tasks = LumeScore.tasks(forget, retain);
    to.add("task_aggregate", tasks);
    if (tasks.mean() == 0) {
      notes.add(
          "lume.task_aggregate is 0, since one of its twelve terms is: " + zeros(forget, retain));
    }
    MeanWithError membership = membership(stage, to, rows, notes);
    MeanWithError utility = utility(stage, to, notes);
    if (membership != null && utility != null && isValid(stage, utility, notes)) {
      to.add("score", LumeScore.whole(tasks, membership, utility));
    }
    notes.addAll(
        cut.note(
            "lume: inputs longer than the model's window of %d tokens less %d for the answer, without their beginning"
                .formatted(stage.model().config().maxPositions(), NEW_TOKENS)));
    notes.addAll(to.notes());
    return new Evaluation(to.all(), rows, notes);
  }

  private List<MeanWithError> set(
      Stage stage, boolean forget, Measurements to, Map<String, List<?>> byFile, RowCounts cut) {
    String set = forget ? "forget" : "retain";
    List<MeanWithError> means = new ArrayList<>();
    List<AnswerRow> all = new ArrayList<>();
    for (String task : LumeFiles.TASKS) {
      for (Kind kind : Kind.values()) {
        List<Row> own =
            (forget ? files.forget() : files.retain())
                .stream().filter(row -> row.task().equals(task) && row.kind() == kind).toList();
        List<AnswerRow> answers = answers(stage, set + ", " + task, kind, stage.first(own));
        MeanWithError mean = spec(kind).of(spec(kind).metrics().get(0), answers);
        to.add(id(forget, task, kind), mean);
        means.add(mean);
        all.addAll(answers);
      }
    }
    cut.count(set, all, row -> row.cut() > 0);
    byFile.put(NAME + "-" + set, all);
    return means;
  }

  private static List<AnswerRow> answers(Stage stage, String what, Kind kind, List<Row> rows) {
    List<Asked> asked =
        rows.stream()
            .map(row -> new Asked(row.id(), row.where(), row.input(), List.of(row.output())))
            .toList();
    LanguageModel model = stage.model();
    List<Answers.Written> written =
        Answers.to(
            model,
            model.config().maxPositions(),
            asked,
            NEW_TOKENS,
            StopTexts.NONE,
            "LUME, " + what,
            stage.progress());
    List<AnswerRow> answers = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      answers.add(spec(kind).row(what, asked.get(i), written.get(i).cleaned()));
    }
    return answers;
  }

  private static GenerativeSpec spec(Kind kind) {
    boolean question = kind == Kind.QUESTION;
    AnswerScore score =
        new AnswerScore(
            question ? "knowledge" : "regurgitation",
            question ? AnswerScore.Measure.EXACT_MATCH : AnswerScore.Measure.ROUGE_L_RECALL,
            null,
            question ? AnswerScore.Strip.BOTH : AnswerScore.Strip.NONE,
            List.of(),
            question,
            false,
            !question,
            AnswerScore.Aggregate.MEAN);
    return new GenerativeSpec(
        new GenerativeSpec.Answer(null, "output"), NEW_TOKENS, List.of(), List.of(score));
  }

  private static String zeros(List<MeanWithError> forget, List<MeanWithError> retain) {
    List<String> zeros = new ArrayList<>();
    int i = 0;
    for (boolean forgotten : List.of(true, false)) {
      for (String task : LumeFiles.TASKS) {
        for (Kind kind : Kind.values()) {
          double mean = (forgotten ? forget : retain).get(i++ % forget.size()).mean();
          if (mean == (forgotten ? 1 : 0)) {
            zeros.add((forgotten ? "1 − " : "") + NAME + "." + id(forgotten, task, kind));
          }
        }
      }
    }
    return String.join(", ", zeros);
  }

  private @Nullable MeanWithError membership(
      Stage stage, Measurements to, Map<String, List<?>> rows, List<String> notes) {
    if (files.members().isEmpty()) {
      notes.add("lume: without member.jsonl and nonmember.jsonl there is no mia_auc and no score");
      return null;
    }
    RowCounts cut = new RowCounts();
    List<Loss> members = losses(stage, "member", files.members(), cut);
    List<Loss> others = losses(stage, "nonmember", files.others(), cut);
    List<Loss> all = new ArrayList<>(members);
    all.addAll(others);
    rows.put(NAME + "-membership", all);
    // A member has the lower loss.
    MeanWithError auc = MembershipInference.auc(loss(others), loss(members));
    to.add("mia_auc", auc);
    MeanWithError score = LumeScore.membership(auc);
    to.add("mia_score", score);
    notes.addAll(
        cut.note(
            "lume: documents longer than the model's window of %d tokens, scored without their beginning"
                .formatted(stage.model().config().maxPositions())));
    return score;
  }

  /**
   * A line of {@code eval/STAGE/lume-membership.jsonl}.
   *
   * @param set {@code member} or {@code nonmember}
   * @param loss mean of −log p of a token, all but the first, nats
   */
  record Loss(String id, String set, int tokens, double loss) {}

  private static double[] loss(List<Loss> rows) {
    return rows.stream().mapToDouble(Loss::loss).filter(loss -> !Double.isNaN(loss)).toArray();
  }

  private static List<Loss> losses(
      Stage stage, String set, List<Document> documents, RowCounts cut) {
    LanguageModel model = stage.model();
    int window = model.config().maxPositions();
    List<Document> asked = stage.first(documents);
    List<TokenizedSample> whole =
        asked.stream()
            .map(each -> new TokenizedSample(each.id(), Answers.ids(model, each.text()), 1))
            .toList();
    cut.count(set, whole, text -> text.ids().length > window + 1);
    stage.progress().start("LUME, losses of " + set + "s", whole.size(), "documents");
    List<double[]> logProbs =
        new Scorer(model)
            .logProbs(whole.stream().map(text -> text.within(window)).toList(), stage.progress());
    stage.progress().finish();
    List<Loss> rows = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      double loss = -Arrays.stream(logProbs.get(i)).average().orElse(Double.NaN);
      rows.add(new Loss(asked.get(i).id(), set, logProbs.get(i).length + 1, loss));
    }
    return rows;
  }

  private @Nullable MeanWithError utility(Stage stage, Measurements to, List<String> notes) {
    if (mmlu == null) {
      notes.add(
          "lume: without the data set MMLU there is no mmlu and no score; engram fetch dataset:cais/mmlu --file 'all/test-*' gets it");
      return null;
    }
    Evaluation evaluation = mmlu.measure(stage);
    for (Measurement each : evaluation.measurements()) {
      if (each.metric().equals(MMLU)) {
        Double error = each.standardError();
        MeanWithError accuracy =
            new MeanWithError(each.value(), error == null ? Double.NaN : error, each.n());
        to.add("mmlu", accuracy);
        return accuracy;
      }
    }
    return null;
  }

  /** The rule of 75 %: checked in a run, against its stage {@code before}. */
  private static boolean isValid(Stage stage, MeanWithError utility, List<String> notes) {
    List<Measurement> before = stage.original();
    if (before != null && stage.name().equals("before")) {
      return true;
    }
    Double first =
        before == null
            ? null
            : before.stream()
                .filter(each -> each.metric().equals(NAME + ".mmlu"))
                .map(Measurement::value)
                .findFirst()
                .orElse(null);
    if (first == null) {
      notes.add(
          "lume.score: the original's MMLU isn't known here; the score is void if it was above %.3f, since mmlu would be below 75 %% of it"
              .formatted(utility.mean() / LumeScore.LEAST_UTILITY));
      return true;
    }
    if (utility.mean() < LumeScore.LEAST_UTILITY * first) {
      notes.add(
          "lume.score is void and left out: mmlu %.3f is below 75 %% of the original's %.3f"
              .formatted(utility.mean(), first));
      return false;
    }
    return true;
  }
}
