package io.engram.cli.option;

import io.engram.cli.progress.Interruption;
import io.engram.core.EngramException;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.ModelStore;
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

  private static final String GPU = "cuda";

  /** What tells that Spark's executors have GPUs; spark-submit makes it a system property. */
  private static final String GPU_AMOUNT = "spark.executor.resource.gpu.amount";

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

  @Option(
      names = "--spark-ship",
      description =
          "Send the model's files to Spark's executors, which then need not see it under the same "
              + "path")
  private boolean ships;

  /** Whether Spark computes. */
  public boolean asked() {
    return master != null;
  }

  /** Checks the options of a command whose trials or workers may run on Spark. */
  public void check(CommonOptions common) {
    requireMaster(common);
    if (ships) {
      throw common.mistake(
          "--spark-ship is for passes over samples: trials and workers need a folder that all"
              + " machines see anyway; put the model there");
    }
  }

  /**
   * Checks the options of a command whose passes over samples may run on Spark. If they do, models
   * are opened on this machine's CPU, wherever passes are computed.
   */
  public void checkPasses(CommonOptions common) {
    requireMaster(common);
    if (master == null) {
      return;
    }
    String device = common.device();
    if (device.startsWith(GPU + ":")) {
      throw common.mistake(
          "--device %s --spark: Spark chooses each task's GPU; write --device cuda"
              .formatted(device));
    }
    if (List.of("auto", "cpu", GPU).contains(device)) {
      // A pass on a GPU has all tokens at once, as one on a single thread has.
      common.openOnCpu(onGpus(common) ? 1 : common.threads());
    }
  }

  /** Whether passes are computed on GPUs: if asked for, or if Spark has some and nobody chose. */
  private boolean onGpus(CommonOptions common) {
    return common.device().equals(GPU)
        || (common.device().equals("auto")
            && (settings.containsKey(GPU_AMOUNT) || System.getProperty(GPU_AMOUNT) != null));
  }

  /**
   * The name of a model on this machine. What a URI names is copied here first, if passes are
   * computed on Spark.
   */
  public String here(String model, CommonOptions common) {
    if (master == null || !ModelStore.isUri(model)) {
      return model;
    }
    return ModelStore.find()
        .orElseThrow(this::absent)
        .copy(model, Map.copyOf(settings), common.console()::message)
        .toString();
  }

  /** Rejects settings without a master, and a master without the module. */
  private void requireMaster(CommonOptions common) {
    if (master == null && !settings.isEmpty()) {
      throw common.mistake("--spark-conf needs --spark MASTER");
    }
    if (master == null && ships) {
      throw common.mistake("--spark-ship needs --spark MASTER");
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
      throw common.mistake("--spark makes trials on processors: add --device cpu");
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
    if (master == null) {
      return BatchRunners.HERE;
    }
    ModelSize size = LanguageModel.size(path, options);
    int threads = options.threads() > 0 ? options.threads() : Torch.threads();
    int tokens = Math.max(1, options.batchTokens() / threads);
    return BatchRunners.find()
        .orElseThrow(this::absent)
        .start(
            new BatchRunners.Request(
                master,
                Map.copyOf(settings),
                ships,
                onGpus(common),
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
