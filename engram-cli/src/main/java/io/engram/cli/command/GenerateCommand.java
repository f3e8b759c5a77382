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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
    spark.checkPasses(common);
    model.copyHere(spark, common);
    SampleFilter.Chosen chosen = chosen();
    try (LanguageModel opened = model.open(common);
        BatchRunners.Place there = spark.start(opened, OpeningMemory.Use.SCORING, common)) {
      List<Sample> samples = chosen.of(opened);
      common
          .console()
          .rows(
              out,
              samples.size(),
              taker -> generate(opened, samples, taker),
              GenerateCommand::text);
    }
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

  private void generate(LanguageModel opened, List<Sample> samples, Consumer<Row> taker) {
    Generator generator = new Generator(opened);
    Watched.stage(
        common.console(),
        "Generating",
        samples.size(),
        progress ->
            InParts.each(
                samples,
                some -> some.stream().map(opened.samples()::prompt).toList(),
                prompt -> prompt.length + maxNewTokens,
                part -> {
                  List<Generation> made = generator.greedy(part.values(), maxNewTokens, progress);
                  for (int i = 0; i < made.size(); i++) {
                    taker.accept(row(opened, part.samples().get(i), made.get(i)));
                  }
                }));
  }

  private static Row row(LanguageModel opened, Sample sample, Generation made) {
    return new Row(
        sample.id(),
        opened.samples().promptText(sample),
        opened.tokenizer().decode(made.ids()),
        made.ids().length,
        made.stopped().name().toLowerCase(Locale.ROOT));
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
