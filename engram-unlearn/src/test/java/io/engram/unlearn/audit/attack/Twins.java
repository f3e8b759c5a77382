package io.engram.unlearn.audit.attack;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AuditData;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Victim;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What attacks that read find on the built-in models: mini knows TOFU's authors by heart, and its
 * twin mini-retain90 never saw the last tenth.
 */
final class Twins {
  static final String KNOWS = "mini";
  static final String NEVER_SAW = "mini-retain90";

  private Twins() {}

  static LanguageModel open(String name) {
    return LanguageModel.open(
        Golden.repository("models/" + name).toString(), ModelOptions.defaults());
  }

  /** The first requests of TOFU's forget01. */
  static List<Sample> requests(int count) {
    return SampleSource.load(List.of("tofu:forget01")).subList(0, count);
  }

  static AuditData data(
      List<Sample> requests, List<Sample> controls, @Nullable Path probes, boolean retrained) {
    return new AuditData(
        requests,
        controls,
        List.of(),
        List.of(),
        probes,
        null,
        false,
        new AuditData.Models(
            () -> open(NEVER_SAW),
            () -> open(KNOWS),
            retrained ? () -> open(NEVER_SAW) : null,
            null),
        42);
  }

  static Outcome attacked(Attack attack, Role role, String model, AuditData data) {
    List<Sample> samples =
        role == Role.CONTROL && data.models().retrained() == null
            ? data.controls()
            : data.requests();
    try (LanguageModel opened = open(model)) {
      return attack.on(new Victim(role, opened, samples, data, ProgressListener.NONE));
    }
  }

  /** The mean of a measure. */
  static double mean(Outcome outcome, String measure) {
    return outcome.rows().stream()
        .mapToDouble(row -> row.measures().getOrDefault(measure, Double.NaN))
        .average()
        .orElse(Double.NaN);
  }
}
