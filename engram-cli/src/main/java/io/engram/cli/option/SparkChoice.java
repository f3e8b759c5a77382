package io.engram.cli.option;

import io.engram.cli.progress.Interruption;
import io.engram.core.EngramException;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Torch;
import io.engram.unlearn.run.RunMemory;
import io.engram.unlearn.run.TrialRunner;
import io.engram.unlearn.run.WorkerRunner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where passes over samples, or trials, are computed: here, or on Apache Spark. */
public final class SparkChoice {
  /** What parts of a {@link MemoryNeed} one process has once, whatever runs in it. */
  private static final List<String> ONCE = List.of("program", "weights");

  @Option(
      names = "--spark",
      paramLabel = "MASTER",
      description =
          "Compute on Apache Spark, to the same bytes: local[N], spark://HOST:PORT, yarn, "
              + "k8s://URL, or conf for what spark-submit says; see engram-spark/README.md")
  private @Nullable String master;

  @Option(
      names = "--spark-conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark; may be repeated")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Whether Spark computes. */
  public boolean asked() {
    return master != null;
  }

  /** Rejects settings without a master, and a master without the module. */
  public void check(CommonOptions common) {
    if (master == null && !settings.isEmpty()) {
      throw common.mistake("--spark-conf needs --spark MASTER");
    }
    if (master != null && BatchRunners.find().isEmpty()) {
      throw absent();
    }
  }

  private EngramException absent() {
    return EngramException.usage(
        "--spark "
            + master
            + ": the module engram-spark, or Spark itself, isn't on the class path.\n"
            + "Start this command with the launcher engram-spark/engram-spark instead of engram;"
            + " engram-spark/README.md tells how.");
  }

  /**
   * Starts Spark for trials; the caller closes it.
   *
   * @param memory of a trial
   */
  public TrialRunner.Running trials(RunMemory memory, CommonOptions common) {
    check(common);
    requireCpu(memory.setup().device().isCpu(), common);
    return TrialRunner.find()
        .orElseThrow(this::absent)
        .start(
            new TrialRunner.Request(
                String.valueOf(master),
                Map.copyOf(settings),
                memory::bytes,
                common.console()::message,
                Interruption::requested));
  }

  /**
   * Starts workers on Spark and waits until they have joined; the caller closes them.
   *
   * @param memory of the run
   * @param size number of workers, this process among them
   */
  public WorkerRunner.Running workers(
      RunMemory memory, int size, boolean sharesState, CommonOptions common) {
    check(common);
    return WorkerRunner.find()
        .orElseThrow(this::absent)
        .start(
            new WorkerRunner.Request(
                String.valueOf(master),
                Map.copyOf(settings),
                memory::bytes,
                common.console()::message,
                size,
                sharesState,
                common.typed(),
                common.batchTokens()));
  }

  private static void requireCpu(boolean is, CommonOptions common) {
    if (!is) {
      throw common.mistake("--spark computes on processors: add --device cpu");
    }
  }

  /**
   * Starts Spark for the passes of this model and others that are attached later, if asked to;
   * otherwise passes are computed here. The caller closes it.
   */
  public BatchRunners.Place start(
      LanguageModel model, OpeningMemory.Use use, CommonOptions common) {
    BatchRunners.Place place = start(model.source().model(), model.options(), use, common);
    place.attach(model);
    return place;
  }

  /**
   * The same for models that aren't open yet.
   *
   * @param path of the largest of them
   */
  public BatchRunners.Place start(
      String path, ModelOptions options, OpeningMemory.Use use, CommonOptions common) {
    check(common);
    if (master == null) {
      return BatchRunners.HERE;
    }
    requireCpu(options.device().isCpu(), common);
    ModelSize size = LanguageModel.size(path, options);
    int threads = options.threads() > 0 ? options.threads() : Torch.threads();
    int tokens = Math.max(1, options.batchTokens() / threads);
    return BatchRunners.find()
        .orElseThrow(this::absent)
        .start(
            new BatchRunners.Request(
                master,
                Map.copyOf(settings),
                tasks -> bytes(size, use, tokens, tasks),
                common.console()::message));
  }

  /** What a process needs outside of the Java heap to compute so many pieces at a time. */
  private static long bytes(ModelSize size, OpeningMemory.Use use, int tokens, int tasks) {
    MemoryEstimate estimate = new MemoryEstimate(size);
    MemoryNeed one =
        use == OpeningMemory.Use.MRD
            ? estimate.perturbed(tokens, BatchRunners.SHARED_TOKENS)
            : estimate.scoring(tokens);
    return one.own().entrySet().stream()
        .mapToLong(part -> ONCE.contains(part.getKey()) ? part.getValue() : tasks * part.getValue())
        .sum();
  }
}
