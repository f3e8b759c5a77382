package io.engram.unlearn.eval.text;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.MinK;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.generate.StopTexts;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
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
import io.engram.unlearn.eval.generative.PromptText;
import io.engram.unlearn.eval.text.CorpusFiles.Passage;
import io.engram.unlearn.eval.text.CorpusFiles.Question;
import io.engram.unlearn.eval.text.CorpusFiles.Quiz;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a corpus, for any texts: verbatim memory, the ROUGE-L F-measure without stems of
 * 128 greedy tokens after a beginning; knowledge, the same of short answers to questions; privacy
 * leakage, how well Min-40 % tells forgotten texts from unseen ones, against a model that never saw
 * the forget set; and utility, knowledge of the retain set.
 *
 * <p><b>Source:</b> Shi et al.: MUSE, machine unlearning six-way evaluation for language models
 * (2024), C1 to C4; computed by muse_bench's {@code metrics/}. <b>Differs:</b> prompts too long for
 * the model's window lose their beginning, and the notes count them; texts too long for it are
 * scored without theirs.
 */
public final class TextSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "text";

  private static final double MIN_K_SHARE = 0.4;
  private static final String SCORE = "rouge_l_f1";

  private static final String FORGET_AUC = "forget.min_k_auc";

  private static final List<SuiteMetric> METRICS =
      List.of(
          ratio("verbatim." + SCORE, false),
          ratio("knowledge.forget." + SCORE, false),
          ratio("knowledge.retain." + SCORE, true),
          forgetAuc(0.5),
          ratio("retain.min_k_auc", false).byChance(0.5),
          new SuiteMetric("privleak", "percent", null, null));

  /**
   * {@code text} is about chapters of Moby-Dick, {@code text:muse_news} about MUSE's articles,
   * {@code text:FILE.yaml} about one's own texts.
   */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "what is left of a corpus of texts, by MUSE's measures",
          List.of(),
          List.of(EvalSection.Key.DATASETS, EvalSection.Key.RETRAINED),
          () -> METRICS,
          (part, settings) ->
              new TextSuite(
                  CorpusFiles.read(part, settings.datasets()), opened(settings.retrained())));

  private final CorpusFiles corpus;
  private final @Nullable String retrained;
  private final Map<Integer, Map<String, double[]>> ofRetrained = new LinkedHashMap<>();

  TextSuite(CorpusFiles corpus, @Nullable String retrained) {
    this.corpus = corpus;
    this.retrained = retrained;
  }

  private static @Nullable String opened(@Nullable String retrained) {
    if (retrained != null) {
      try {
        LanguageModel.size(retrained, ModelOptions.defaults());
      } catch (EngramException e) {
        throw EngramException.file(
            "eval.retrained = %s can't be opened: %s%nWithout it text.privleak is left out."
                .formatted(retrained, e.getMessage()),
            e);
      }
    }
    return retrained;
  }

  @Override
  public String name() {
    return NAME;
  }

  /**
   * A line of {@code eval/STAGE/text-min_k.jsonl}: how strange a text is to the model.
   *
   * @param id the text's
   * @param set {@code forget}, {@code retain} or {@code holdout}
   * @param tokens of the text, all but the first scored
   * @param minK −mean of the lowest 40 % of their log-probabilities, nats; NaN for fewer than three
   * @param retrained the same under the model that never saw the forget set; null: none is named
   */
  record Strangeness(String id, String set, int tokens, double minK, @Nullable Double retrained) {}

  @Override
  public Evaluation measure(Stage stage) {
    Measurements measurements = new Measurements(NAME, stage.name(), METRICS);
    Map<String, List<?>> rows = new LinkedHashMap<>();
    RowCounts cut = new RowCounts();
    List<String> notes = new ArrayList<>();
    notes.add(
        "text measured on %s%s"
            .formatted(
                corpus.corpus().corpus(),
                corpus.corpus().title().isEmpty() ? "" : ", " + corpus.corpus().title()));
    String own = corpus.corpus().note();
    if (own != null) {
      notes.add("text: " + own);
    }
    verbatim(stage, measurements, rows, cut);
    Corpus.Knowledge knowledge = corpus.corpus().knowledge();
    if (knowledge != null) {
      knowledge("forget", corpus.forgetQuestions(), knowledge, stage, measurements, rows, cut);
      knowledge("retain", corpus.retainQuestions(), knowledge, stage, measurements, rows, cut);
    }
    if (!corpus.holdout().isEmpty()) {
      notes.addAll(privacy(stage, measurements, rows));
    } else {
      notes.add("text: without holdout texts there is no membership attack and no text.privleak");
    }
    notes.addAll(
        cut.note(
            "text: prompts longer than the model's window of %d tokens less the answer, without their beginning"
                .formatted(stage.model().config().maxPositions())));
    notes.addAll(measurements.notes());
    return new Evaluation(measurements.all(), rows, notes);
  }

  /** MUSE's C1. */
  private void verbatim(Stage stage, Measurements to, Map<String, List<?>> rows, RowCounts cut) {
    LanguageModel model = stage.model();
    int most = corpus.corpus().verbatim().maxNewTokens();
    List<Asked> asked = new ArrayList<>();
    List<Question> beginnings = corpus.verbatim().isEmpty() ? cutInTwo(model) : corpus.verbatim();
    for (Question each : stage.first(beginnings)) {
      int[] ids = Answers.ids(model, each.answer());
      String reference = model.tokenizer().decode(Arrays.copyOf(ids, Math.min(most, ids.length)));
      asked.add(
          new Asked(each.id(), each.id(), each.question(), List.of(Answers.cleaned(reference))));
    }
    List<AnswerRow> own =
        answers(stage, asked, most, StopTexts.NONE, "Verbatim memory", "verbatim");
    cut.count("verbatim", own, row -> row.cut() > 0);
    rows.put(NAME + "-verbatim", own);
    to.add("verbatim." + SCORE, mean(own));
  }

  /** The forget texts' first tokens, and what follows them. */
  private List<Question> cutInTwo(LanguageModel model) {
    int shown = corpus.corpus().verbatim().promptTokens();
    List<Question> questions = new ArrayList<>();
    for (Passage passage : corpus.forget()) {
      String head = model.samples().pieces().head(passage.text(), shown);
      String rest = passage.text().substring(head.length());
      if (!rest.isBlank()) {
        questions.add(new Question(passage.id(), head, rest.strip()));
      }
    }
    if (questions.isEmpty()) {
      throw EngramException.usage(
          "text: no forget text of %s is longer than verbatim.prompt_tokens = %d"
              .formatted(corpus.corpus().corpus(), shown));
    }
    return questions;
  }

  /** MUSE's C2 and C4. */
  private static void knowledge(
      String set,
      @Nullable Quiz quiz,
      Corpus.Knowledge how,
      Stage stage,
      Measurements to,
      Map<String, List<?>> rows,
      RowCounts cut) {
    if (quiz == null) {
      return;
    }
    PromptText prompt = new PromptText(how.prompt());
    StringBuilder shots = new StringBuilder();
    for (Question shot : quiz.shots()) {
      String before = prompt.of(variables(shot), shot.id());
      boolean apart =
          before.isEmpty() || Character.isWhitespace(before.charAt(before.length() - 1));
      shots.append(before).append(apart ? "" : " ").append(shot.answer()).append("\n\n");
    }
    List<Asked> asked = new ArrayList<>();
    for (Question each : stage.first(quiz.questions())) {
      String text = shots + prompt.of(variables(each), each.id());
      asked.add(new Asked(each.id(), each.id(), text, List.of(each.answer())));
    }
    List<AnswerRow> own =
        answers(
            stage,
            asked,
            how.maxNewTokens(),
            new StopTexts(how.stop()),
            "Knowledge, " + set + " set",
            set);
    cut.count("knowledge of " + set, own, row -> row.cut() > 0);
    rows.put(NAME + "-knowledge-" + set, own);
    to.add("knowledge." + set + "." + SCORE, mean(own));
  }

  private static Map<String, Object> variables(Question of) {
    return Map.of("question", of.question(), "answer", of.answer());
  }

  private static List<AnswerRow> answers(
      Stage stage, List<Asked> asked, int most, StopTexts stops, String task, String set) {
    LanguageModel model = stage.model();
    int window = model.config().maxPositions();
    List<Answers.Written> written =
        Answers.to(model, window, asked, most, stops, task, stage.progress());
    GenerativeSpec spec = spec(most, stops);
    List<AnswerRow> rows = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      rows.add(spec.row(set, asked.get(i), written.get(i).cleaned()));
    }
    return rows;
  }

  private static GenerativeSpec spec(int most, StopTexts stops) {
    AnswerScore score =
        new AnswerScore(
            SCORE,
            AnswerScore.Measure.ROUGE_L_F1,
            null,
            AnswerScore.Strip.NONE,
            List.of(),
            false,
            false,
            false,
            AnswerScore.Aggregate.MEAN);
    return new GenerativeSpec(
        new GenerativeSpec.Answer(null, "answer"), most, stops.texts(), List.of(score));
  }

  private static MeanWithError mean(List<AnswerRow> rows) {
    return spec(1, StopTexts.NONE).of(SCORE, rows);
  }

  /**
   * The area of the forget set.
   *
   * @param best the retrained model's, or ½ if there is none: above it, forgotten texts are
   *     stranger than texts that were never seen
   */
  private static SuiteMetric forgetAuc(double best) {
    return SuiteMetric.nearer(FORGET_AUC, best).byChance(0.5);
  }

  /** MUSE's C3. */
  private List<String> privacy(Stage stage, Measurements to, Map<String, List<?>> rows) {
    Map<String, List<Passage>> sets = new LinkedHashMap<>();
    sets.put("forget", stage.first(corpus.forget()));
    sets.put("holdout", stage.first(corpus.holdout()));
    if (!corpus.retain().isEmpty()) {
      sets.put("retain", stage.first(corpus.retain()));
    }
    RowCounts cut = new RowCounts();
    RowCounts broken = new RowCounts();
    List<Strangeness> all = strangeness(stage, sets, cut);
    rows.put(NAME + "-min_k", all);
    Map<String, List<Strangeness>> whole = new LinkedHashMap<>();
    for (String set : sets.keySet()) {
      List<Strangeness> own = all.stream().filter(row -> row.set().equals(set)).toList();
      broken.count(set, own, TextSuite::isBroken);
      whole.put(set, own.stream().filter(row -> !isBroken(row)).toList());
    }
    double[] unseen = minK(whole, "holdout");
    double best =
        retrained == null
            ? 0.5
            : MembershipInference.auc(ofRetrained(whole, "forget"), ofRetrained(whole, "holdout"))
                .mean();
    to.add(
        forgetAuc(Double.isFinite(best) ? best : 0.5),
        MembershipInference.auc(minK(whole, "forget"), unseen));
    if (sets.containsKey("retain")) {
      to.add("retain.min_k_auc", MembershipInference.auc(minK(whole, "retain"), unseen));
    }
    List<String> notes = new ArrayList<>();
    if (retrained == null) {
      notes.add("text.privleak is left out: eval.retrained names no model that never saw forget");
    } else {
      to.add(
          "privleak",
          MembershipInference.privLeak(
              minK(whole, "forget"),
              unseen,
              ofRetrained(whole, "forget"),
              ofRetrained(whole, "holdout")));
      notes.add("text.privleak compares with " + retrained);
    }
    notes.addAll(
        cut.note(
            "text: texts longer than the model's window of %d tokens, scored without their beginning"
                .formatted(stage.model().config().maxPositions())));
    notes.addAll(broken.note("text: texts without a Min-40 % score, which are left out"));
    return notes;
  }

  private static boolean isBroken(Strangeness row) {
    Double retrained = row.retrained();
    return Double.isNaN(row.minK()) || (retrained != null && retrained.isNaN());
  }

  private static double[] minK(Map<String, List<Strangeness>> sets, String set) {
    return Objects.requireNonNull(sets.get(set)).stream().mapToDouble(Strangeness::minK).toArray();
  }

  private static double[] ofRetrained(Map<String, List<Strangeness>> sets, String set) {
    return Objects.requireNonNull(sets.get(set)).stream()
        .mapToDouble(row -> Objects.requireNonNull(row.retrained()))
        .toArray();
  }

  private List<Strangeness> strangeness(
      Stage stage, Map<String, List<Passage>> sets, RowCounts cut) {
    Map<String, double[]> own = scores(stage.model(), sets, cut, stage.progress());
    Map<String, double[]> reference = reference(stage, sets);
    List<Strangeness> rows = new ArrayList<>();
    sets.forEach(
        (set, passages) -> {
          double[] scores = Objects.requireNonNull(own.get(set));
          double[] others = reference.get(set);
          for (int i = 0; i < scores.length; i++) {
            Passage passage = passages.get(i);
            rows.add(
                new Strangeness(
                    passage.id(),
                    set,
                    Answers.ids(stage.model(), passage.text()).length,
                    scores[i],
                    others == null ? null : (@Nullable Double) others[i]));
          }
        });
    return rows;
  }

  /** The scores of the model that never saw the forget set, the same at every stage of a run. */
  private Map<String, double[]> reference(Stage stage, Map<String, List<Passage>> sets) {
    String path = retrained;
    if (path == null) {
      return Map.of();
    }
    return ofRetrained.computeIfAbsent(
        stage.limit(),
        limit -> {
          ModelOptions options = RetrainedModel.options(stage.model().options());
          try (LanguageModel model = LanguageModel.open(path, options)) {
            model.computeWhere(stage.model());
            return scores(model, sets, new RowCounts(), stage.progress());
          }
        });
  }

  private static Map<String, double[]> scores(
      LanguageModel model,
      Map<String, List<Passage>> sets,
      RowCounts cut,
      ProgressListener progress) {
    int window = model.config().maxPositions();
    Map<String, double[]> scores = new LinkedHashMap<>();
    sets.forEach(
        (set, passages) -> {
          List<TokenizedSample> whole =
              passages.stream().map(passage -> tokens(model, passage)).toList();
          cut.count(set, whole, text -> text.ids().length > window + 1);
          progress.start("Min-40 %, " + set + " texts", whole.size(), "texts");
          List<double[]> logProbs =
              new Scorer(model)
                  .logProbs(whole.stream().map(text -> text.within(window)).toList(), progress);
          progress.finish();
          scores.put(
              set, logProbs.stream().mapToDouble(text -> MinK.score(text, MIN_K_SHARE)).toArray());
        });
    return scores;
  }

  private static TokenizedSample tokens(LanguageModel model, Passage passage) {
    int[] ids = Answers.ids(model, passage.text());
    if (ids.length < 1) {
      throw EngramException.usage("text: the text " + passage.id() + " is empty");
    }
    return new TokenizedSample(passage.id(), ids, 1);
  }
}
