package io.engram.unlearn.study;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeWriter;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.study.Study;
import io.engram.core.study.StudyTable;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.train.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Scores of samples before unlearning, then each sample (or group of samples) unlearned from the
 * same starting point, and how the two go together. Rows are written as they come; the same study
 * in the same folder goes on where it was.
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
   * Runs or goes on with a study.
   *
   * @return what was found; also in the folder
   * @throws EngramException if the folder holds another study, or the method replaces answers
   */
  public static Study run(Recipe recipe, DifficultyPlan plan, Setup setup, Path folder) {
    return new DifficultyStudy(recipe, plan, setup, folder).run();
  }

  /** Scores with what they cost. */
  record Scores(Map<String, double[]> values, Map<String, Double> seconds) {}

  private Study run() {
    prepare();
    List<Sample> all = SampleSource.load(recipe.forget().data());
    List<Sample> samples = all.subList(0, Math.min(plan.limit(), all.size()));
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      List<TokenizedSample> tokens = model.samples().tokenize(samples);
      try (WeightSnapshot start = new WeightSnapshot(model)) {
        Scores scores = scores(model, samples);
        List<Criterion> criteria = criteria(scores, tokens);
        UpdatesNeeded unlearning = new UpdatesNeeded(recipe, model, start, criteria, plan.most());
        UpdatesPredictor predictor = new UpdatesPredictor(recipe, model, start, plan.meanNats());
        List<DifficultyRow> rows = unlearn(unlearning, predictor, tokens, scores);
        Study study =
            new DifficultyFindings(recipe, plan, setup, model.hash(), criteria, scores, rows)
                .study(samples.size(), characteristics(model, samples, tokens, scores));
        study.write(folder.resolve("study.json"));
        return study;
      }
    }
  }

  /** Table 7, where all samples are texts; the model is at its starting point. */
  private List<StudyTable> characteristics(
      LanguageModel model, List<Sample> samples, List<TokenizedSample> tokens, Scores scores) {
    List<String> texts = texts(samples);
    String reading = plan.mainReading();
    double[] mrd = scores.values().getOrDefault(reading, new double[0]);
    if (texts.size() < samples.size()) {
      return List.of();
    }
    List<String> training = new ArrayList<>(texts(SampleSource.load(recipe.forget().data())));
    if (!recipe.retain().data().isEmpty()) {
      training.addAll(texts(SampleSource.load(recipe.retain().data())));
    }
    return List.of(
        CharacteristicFindings.table(
            texts,
            training,
            new Scorer(model).logProbs(tokens, ProgressListener.NONE),
            mrd,
            reading,
            recipe.seed()));
  }

  private static List<String> texts(List<Sample> samples) {
    return samples.stream().map(CharacteristicFindings::text).filter(Objects::nonNull).toList();
  }

  private void prepare() {
    String own = RecipeWriter.yaml(recipe) + "# " + plan + "\n";
    Path file = folder.resolve("recipe.yaml");
    try {
      Files.createDirectories(folder);
      if (Files.exists(file) && !Files.readString(file).equals(own)) {
        throw EngramException.usage(
            folder
                + " holds another study: its recipe.yaml differs. Name another folder by --out.");
      }
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be used: " + e.getMessage(), e);
    }
    JsonFiles.writeText(file, own);
  }

  private Scores scores(LanguageModel model, List<Sample> samples) {
    Path file = folder.resolve("scores.json");
    if (Files.exists(file)) {
      return JsonFiles.read(file, Scores.class);
    }
    DifficultyScores scores = new DifficultyScores(model, samples, recipe.seed(), setup.progress());
    scores.addLosses();
    scores.addGradients();
    scores.addMrd(plan.sigmas(), plan.pairs());
    if (plan.extraction()) {
      scores.addExtraction();
    }
    List<String> retain = recipe.retain().data();
    if (!retain.isEmpty()) {
      List<Sample> kept = SampleSource.load(retain);
      scores.addRepresentation(
          model.samples().tokenize(kept.subList(0, Math.min(RETAINED, kept.size()))));
    }
    String retrained = plan.retrained();
    if (retrained != null) {
      try (LanguageModel other =
          LanguageModel.open(retrained, setup.modelOptions(recipe.model(), recipe.seed()))) {
        scores.addRetrained(other);
      }
    }
    Scores found = new Scores(scores.all(), scores.seconds());
    JsonFiles.write(file, found);
    return found;
  }

  /** The sum's threshold is what a sample of median length has at the mean's. */
  private List<Criterion> criteria(Scores scores, List<TokenizedSample> tokens) {
    double[] lengths = tokens.stream().mapToDouble(TokenizedSample::labels).sorted().toArray();
    double median = lengths[lengths.length / 2];
    double[] accuracy = scores.values().getOrDefault("memorization_accuracy", new double[0]);
    double average = Arrays.stream(accuracy).average().orElse(1);
    int size = plan.groups() > 0 ? plan.groupSize() : 1;
    return List.of(
        new Criterion("mean", Criterion.Measure.MEAN_LOG_PROB, -plan.meanNats()),
        new Criterion("sum", Criterion.Measure.SUM_LOG_PROB, -plan.meanNats() * median * size),
        // Below the average by any amount: the next value that a token can make.
        new Criterion(
            "ma_average", Criterion.Measure.MEMORIZATION_ACCURACY, Math.nextDown(average)),
        new Criterion("ma_half", Criterion.Measure.MEMORIZATION_ACCURACY, 0.5));
  }

  private List<DifficultyRow> unlearn(
      UpdatesNeeded unlearning,
      UpdatesPredictor predictor,
      List<TokenizedSample> tokens,
      Scores scores) {
    List<int[]> units = units(tokens.size());
    Path file = folder.resolve("difficulty.jsonl");
    List<DifficultyRow> rows =
        Files.exists(file)
            ? new ArrayList<>(JsonFiles.readLines(file, DifficultyRow.class))
            : new ArrayList<>();
    setup.progress().start("unlearning one by one", units.size() - rows.size(), "samples");
    for (int u = rows.size(); u < units.size(); u++) {
      if (setup.interrupted().getAsBoolean()) {
        throw EngramException.usage(
            "Stopped after %d of %d. The same command goes on from there."
                .formatted(u, units.size()));
      }
      DifficultyRow row = row(u, units.get(u), unlearning, predictor, tokens, scores);
      rows.add(row);
      append(file, JsonFiles.line(row) + "\n");
      setup.progress().advance(1);
    }
    setup.progress().finish();
    return rows;
  }

  private List<int[]> units(int count) {
    if (plan.groups() == 0) {
      return IntStream.range(0, count).mapToObj(i -> new int[] {i}).toList();
    }
    RandomStream random = RandomStream.of(recipe.seed(), "study-groups", 0, 0);
    List<int[]> units = new ArrayList<>();
    for (int g = 0; g < plan.groups(); g++) {
      units.add(IntStream.range(0, plan.groupSize()).map(i -> random.nextInt(count)).toArray());
    }
    return units;
  }

  private DifficultyRow row(
      int number,
      int[] unit,
      UpdatesNeeded unlearning,
      UpdatesPredictor predictor,
      List<TokenizedSample> tokens,
      Scores scores) {
    List<TokenizedSample> own = Arrays.stream(unit).mapToObj(tokens::get).toList();
    UpdatesPredictor.Forecast forecast = predictor.of(own);
    UpdatesNeeded.Outcome outcome = unlearning.of(own);
    Map<String, Double> means = new LinkedHashMap<>();
    scores
        .values()
        .forEach(
            (name, values) ->
                means.put(
                    name, Arrays.stream(unit).mapToDouble(i -> values[i]).average().orElseThrow()));
    addForecast(means, forecast);
    String id = plan.groups() == 0 ? own.get(0).id() : Integer.toString(number);
    int labels = own.stream().mapToInt(TokenizedSample::labels).sum();
    return new DifficultyRow(id, labels, means, outcome.updates(), outcome.change());
  }

  private static void addForecast(Map<String, Double> scores, UpdatesPredictor.Forecast forecast) {
    scores.put("gradient_l1", forecast.gradient().l1());
    scores.put("relative_gradient_l1", forecast.gradient().l1() / forecast.loss());
    scores.put("predicted_updates", forecast.updates());
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw EngramException.resources(file + " can't be written: " + e.getMessage(), e);
    }
  }
}
