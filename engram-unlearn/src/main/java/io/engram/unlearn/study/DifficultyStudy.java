package io.engram.unlearn.study;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.study.Study;
import io.engram.core.study.StudyTable;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.difficulty.UpdatesPredictor;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.recipe.SampleSets;
import io.engram.unlearn.run.Rehearsal;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.study.DifficultyRow.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Scores samples, then unlearns each sample (or group of samples) from the same starting point, or
 * all in one run, and compares the scores with the updates needed. Rows are written as they are
 * finished. The same study in the same folder continues where it stopped; only a joint run starts
 * over.
 *
 * <p>Folder: {@code recipe.yaml}, {@code scores.json}, {@code difficulty.jsonl}, {@code
 * study.json}.
 */
public final class DifficultyStudy {
  private static final int RETAINED = 400;

  private final Recipe recipe;
  private final DifficultyPlan plan;
  private final Setup setup;
  private final Path folder;

  private DifficultyStudy(Recipe recipe, DifficultyPlan plan, Setup setup, Path folder) {
    this.recipe = recipe;
    this.plan = plan;
    this.setup = setup;
    this.folder = folder;
  }

  /**
   * Runs or continues a study.
   *
   * @return the findings, which are also in the folder
   * @throws EngramException if the folder holds another study or that of another model, or the
   *     method replaces answers
   */
  public static Study run(Recipe recipe, DifficultyPlan plan, Setup setup, Path folder) {
    return new DifficultyStudy(recipe, plan, setup, folder).run();
  }

