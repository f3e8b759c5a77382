package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.progress.Watched;
import io.engram.model.Conversion;
import io.engram.model.ModelConverter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram convert}. */
@Command(
    name = "convert",
    description = {
      "Converts a GGUF file, an adapter with its base, or any other model to a Hugging Face "
          + "folder.",
      "With --negate, subtracts what a fine-tuning taught the model: a task vector, which "
          + "unlearns what the fine-tuning was on."
    },
    sortOptions = false)
final class ConvertCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A .gguf file, a PEFT adapter folder (it is merged into its base), a Hugging Face "
              + "folder, or a run folder (the model that the run produced)")
  private String model = "";

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The new folder; it appears once it is complete")
  private @Nullable Path out;

  @Option(
      names = "--base",
      paramLabel = "MODEL",
      description = "Base model of an adapter (default: the one its adapter_config.json names)")
  private @Nullable String base;

  @Option(
      names = "--negate",
      paramLabel = "TUNED",
      description =
          "Write MODEL - ALPHA (TUNED - MODEL), weight by weight; TUNED is fine-tuned from MODEL, "
              + "an adapter or a run folder too")
  private @Nullable String negate;

  @Option(
      names = "--alpha",
      paramLabel = "ALPHA",
      description = "How much of it to subtract (default: 1)")
  private @Nullable Double alpha;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Path folder = out;
    if (folder == null) {
      throw common.mistake("OUT is missing");
    }
    String tuned = negate;
    if (tuned == null && alpha != null) {
      throw common.mistake("--alpha is only used with --negate TUNED");
    }
    double times = alpha == null ? 1 : alpha;
    if (!(times > 0 && Double.isFinite(times))) {
      throw common.mistake("--alpha " + times + ": must be a number above 0");
    }
    Conversion done =
        Watched.run(
            common.console(),
            progress ->
                tuned == null
                    ? ModelConverter.convert(model, base, folder, common.writtenDtype(), progress)
                    : ModelConverter.negate(
                        model, tuned, times, base, folder, common.writtenDtype(), progress));
    common.console().result(object(done), text(done));
    return 0;
  }

  private static Map<String, Object> object(Conversion done) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("folder", done.folder().toString());
    object.put("source", done.source());
    if (done.adapter() != null) {
      object.put("adapter", done.adapter());
    }
    object.put("family", done.family());
    object.put("dtype", done.dtype());
    object.put("numbers", done.numbers());
    object.put("rounded", done.rounded());
    object.put("quantized", done.quantized());
    object.put("formats", done.formats());
    object.put("tokenizer", done.tokenizer());
    Conversion.Negated negated = done.negated();
    if (negated != null) {
      object.put("negated", negated.tuned());
      object.put("alpha", negated.alpha());
    }
    return object;
  }

  private static String text(Conversion done) {
    List<String> lines = new ArrayList<>();
    lines.add(done.did());
    lines.addAll(done.lost());
    lines.add(done.folder().toString());
    return String.join("\n", lines);
  }
}
