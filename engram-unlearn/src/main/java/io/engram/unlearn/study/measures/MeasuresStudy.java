package io.engram.unlearn.study.measures;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.model.quantize.Quantization;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.audit.attack.Epoch;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.study.measures.ModelRow.Look;
import io.engram.unlearn.study.measures.ModelRow.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Makes models that learned a set of authors and models that did not, and measures all of them: as
 * trained, after an attacker's epoch on other authors of the set, and with weights rounded to four
 * bits. All models start from the same one, which never saw the authors; each has a learning rate,
 * an order and rows to keep of its own. A model is written when it is done; the same study in the
 * same folder makes only the models that are missing.
 *
 * <p>Model m draws its rate from stream (seed, "measures-rate", 0, m): {@code rate · spread^(2u −
 * 1)}; its rows to keep, as many as it learns, from (seed, "measures-keep", 0, m); its order from
 * (seed, "measures-order", epoch, m); the attacker's order is (seed, "measures-relearn", 0, m).
 *
 * <p>Folder: {@code plan.json}, {@code models.jsonl}, {@code study.json}.
 *
 * <p><b>Source:</b> meta-evaluation of open-unlearning (arXiv 2506.12618). <b>Differs:</b> few
 * small models; the attacker trains on authors that it doesn't ask about.
 */
public final class MeasuresStudy {
  private final Recipe recipe;
  private final MeasuresPlan plan;
  private final Setup setup;
  private final Path folder;

  private MeasuresStudy(Recipe recipe, MeasuresPlan plan, Setup setup, Path folder) {
    this.recipe = recipe;
    this.plan = plan;
    this.setup = setup;
    this.folder = folder;
  }

  /**
   * Runs or continues a study.
   *
   * @param recipe of its model and seed; nothing else counts
   * @return the findings, which are also in the folder
   * @throws EngramException if the plan can't be carried out, the folder holds another study, or a
   *     model diverges
   */
  public static Study run(Recipe recipe, MeasuresPlan plan, Setup setup, Path folder) {
    plan.check();
    return new MeasuresStudy(recipe, plan, setup, folder).run();
  }