  private Study run() {
    if (recipe.optimizer().learningRate() == 0) {
      throw EngramException.usage("optimizer.learning_rate = auto: a study needs a number.");
    }
    prepare();
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      List<Sample> all = load(recipe.forget(), "forget", model);
      List<Sample> samples = all.subList(0, Math.min(plan.limit(), all.size()));
      List<TokenizedSample> tokens = model.samples().tokenize(samples);
      try (WeightSnapshot start = new WeightSnapshot(model)) {
        StudyScores scores = scores(model, samples);
        List<Criterion> criteria = criteria(scores, tokens);
        List<DifficultyRow> rows = rows(model, start, criteria, tokens, scores);
        Study study =
            new DifficultyFindings(recipe, plan, setup, model.hash(), criteria, scores, rows)
                .study(samples.size(), characteristics(model, samples, tokens, scores));
        study.write(folder.resolve("study.json"));
        return study;
      }
    }
  }

  /** Table 7, if all samples are texts. The model must be at its starting point. */
  private List<StudyTable> characteristics(
      LanguageModel model, List<Sample> samples, List<TokenizedSample> tokens, StudyScores scores) {
    List<String> texts = texts(samples);
    String reading = plan.mainReading();
    double[] mrd = scores.of(reading);
    if (texts.size() < samples.size()) {
      return List.of();
    }
    List<String> training = new ArrayList<>(texts(load(recipe.forget(), "forget", model)));
    if (!recipe.retain().data().isEmpty()) {
      training.addAll(texts(load(recipe.retain(), "retain", model)));
    }
    return List.of(
        CharacteristicFindings.table(
            CharacteristicFindings.rows(
                texts,
                training,
                new Scorer(model).logProbs(tokens, ProgressListener.NONE),
                mrd,
                recipe.seed()),
            reading));
  }

  private List<Sample> load(DataSection section, String name, LanguageModel model) {
    return SampleSets.load(section, name, recipe.seed(), model.samples());
  }

  private static List<String> texts(List<Sample> samples) {
    return samples.stream().map(CharacteristicFindings::text).filter(Objects::nonNull).toList();
  }

  private void prepare() {
    String own = RecipeWriter.yaml(recipe) + planLine();
    Path file = folder.resolve("recipe.yaml");
    try {
      Files.createDirectories(folder);
      if (Files.exists(file) && !isSame(Files.readString(file))) {
        throw EngramException.usage(
            folder
                + " holds another study: its recipe.yaml differs. Name another folder with --out.");
      }
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be used: " + e.getMessage(), e);
    }
    JsonFiles.writeText(file, own);
  }

  private String planLine() {
    return "# " + plan + "\n";
  }

  /** A recipe of an earlier version lacks keys that were added later. */
  private boolean isSame(String there) {
    return there.endsWith("\n" + planLine()) && RecipeReader.isSame(there, recipe);
  }

  private StudyScores scores(LanguageModel model, List<Sample> samples) {
    Path file = folder.resolve("scores.json");
    if (Files.exists(file)) {
      StudyScores found = JsonFiles.read(file, StudyScores.class);
      if (found.model() != null && !found.model().equals(model.hash())) {
        throw EngramException.usage(
            "%s holds a study of another model: the files of model.path = %s have changed since. Name another folder with --out."
                .formatted(folder, recipe.model().path()));
      }
      return found;
    }
    String retrained = plan.retrained();
    Scoring scoring =
        Scoring.of(model, samples, recipe.seed())
            .comparing()
            .telling(setup.progress())
            .updating(recipe.optimizer().settings(), recipe.scope().training())
            .rehearsing(Rehearsal.of(together(), setup, model, samples));
    if (!recipe.retain().isEmpty()) {
      List<Sample> kept = load(recipe.retain(), "retain", model);
      scoring.retaining(model.samples().tokenize(kept.subList(0, Math.min(RETAINED, kept.size()))));
    }
    if (retrained != null) {
      scoring.against(
          () -> LanguageModel.open(retrained, setup.modelOptions(recipe.model(), recipe.seed())));
    }
    StudyScores found = StudyScores.measure(recipe, plan, model.hash(), scoring);
    JsonFiles.write(file, found);
    return found;
  }

  /** The run of all samples together, at most as long as the study's epochs. */
  private Recipe together() {
    return RecipeReader.parse(
        RecipeWriter.yaml(recipe),
        List.of("budget.updates=null", "budget.epochs=" + plan.most()),
        recipe.kind(),
        "the study");
  }

  /**
   * The threshold of the sum is the sum of a sample of median length at the threshold of the mean.
   */
  private List<Criterion> criteria(StudyScores scores, List<TokenizedSample> tokens) {
    double[] lengths = tokens.stream().mapToDouble(TokenizedSample::labels).sorted().toArray();
    double median = lengths[lengths.length / 2];
    int size = plan.groups() > 0 ? plan.groupSize() : 1;
    List<Criterion> criteria =
        new ArrayList<>(
            List.of(
                new Criterion("mean", Criterion.Measure.MEAN_LOG_PROB, -plan.meanNats()),
                new Criterion(
                    "sum", Criterion.Measure.SUM_LOG_PROB, -plan.meanNats() * median * size),
                accuracy("ma_average", belowAverage(scores, "memorization_accuracy"), null),
                accuracy("ma_half", 0.5, null)));
    if (plan.extraction()) {
      criteria.add(
          accuracy(
              "el_ma",
              belowAverage(scores, "memorization_accuracy"),
              // If nothing can be extracted at the start, EL does not have to fall.
              Math.max(0, belowAverage(scores, "extraction_likelihood"))));
    }
    return criteria;
  }

  private static Criterion accuracy(String name, double threshold, @Nullable Double extraction) {
    return new Criterion(name, Criterion.Measure.MEMORIZATION_ACCURACY, threshold, extraction);
  }

  /** The largest number below the average of a score. */
  private static double belowAverage(StudyScores scores, String name) {
    return Math.nextDown(
        Arrays.stream(scores.of(name)).filter(Double::isFinite).average().orElse(1));
  }

  private List<DifficultyRow> rows(
      LanguageModel model,
      WeightSnapshot start,
      List<Criterion> criteria,
      List<TokenizedSample> tokens,
      StudyScores scores) {
    UpdatesPredictor predictor =
        new UpdatesPredictor(
            model, recipe.scope().training(), recipe.optimizer().settings(), plan.meanNats());
    Writer rows =
        new Writer(folder.resolve("difficulty.jsonl"), plan, setup, tokens, scores.values());
    return plan.jointly()
        ? rows.jointly(
            new UpdatesJointly(recipe, model, start, predictor, criteria, plan.most(), setup))
        : rows.oneByOne(
            new UpdatesNeeded(recipe, model, start, predictor, criteria, plan.most()),
            recipe.seed());
  }
}
