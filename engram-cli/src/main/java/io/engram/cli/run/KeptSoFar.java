package io.engram.cli.run;

import io.engram.cli.output.Console;
import io.engram.core.EngramException;
import io.engram.core.ledger.KeepLosses;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry.Kept;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.unlearn.method.Methods;
import io.engram.unlearn.method.UnlearningMethod;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a ledger's requests have cost the samples to keep so far. Each request has its own bound,
 * since a later one must be honoured like the first. A bound that the user names counts from the
 * first request's start, where the samples are the same.
 *
 * @param ledger the ledger
 * @param data digest of the samples to keep of the next request; null: none are given, and general
 *     questions stand in
 */
record KeptSoFar(Ledger ledger, @Nullable String data) {
  private static final String BOUND = "method.retain_bound=";
  private static final String METHOD = "method.name=";

  /** Before a request. */
  static KeptSoFar of(Ledger ledger, ForgetRequest request, @Nullable Long seed) {
    return new KeptSoFar(ledger, data(request, seed));
  }

  /** Rows, seed and keys decide which samples are held back to measure. */
  private static @Nullable String data(ForgetRequest request, @Nullable Long seed) {
    if (request.keep() == null) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    SampleSource.load(request.keep()).stream()
        .map(Sample::row)
        .map(JsonFiles::line)
        .forEach(parts::add);
    parts.add(String.valueOf(seed));
    request.overrides().stream()
        .filter(key -> key.startsWith("retain.") || key.startsWith("seed="))
        .forEach(parts::add);
    return Hashes.sha256(String.join("\n", parts));
  }

  /**
   * What is left of the bound for a request; says how much it is.
   *
   * @return nats a token; null: the run's own bound holds
   * @throws EngramException of kind USAGE if nothing is left
   */
  @Nullable Double left(ForgetRequest request, Console console) {
    KeepLosses losses = KeepLosses.of(ledger.entries());
    if (losses.all().isEmpty()) {
      return null;
    }
    Double total = request.keepLoss();
    boolean same = losses.all().stream().anyMatch(kept -> Objects.equals(kept.data(), data));
    if (data == null || !same || total == null || !bounds(request)) {
      if (losses.sum() > 0) {
        console.message(
            "Earlier requests have raised the loss on samples to keep by %.3f nats a token in all (%d of them). Each may raise it by its own bound, so losses add up.%s"
                .formatted(
                    losses.sum(),
                    losses.all().size(),
                    same && data != null
                        ? " With --keep-loss NATS the bound counts from the first request."
                        : ""));
      }
      return null;
    }
    double rise = losses.rise(data);
    if (rise >= total) {
      throw EngramException.usage(
          "Nothing is left of the bound on samples to keep: since the first request their loss has risen by %.3f nats a token, and %.3f are allowed.\nAllow more with --keep-loss NATS, which counts from there too, or let the ledger's first model, %s, forget all requests in one run."
              .formatted(rise, total, ledger.entries().get(0).modelBefore().path()));
    }
    console.message(
        "Since the first request the loss on samples to keep has %s by %.3f nats a token; this run may raise it by %.3f, up to %.3f in all."
            .formatted(rise < 0 ? "fallen" : "risen", Math.abs(rise), total - rise, total));
    return total - rise;
  }

  /** Whether the run's method has a bound that the user leaves to the command. */
  private static boolean bounds(ForgetRequest request) {
    return request.overrides().stream()
        .noneMatch(key -> key.startsWith(BOUND) || (key.startsWith(METHOD) && !hasBound(key)));
  }

  private static boolean hasBound(String override) {
    Class<? extends UnlearningMethod> method =
        Methods.ALL.find(override.substring(METHOD.length())).orElse(null);
    return method == null
        || Arrays.stream(method.getRecordComponents())
            .anyMatch(part -> part.getName().equals("retainBound"));
  }

  /** What the request's run cost; null if nothing was done, or nothing measured. */
  @Nullable Kept after(Path run) {
    JsonNode keep = null;
    JsonNode best = null;
    for (JsonNode event : JsonFiles.readLines(run.resolve("journal.jsonl"), JsonNode.class)) {
      String name = event.path("event").asString("");
      keep = name.equals("keep") ? event : keep;
      best = name.equals("best") ? event : best;
    }
    if (keep == null) {
      return null;
    }
    double after =
        best != null && best.has("keep_loss")
            ? JsonFiles.number(best.path("keep_loss"))
            : JsonFiles.number(keep.path("loss"));
    double risen = KeepLosses.of(ledger.entries()).rise(data);
    return new Kept(
        data,
        keep.path("samples").asInt(0),
        JsonFiles.number(keep.path("start")),
        after,
        keep.has("bound") ? Double.valueOf(JsonFiles.number(keep.path("bound")) + risen) : null);
  }
}
