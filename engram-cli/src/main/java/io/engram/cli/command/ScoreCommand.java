package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ComputeChoice;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.Table;
import io.engram.cli.progress.Watched;
import io.engram.core.sample.Sample;
import io.engram.core.text.NumberText;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Compute;
import io.engram.model.text.TokenizedSample;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram score}. */
@Command(
    name = "score",
    description = "Prints the log-probability of every labelled token, in nats.",
    sortOptions = false)
final class ScoreCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description =
          "tofu:SPLIT, a file of samples, or a file of a public data set: book:FILE, pku:FILE, …")
  private String data = "";

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
    spark.checkPasses(common);
    model.copyHere(spark, common);
    SampleFilter.Chosen chosen = filter.load(data);
    try (LanguageModel opened = model.open(common);
        BatchRunners.Place there = spark.start(opened, OpeningMemory.Use.SCORING, common)) {
      List<Sample> samples = chosen.of(opened);
      common
          .console()
          .rows(out, samples.size(), taker -> score(opened, samples, taker), ScoreCommand::table);
    }
    return 0;
  }

  private void score(LanguageModel opened, List<Sample> samples, Consumer<Row> taker) {
    Scorer scorer = new Scorer(opened);
    Watched.stage(
        common.console(),
        "Scoring",
        samples.size(),
        progress ->
            InParts.each(
                samples,
                opened.samples()::tokenize,
                tokenized -> tokenized.ids().length,
                part -> {
                  List<double[]> logProbs = scorer.logProbs(part.values(), progress);
                  for (int i = 0; i < logProbs.size(); i++) {
                    taker.accept(Row.of(part.values().get(i), logProbs.get(i)));
                  }
                }));
  }

  private static String table(List<Row> rows) {
    Table table = new Table("id", "tokens", "log_prob", "per token");
    for (Row row : rows) {
      table.row(
          row.id(),
          Integer.toString(row.tokens()),
          NumberText.plain(row.logProb()),
          NumberText.plain(row.logProb() / row.tokens()));
    }
    return table.toString();
  }

  /**
   * A line of {@code scores.jsonl}: labelled tokens only.
   *
   * @param id the sample's id
   * @param tokens number of labelled tokens, n
   * @param logProb Σ_t ℓ_t, nats
   * @param tokenIds the labelled tokens
   * @param tokenLogProbs ℓ_t, nats
   */
  record Row(
      String id, int tokens, double logProb, List<Integer> tokenIds, List<Double> tokenLogProbs) {
    static Row of(TokenizedSample sample, double[] logProbs) {
      return new Row(
          sample.id(),
          sample.labels(),
          Arrays.stream(logProbs).sum(),
          Arrays.stream(sample.labelIds()).boxed().toList(),
          Arrays.stream(logProbs).boxed().toList());
    }
  }
}
