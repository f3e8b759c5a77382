package io.engram.bench.compare;

import io.engram.core.ProgressListener;
import io.engram.core.Version;
import io.engram.core.run.JsonFiles;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.MatrixProduct;
import io.engram.model.tensor.Torch;
import io.engram.model.text.TokenizedSample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Measures one task, once a line on standard input ({@code warm} for a warm-up), and prints a JSON
 * line each time. Arguments: {@code TASK MODEL FOLDER}, FOLDER a {@link Workload}. Tasks: {@code
 * gemm-SIZE}, {@code score}, {@code paper}, {@code mrd:name=antithetic} (keys of {@code
 * order.estimator}, with commas between them), {@code train}, {@code epoch}, {@code generate}.
 */
public final class EngramSide {
  private EngramSide() {}

  /** Measures until standard input ends. */
  public static void main(String[] arguments) throws IOException {
    String name = arguments[0];
    Workload workload = Workload.read(Path.of(arguments[2]));
    int threads = workload.settings().threads();
    ModelOptions d = ModelOptions.defaults();
    ModelOptions options =
        new ModelOptions(
            d.device(), d.dtype(), d.template(), d.base(), threads, d.batchTokens(), false, 0);
    try (LanguageModel model = LanguageModel.open(arguments[1], options);
        Task task = task(name, model, workload);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      String line = in.readLine();
      while (line != null) {
        System.out.println(JsonFiles.line(told(name, task.measure(line.equals("warm")))));
        line = in.readLine();
      }
    }
  }

  private static Task task(String name, LanguageModel model, Workload workload) {
    String kind = name.split("[-:]", 2)[0];
    String detail = name.substring(Math.min(name.length(), kind.length() + 1));
    return switch (kind) {
      case "gemm" -> new Gemm(Integer.parseInt(detail));
      case "score" -> new Score(model, workload);
      case "paper" -> MrdTask.paper(model, workload);
      case "mrd" -> MrdTask.ofAll(model, workload, detail);
      case "train" -> new TrainTask(model, workload);
      case "epoch" -> new EpochTask(model, workload);
      case "generate" -> new Generate(model, workload);
      default -> throw new IllegalArgumentException("no task " + name);
    };
  }

  private static Map<String, Object> told(String name, Task.Reading reading) throws IOException {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("task", name);
    told.put("seconds", List.of(reading.seconds()));
    told.put("tokens", reading.tokens());
    told.put("peak_rss_bytes", peakResidentBytes());
    told.put("version", "Engram " + Version.code() + ", libtorch " + Torch.version());
    told.putAll(reading.more());
    return told;
  }

  /** The largest resident memory so far; −1 where the system doesn't tell. */
  private static long peakResidentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return -1;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(-1);
  }

  /**
   * Seconds of a float32 product of two {@code [size, size]} matrices, the best of five; filling
   * them counts.
   */
  private record Gemm(int size) implements Task {
    private static final int PRODUCTS = 5;

    @Override
    public Reading measure(boolean warmUp) {
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i < PRODUCTS; i++) {
        long start = System.nanoTime();
        MatrixProduct.run(size);
        best = Math.min(best, Reading.since(start));
      }
      return new Reading(best, 0, Map.of());
    }
  }

  /** Log-probabilities of the labelled tokens of the forget set; {@code check} is their sum. */
  private record Score(LanguageModel model, Workload workload) implements Task {
    @Override
    public Reading measure(boolean warmUp) {
      long start = System.nanoTime();
      List<double[]> logProbs =
          new Scorer(model).logProbs(workload.forget(), ProgressListener.NONE);
      double seconds = Reading.since(start);
      double sum = logProbs.stream().mapToDouble(l -> Arrays.stream(l).sum()).sum();
      return new Reading(seconds, Workload.tokens(workload.forget()), Map.of("check", sum));
    }
  }

  /** Greedy continuation of prompts, with no end token, so that all are of the same length. */
  private record Generate(LanguageModel model, Workload workload) implements Task {
    @Override
    public Reading measure(boolean warmUp) {
      Workload.Settings settings = workload.settings();
      List<int[]> prompts =
          workload.forget(settings.promptSamples()).stream()
              .map(TokenizedSample::promptIds)
              .toList();
      long start = System.nanoTime();
      List<Generation> written =
          new Generator(model.decoder(), Set.of())
              .greedy(prompts, settings.newTokens(), ProgressListener.NONE);
      double seconds = Reading.since(start);
      List<int[]> ids = written.stream().map(Generation::ids).toList();
      return new Reading(seconds, ids.stream().mapToInt(i -> i.length).sum(), Map.of("ids", ids));
    }
  }
}