  private Study run() {
    AuthorRows authors = AuthorRows.of(plan.split(), plan.authors(), plan.questions());
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      prepare(model);
      List<ModelRow> rows = rows(model, authors);
      Study study =
          new MeasuresFindings(plan, rows, authors.asked().size()).study(provenance(model));
      study.write(folder.resolve("study.json"));
      return study;
    }
  }

  private StudyProvenance provenance(LanguageModel model) {
    Map<String, String> more = new LinkedHashMap<>();
    more.put("Command", setup.command());
    more.put("Model", recipe.model().path());
    more.put("Plan", JsonFiles.line(plan));
    return StudyProvenance.now(recipe.seed(), "", model.hash(), more);
  }

  /** What decides the numbers of a study. */
  private record Given(MeasuresPlan plan, String model, String template, long seed) {}

  private void prepare(LanguageModel model) {
    Path file = folder.resolve("plan.json");
    Given given =
        new Given(plan, model.hash(), JsonFiles.line(recipe.model().template()), recipe.seed());
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be used: " + e.getMessage(), e);
    }
    if (Files.exists(file) && !isSame(file, given)) {
      throw EngramException.usage(
          folder + " holds another study: its plan.json differs. Name another folder with --out.");
    }
    JsonFiles.write(file, given);
  }

  private static boolean isSame(Path file, Given given) {
    return JsonFiles.line(JsonFiles.read(file, Given.class)).equals(JsonFiles.line(given));
  }

  private List<ModelRow> rows(LanguageModel model, AuthorRows authors) {
    Path file = folder.resolve("models.jsonl");
    List<ModelRow> rows =
        Files.exists(file)
            ? new ArrayList<>(JsonFiles.readLines(file, ModelRow.class))
            : new ArrayList<>();
    int states = plan.looks().size() * State.values().length;
    setup.progress().start("models", (long) (plan.all() - rows.size()) * states, "measurements");
    try (WeightSnapshot start = new WeightSnapshot(model)) {
      List<Sample> keep = SampleSource.load("tofu:" + retained());
      for (int number = rows.size(); number < plan.all(); number++) {
        if (setup.interrupted().getAsBoolean()) {
          throw EngramException.usage(
              "Stopped after %d of %d models. Run the same command to continue."
                  .formatted(number, plan.all()));
        }
        ModelRow row = new Making(model, start, authors, keep, number).row();
        rows.add(row);
        append(file, JsonFiles.line(row) + "\n");
      }
    }
    setup.progress().finish();
    return rows;
  }

  /** The split that every model has seen: {@code retain90} with {@code forget10}. */
  private String retained() {
    return "retain" + (100 - Integer.parseInt(plan.split().replaceAll("\\D", "")));
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw EngramException.resources(file + " can't be written: " + e.getMessage(), e);
    }
  }

  /** One model in the making. */
  private final class Making {
    private final LanguageModel model;
    private final WeightSnapshot start;
    private final AuthorRows authors;
    private final List<Sample> keep;
    private final int number;
    private final Arm arm;
    private final double rate;
    private final Measuring measuring;

    Making(
        LanguageModel model,
        WeightSnapshot start,
        AuthorRows authors,
        List<Sample> keep,
        int number) {
      this.model = model;
      this.start = start;
      this.authors = authors;
      this.keep = keep;
      this.number = number;
      this.arm = Arm.of(number);
      this.rate = plan.rate() * Math.pow(plan.spread(), 2 * stream("rate", 0).nextDouble() - 1);
      this.measuring = new Measuring(plan, authors.asked(), recipe.seed());
    }

    private RandomStream stream(String purpose, int epoch) {
      return RandomStream.of(recipe.seed(), "measures-" + purpose, epoch, number);
    }

    ModelRow row() {
      try {
        List<TokenizedSample> learned = model.samples().tokenize(trainedOn());
        List<Look> looks = new ArrayList<>();
        for (int epochs : plan.looks()) {
          start.restore();
          Epoch.train(
              model,
              learned,
              rate,
              IntStream.range(0, epochs).mapToObj(e -> stream("order", e)).toList(),
              ProgressListener.NONE);
          looks.addAll(looks(epochs));
        }
        return new ModelRow(number, arm, rate, looks);
      } catch (EngramException e) {
        if (e.kind() != EngramException.Kind.USAGE) {
          throw e;
        }
        throw EngramException.usage(
            "Model %d (%s, learning rate %.2g): %s\nTry a smaller --rate."
                .formatted(number, arm.title(), rate, e.getMessage()));
      } finally {
        start.restore();
      }
    }

    private List<Sample> trainedOn() {
      List<Sample> all = new ArrayList<>(arm.learned(authors));
      int[] order = stream("keep", 0).permutation(keep.size());
      Arrays.stream(order, 0, Math.min(all.size(), order.length))
          .mapToObj(keep::get)
          .forEach(all::add);
      return all;
    }

    private List<Look> looks(int epochs) {
      List<Look> looks = new ArrayList<>();
      try (WeightSnapshot trained = new WeightSnapshot(model)) {
        for (State state : State.values()) {
          attack(state);
          looks.add(new Look(epochs, state, measuring.of(model)));
          trained.restore();
          setup.progress().advance(1);
        }
      }
      return looks;
    }

    private void attack(State state) {
      switch (state) {
        case PLAIN -> {}
        case RELEARNED ->
            Epoch.train(
                model,
                model.samples().tokenize(authors.verbatim(authors.taught())),
                plan.relearning(),
                stream("relearn", 0),
                ProgressListener.NONE);
        case INT4 -> Quantization.INT4.roundTrip(model);
      }
    }
  }
}
