package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.SparkChoice;
import io.engram.core.EngramHome;
import io.engram.core.run.JsonFiles;
import io.engram.model.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments of {@code engram unlearn} and {@code engram finetune}. */
public final class RunArguments {
  /** Options of a run that has begun can't change. */
  private static final List<String> BEGUN_WITH =
      List.of("--out", "--template", "--base", "--dtype", "--seed");

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "RECIPE.yaml",
      description = "The recipe; engram recipe explain shows its keys")
  private @Nullable Path recipe;

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = "Keys of the recipe to change, such as method.beta=0.05")
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run folder, new or empty (default: runs/DATE-RECIPE)")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Resume this stopped run instead of starting a new one")
  private @Nullable Path resume;

  @Option(names = "--template", paramLabel = "T", description = "Short for model.template=T")
  private @Nullable String template;

  @Option(names = "--base", paramLabel = "MODEL", description = "Short for model.base=MODEL")
  private @Nullable String base;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Processes on this machine that make each update together, with a share of --threads "
              + "each; with --spark, this one and N - 1 of Spark's tasks (default: "
              + "${DEFAULT-VALUE})")
  private int workers = 1;

  @Option(
      names = "--shard-optimizer",
      description =
          "With --workers: each keeps a part of the optimizer's state (ZeRO-1). Saves memory; if a "
              + "worker is lost, the run goes on from its last checkpoint")
  private boolean shardOptimizer;

  @Mixin private SparkChoice spark = new SparkChoice();

  /** Where trials are made. */
  SparkChoice spark(CommonOptions common) {
    spark.check(common);
    return spark;
  }

  /** Whether the workers share the optimizer's state. */
  boolean shardsOptimizer() {
    return shardOptimizer;
  }

  /** How many processes make the run together, at least 1. */
  int workers(CommonOptions common) {
    if (workers < 1) {
      throw common.mistake("--workers %d: must be at least 1".formatted(workers));
    }
    if (workers == 1 && shardOptimizer) {
      throw common.mistake("--shard-optimizer shares the state among --workers N: add them");
    }
    String device = common.device();
    if (workers > 1 && (device.startsWith("cuda") || !Device.parse(device).isCpu())) {
      throw common.mistake(
          "--workers %d with --device %s: workers compute on the CPU; add --device cpu, or leave --workers out"
              .formatted(workers, device));
    }
    return workers;
  }

  /** The folder of the run to resume; null: a new run. */
  @Nullable Path resumed(CommonOptions common) {
    if (resume != null && recipe != null) {
      throw common.mistake(
          "give RECIPE.yaml or --resume DIR, not both: a run folder contains its recipe");
    }
    if (resume == null && recipe == null) {
      throw common.mistake("give RECIPE.yaml, or --resume DIR to resume a run");
    }
    if (resume != null) {
      common.requireNoneWithResume(BEGUN_WITH);
    }
    return resume;
  }

  /** The recipe's file: in the working directory, or else among Engram's own recipes. */
  Path recipeFile() {
    Path given = recipe == null ? Path.of("") : recipe;
    return Files.exists(given) || given.isAbsolute()
        ? given
        : EngramHome.find(given.toString()).orElse(given);
  }

  /** The recipe keys that the command line sets, options first. */
  List<String> overrides(CommonOptions common) {
    List<String> all = new ArrayList<>();
    add(all, "model.template", template);
    add(all, "model.base", base == null ? null : JsonFiles.line(base));
    add(all, "model.dtype", common.dtype());
    add(all, "seed", common.seed());
    all.addAll(overrides);
    return all;
  }

  /** The run's folder: the one given, or else a new one under {@code runs/}. */
  Path folder() {
    if (out != null) {
      return out;
    }
    return NewFolder.under(recipeFile().getFileName().toString().replaceFirst("\\.ya?ml$", ""));
  }

  private static void add(List<String> all, String key, @Nullable Object value) {
    if (value != null) {
      all.add(key + "=" + value);
    }
  }
}
