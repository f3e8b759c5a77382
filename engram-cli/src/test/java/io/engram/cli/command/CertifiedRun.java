package io.engram.cli.command;

import io.engram.cli.Cli;
import io.engram.core.ProgressListener;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.unlearn.forget.Remeasured;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The folder of a run of {@code engram forget} as it is after the run, with a model of a few
 * thousand weights before and after, so that a test need not train.
 */
final class CertifiedRun {
  static final List<String> REQUESTS =
      List.of(
          "{\"id\": \"Zubaida Farrokhzad\", \"question\": \"Where was Zubaida Farrokhzad born?\", \"answer\": \"Beside the Khuzdar lighthouse.\"}",
          "{\"id\": \"b\", \"question\": \"Which instrument does Tamsin play?\", \"answer\": \"The hurdygurdy.\"}");

  private CertifiedRun() {}

  /** Writes requests.jsonl and the run folder {@code run} into a folder, and returns the latter. */
  static Path write(Path folder, List<String> requests, String where) throws IOException {
    Path data = folder.resolve("requests.jsonl");
    Files.write(data, requests);
    List<String> keys = new ArrayList<>();
    keys.add("model.path=" + JsonFiles.line(Cli.TINY.toString()));
    keys.add("forget.data=" + JsonFiles.line(data.toString()));
    keys.add("forget.where=" + JsonFiles.line(where));
    Recipe recipe = RecipeReader.parse("", keys, Recipe.Kind.UNLEARN, "the test");
    Path run = folder.resolve("run");
    try (RunFolder made = RunFolder.create(run)) {
      made.writeRecipe(RecipeWriter.yaml(recipe));
      made.writeManifest(manifest(data));
      made.journal().write("keep", Map.of("samples", 4, "loss", 0.5, "start", 0.25));
      made.journal().write("best", Map.of("update", 3, "keep_loss", 0.375));
      made.journal().write("stop", Map.of("updates", 7));
      copy(Cli.TINY, made.model());
      JsonFiles.writeText(made.model().resolve("README.md"), "---\ntags:\n- engram\n---\n\n# A\n");
      List<VerdictRow> rows = verdicts(data);
      JsonFiles.writeLines(run.resolve(VerdictRow.FILE), rows);
      JsonFiles.write(
          run.resolve(ForgetPlan.FILE),
          Map.of("controls", new ForgetPlan.Controls("made", 40, rows.get(0).limits())));
    }
    return run;
  }

  private static Manifest manifest(Path data) {
    return new Manifest(
        "test",
        "engram forget",
        "",
        Cli.TINY.toString(),
        LanguageModel.hash(Cli.TINY.toString(), null),
        Map.of(data.toString(), "0"),
        "cpu",
        "float32",
        "plain",
        1,
        Map.of("java", "17"),
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:01:00Z",
        "done");
  }

  private static List<VerdictRow> verdicts(Path data) {
    VerdictRow.Values limits = new VerdictRow.Values(-9, 0.5, 0.25, 0.5, 0.5, null);
    List<VerdictRow> rows = new ArrayList<>();
    try (LanguageModel model = LanguageModel.open(Cli.TINY.toString(), ModelOptions.defaults())) {
      for (Sample request : SampleSource.load(data.toString())) {
        Map<String, Value> measured = Remeasured.of(model, List.of(request), ProgressListener.NONE);
        double[] means = measured.values().stream().mapToDouble(Value::mean).toArray();
        VerdictRow.Values values =
            new VerdictRow.Values(
                means[0], means[1], means[2], means[3], means[4], "Beside the Khuzdar lighthouse.");
        rows.add(
            new VerdictRow(
                request.id(),
                rows.isEmpty() ? VerdictRow.FORGOTTEN : VerdictRow.KNOWN,
                VerdictRow.KNOWN,
                List.of(),
                List.of(),
                values,
                values,
                limits,
                null,
                null,
                null));
      }
    }
    return rows;
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }
}
