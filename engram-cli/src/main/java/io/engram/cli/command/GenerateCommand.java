package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ComputeChoice;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.progress.Watched;
import io.engram.core.sample.Sample;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.tensor.Compute;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram generate}. */
@Command(
    name = "generate",
    description =
        "Prints the model's answers by greedy decoding: always the most probable next token.",
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DATA",
      description =
          "tofu:SPLIT, a file of samples, or a file of a public data set: book:FILE, pku:FILE, …")
  private @Nullable String data;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "A single question instead of DATA; it is put into the template")
  private @Nullable String prompt;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "The longest answer, in tokens (default: ${DEFAULT-VALUE})")
  private int maxNewTokens = 200;

  @Mixin private SampleFilter filter = new SampleFilter();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Write a row for each sample to this file: JSON Lines, or Parquet if it is named "
              + "X.parquet")
  private @Nullable Path out;

  @Mixin private SparkChoice spark = new SparkChoice();

  @Mixin private ComputeChoice compute = new ComputeChoice();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    try (Compute.Use use = compute.use(common, spark.asked())) {
      return computed();
    }
  }

  private int computed() {
    if (maxNewTokens < 1) {
      throw common.mistake("--max-new-tokens " + maxNewTokens + ": must be at least 1");
    }
    spark.check(common);
    SampleFilter.Chosen chosen = chosen();
    List<Row> rows;
    try (LanguageModel opened = model.open(common);
        BatchRunners.Place there = spark.start(opened, OpeningMemory.Use.SCORING, common)) {
      rows = generate(opened, chosen.of(opened));
    }
    common.console().write(out, rows);
    common.console().rows(rows, out == null ? text(rows) : "");
    return 0;
  }

  private SampleFilter.Chosen chosen() {
    if (prompt != null && data == null) {
      return SampleFilter.Chosen.of(List.of(Sample.of("0", prompt, "")));
    }
    if (data != null && prompt == null) {
      return filter.load(data);
    }
    throw common.mistake("give DATA or --prompt TEXT" + (data == null ? "" : ", not both"));
  }

  private List<Row> generate(LanguageModel opened, List<Sample> samples) {
    List<int[]> prompts = samples.stream().map(opened.samples()::prompt).toList();
    List<Generation> generations =
        Watched.stage(
            common.console(),
            "Generating",
            prompts.size(),
            progress -> new Generator(opened).greedy(prompts, maxNewTokens, progress));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Generation generation = generations.get(i);
      rows.add(
          new Row(
              samples.get(i).id(),
              opened.samples().promptText(samples.get(i)),
              opened.tokenizer().decode(generation.ids()),
              generation.ids().length,
              generation.stopped().name().toLowerCase(Locale.ROOT)));
    }
    return rows;
  }

  private static String text(List<Row> rows) {
    return rows.stream()
        .map(row -> "[" + row.id() + "] " + row.prompt() + "\n" + row.output().strip())
        .collect(Collectors.joining("\n\n"));
  }

  /**
   * A line of {@code answers.jsonl}.
   *
   * @param id the sample's id
   * @param prompt the text that generation started from
   * @param output the generated text without the end token
   * @param tokens its number of tokens
   * @param stopped {@code eos} or {@code limit}
   */
  record Row(String id, String prompt, String output, int tokens, String stopped) {}
}
