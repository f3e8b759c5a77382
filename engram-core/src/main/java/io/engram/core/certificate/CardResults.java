package io.engram.core.certificate;

import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.run.JsonFiles;
import io.engram.core.text.NumberText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The results of a run in its model's card: in the head in the form of Hugging Face's {@code
 * model-index}, and as a section to read. It says no more than the certificate, and nothing of what
 * was forgotten.
 *
 * <p><b>Source:</b> Hugging Face Hub, model card metadata ({@code modelcard.md}).
 */
final class CardResults {
  private static final String FILE = "README.md";
  private static final String RULE = "---\n";
  private static final String INDEX = "model-index:\n";
  private static final String SECTION = "\n## Results\n";

  private CardResults() {}

  /**
   * Writes the results into the card in a folder, where there is one; earlier ones are replaced.
   */
  static void write(Path folder, Certificate certificate) {
    Path file = folder.resolve(FILE);
    if (Files.isRegularFile(file)) {
      String card = JsonFiles.readText(file);
      String with = with(card, certificate);
      if (!with.equals(card)) {
        JsonFiles.writeText(file, with);
      }
    }
  }

  /** A card with these results. */
  static String with(String card, Certificate certificate) {
    int end = card.startsWith(RULE) ? card.indexOf("\n" + RULE, RULE.length()) : -1;
    if (end < 0) {
      return card; // It isn't a card of Engram's.
    }
    String head = card.substring(0, end + 1);
    String body = card.substring(end + 1);
    int index = head.indexOf(INDEX);
    int section = body.indexOf(SECTION);
    String title = body.lines().filter(line -> line.startsWith("# ")).findFirst().orElse("# model");
    return (index < 0 ? head : head.substring(0, index))
        + index(title.substring(2), certificate)
        + (section < 0 ? body : body.substring(0, section))
        + section(certificate);
  }

  /** Everything that was measured after the run, a metric each. */
  private static String index(String name, Certificate certificate) {
    StringBuilder yaml = new StringBuilder(INDEX);
    yaml.append("- name: ").append(JsonFiles.line(name)).append("\n  results:\n");
    List<String> of =
        certificate.measurements().stream()
            .filter(m -> m.after() != null)
            .map(Measure::of)
            .distinct()
            .toList();
    for (String set : of) {
      yaml.append("  - task:\n      type: text-generation\n    dataset:\n      type: ");
      yaml.append(JsonFiles.line(set.equals(Measure.REQUESTS) ? "requests-to-forget" : set));
      yaml.append("\n      name: ").append(JsonFiles.line(setName(set))).append("\n    metrics:\n");
      certificate.measurements().stream()
          .filter(m -> m.of().equals(set) && m.after() != null)
          .forEach(m -> yaml.append(metric(m)));
    }
    return yaml.toString();
  }

  private static String metric(Measure measure) {
    Value after = Objects.requireNonNull(measure.after());
    StringBuilder yaml = new StringBuilder();
    yaml.append("    - type: ").append(JsonFiles.line(measure.id()));
    yaml.append("\n      name: ").append(JsonFiles.line(words(measure)));
    yaml.append("\n      value: ").append(after.mean()).append("\n      args:\n");
    yaml.append("        n: ").append(after.n()).append('\n');
    yaml.append(number("standard_error", after.standardError()));
    Value before = measure.before();
    if (before != null) {
      yaml.append(number("before", before.mean()));
      yaml.append(number("before_standard_error", before.standardError()));
    }
    return yaml.append(number("limit", measure.limit())).toString();
  }

  private static String number(String key, @Nullable Double value) {
    return value == null ? "" : "        " + key + ": " + value + "\n";
  }

  private static String section(Certificate certificate) {
    List<String> lines = new ArrayList<>();
    lines.add(SECTION.strip());
    lines.add("");
    lines.add(
        "Of %d requests %s."
            .formatted(
                certificate.requests().n(),
                certificate.verdicts().entrySet().stream()
                    .map(verdict -> verdict.getValue() + " " + verdict.getKey().replace('_', ' '))
                    .collect(Collectors.joining(", "))));
    certificate
        .verdictsByAttack()
        .forEach(
            (attack, counts) ->
                lines.add(
                    "By attack %s: %s."
                        .formatted(
                            attack,
                            counts.entrySet().stream()
                                .map(c -> c.getValue() + " " + c.getKey().replace('_', ' '))
                                .collect(Collectors.joining(", ")))));
    lines.add("");
    lines.add("| measure | better | n | before ± SE | after ± SE | limit |");
    lines.add("|---|---|---|---|---|---|");
    for (Measure measure : certificate.measurements()) {
      Value after = measure.after();
      if (after != null) {
        lines.add(
            "| %s, %s (%s) | %s | %d | %s | %s | %s |"
                .formatted(
                    words(measure),
                    setName(measure.of()),
                    measure.unit(),
                    measure.better(),
                    after.n(),
                    text(measure.before()),
                    text(after),
                    measure.limit() == null ? "" : NumberText.plain(measure.limit())));
      }
    }
    lines.add("");
    lines.add(
        "SE: standard error over the n samples. Limit: the 95th percentile of samples that the model has never seen; a request is forgotten where no measure is above it.");
    lines.add("");
    lines.add("Not checked:");
    lines.add("");
    certificate.notChecked().forEach(sentence -> lines.add("- " + sentence));
    return "\n" + String.join("\n", lines) + "\n";
  }

  private static String words(Measure measure) {
    return measure.id().equals("log_prob")
        ? "log-probability"
        : measure.id().replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private static String setName(String of) {
    return switch (of) {
      case Measure.REQUESTS -> "requests to forget, not published";
      case Measure.KEPT -> "samples to keep that only measure";
      default -> "suite " + of;
    };
  }

  private static String text(@Nullable Value value) {
    if (value == null) {
      return "–";
    }
    Double error = value.standardError();
    return NumberText.plain(value.mean()) + (error == null ? "" : " ± " + NumberText.plain(error));
  }
}
