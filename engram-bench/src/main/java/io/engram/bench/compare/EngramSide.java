package io.engram.bench.compare;

import io.engram.core.Version;
import io.engram.core.run.JsonFiles;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Torch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
      case "gemm" -> new GemmTask(Integer.parseInt(detail));
      case "score" -> new ScoreTask(model, workload);
      case "paper" -> MrdTask.paper(model, workload);
      case "mrd" -> MrdTask.ofAll(model, workload, detail);
      case "train" -> new TrainTask(model, workload);
      case "epoch" -> new EpochTask(model, workload);
      case "generate" -> new GenerateTask(model, workload);
      default -> throw new IllegalArgumentException("no task " + name);
    };
  }

  private static Map<String, Object> told(String name, Reading reading) throws IOException {
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
}
