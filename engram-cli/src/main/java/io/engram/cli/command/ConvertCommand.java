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
    description =
        "Converts a GGUF file, an adapter with its base, or any other model to a Hugging Face "
            + "folder.",
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

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Path folder = out;
    if (folder == null) {
      throw common.mistake("OUT is missing");
    }
    Conversion done =
        Watched.run(
            common.console(),
            progress ->
                ModelConverter.convert(model, base, folder, common.writtenDtype(), progress));
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
