package io.engram.report.page;

import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Certificate.Attack;
import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.Statement;
import io.engram.core.run.Hashes;
import io.engram.core.run.VerdictRow;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A certificate in words for someone who has to rely on it: what was asked, done, found and not
 * checked, and how to verify it.
 *
 * @param title the result in a line
 * @param asked what was asked
 * @param done what was done
 * @param verdicts how many requests have which verdict, in words
 * @param standard what a request was compared with
 * @param measures before and after
 * @param attacks what attacks found; empty without an audit
 * @param notChecked what nobody looked at
 * @param signatures the ids of the keys; empty if nobody has signed
 * @param files name and SHA-256
 * @param requests digest and verdict of each
 * @param payload SHA-256 of what was signed
 * @param made version of Engram
 */
public record CertificateView(
    String title,
    List<String> asked,
    List<String> done,
    List<Verdict> verdicts,
    String standard,
    List<Row> measures,
    List<AttackRow> attacks,
    List<String> notChecked,
    List<String> signatures,
    Map<String, String> files,
    List<Certificate.Request> requests,
    String payload,
    String made) {
  /** A verdict, what it means, and how many requests have it. */
  public record Verdict(String name, String meaning, int count) {}

  /** A measure in words. */
  public record Row(
      String name, String better, String n, String before, String after, String limit) {}

  /** An attack in words. */
  public record AttackRow(String name, String summary, int known, int falseAlarms) {}

  /** The verdicts in the order of the page, with their meanings. */
  private static final Map<String, String> MEANINGS = meanings();

  private static Map<String, String> meanings() {
    Map<String, String> meanings = new LinkedHashMap<>();
    meanings.put(
        VerdictRow.FORGOTTEN,
        "The model knows it no better than things of the same kind that it has never seen.");
    meanings.put(
        VerdictRow.OVER_FORGOTTEN,
        "It is forgotten, and so thoroughly that one can tell that something was deleted.");
    meanings.put(VerdictRow.HIDDEN, "The model no longer says it, but it comes back under attack.");
    meanings.put(VerdictRow.KNOWN, "The model still knows it.");
    meanings.put(
        VerdictRow.UNDECIDED,
        "The measures disagree, or there was too little to compare with: no verdict.");
    meanings.put(VerdictRow.NOT_KNOWN_BEFORE, "The model never knew it; nothing was done.");
    return meanings;
  }

  /** Of a certificate. */
  public static CertificateView of(Dsse envelope, Statement statement) {
    Certificate certificate = statement.predicate();
    Map<String, String> files = new LinkedHashMap<>();
    statement.subject().forEach(each -> files.put(each.name(), each.sha256()));
    return new CertificateView(
        title(certificate),
        asked(certificate),
        done(certificate, statement.isUnchanged()),
        verdicts(certificate),
        standard(certificate),
        certificate.measurements().stream()
            .filter(m -> m.after() != null)
            .map(CertificateView::row)
            .toList(),
        certificate.attacks().stream().map(CertificateView::attack).toList(),
        certificate.notChecked(),
        envelope.signatures().stream()
            .map(signature -> signature.keyid() == null ? "not named" : signature.keyid())
            .toList(),
        files,
        certificate.requests().each(),
        Hashes.sha256(envelope.text()),
        certificate.engram());
  }

  private static String title(Certificate certificate) {
    int n = certificate.requests().n();
    int gone =
        certificate.verdicts().getOrDefault(VerdictRow.FORGOTTEN, 0)
            + certificate.verdicts().getOrDefault(VerdictRow.OVER_FORGOTTEN, 0);
    int never = certificate.verdicts().getOrDefault(VerdictRow.NOT_KNOWN_BEFORE, 0);
    if (never == n) {
      return "The model knew none of %s".formatted(NumberText.counted(n, "request"));
    }
    List<String> parts = new ArrayList<>();
    parts.add(
        "%d of %s %s found forgotten"
            .formatted(gone, NumberText.counted(n, "request"), gone == 1 ? "was" : "were"));
    int known = certificate.verdicts().getOrDefault(VerdictRow.KNOWN, 0);
    int hidden = certificate.verdicts().getOrDefault(VerdictRow.HIDDEN, 0);
    int undecided = certificate.verdicts().getOrDefault(VerdictRow.UNDECIDED, 0);
    add(parts, known, "still known");
    add(parts, hidden, "only hidden");
    add(parts, undecided, "undecided");
    if (never > 0) {
      parts.add("%d %s never known".formatted(never, never == 1 ? "was" : "were"));
    }
    return String.join("; ", parts);
  }

  private static void add(List<String> parts, int count, String what) {
    if (count > 0) {
      parts.add("%d %s %s".formatted(count, count == 1 ? "is" : "are", what));
    }
  }

  private static List<String> asked(Certificate certificate) {
    return List.of(
        "A language model was to forget %s that it had learned: questions with their answers, or texts."
            .formatted(NumberText.counted(certificate.requests().n(), "request")),
        "The requests' texts are not in this document. Each is identified by a digest, a fingerprint that can be compared with a text but from which no text can be found. Comparing needs a secret number, the salt, which the owner of the run keeps.");
  }

  private static List<String> done(Certificate certificate, boolean unchanged) {
    JsonNode recipe = certificate.recipe();
    Certificate.Run run = certificate.run();
    List<String> done = new ArrayList<>();
    String end = run.endedAt() == null ? "an unknown time" : run.endedAt();
    done.add(
        unchanged
            ? "Nothing was changed, because the model was not found to know any of the requests: the model after is the model before, file by file. It was asked on %s in %s, from %s to %s."
                .formatted(run.device(), run.dtype(), run.startedAt(), end)
            : "The model was trained with the method %s in %s, on %s in %s, from %s to %s."
                .formatted(
                    recipe.path("method").path("name").asString("not named"),
                    NumberText.counted(run.updates(), "step"),
                    run.device(),
                    run.dtype(),
                    run.startedAt(),
                    end));
    Integer saved = run.savedAfter();
    if (saved != null) {
      done.add(
          "The model that was saved is the best that was seen, after step %d.".formatted(saved));
    }
    done.add(
        "Program: Engram %s (%s). All settings are in the certificate."
            .formatted(
                certificate.engram(),
                certificate.versions().entrySet().stream()
                    .map(version -> version.getKey() + " " + version.getValue())
                    .collect(Collectors.joining(", "))));
    return done;
  }

  private static List<Verdict> verdicts(Certificate certificate) {
    List<Verdict> verdicts = new ArrayList<>();
    MEANINGS.forEach(
        (verdict, meaning) -> {
          int count = certificate.verdicts().getOrDefault(verdict, 0);
          if (count > 0) {
            verdicts.add(new Verdict(words(verdict), meaning, count));
          }
        });
    return verdicts;
  }

  private static String words(String id) {
    return id.replace('_', ' ');
  }

  private static String standard(Certificate certificate) {
    Certificate.Controls controls = certificate.controls();
    if (controls == null) {
      return "What the requests were compared with is not recorded.";
    }
    String n = NumberText.counted(controls.n(), "sample");
    return switch (controls.origin()) {
      case "retrained" ->
          "Compared with a model that was trained without the requests (%s).".formatted(n);
      case "made" ->
          "Compared with %s that the program made from the requests by exchanging names, numbers and other words. This is the weakest comparison."
              .formatted(n);
      default -> "Compared with %s of the same kind that the model has never seen.".formatted(n);
    };
  }

  private static Row row(Measure measure) {
    String name =
        measure.id().equals("log_prob")
            ? "log-probability of the true answer"
            : words(measure.id());
    String of =
        switch (measure.of()) {
          case Measure.REQUESTS -> "requests";
          case Measure.KEPT -> "what is to be kept";
          default -> measure.of();
        };
    Value after = measure.after();
    return new Row(
        "%s, %s (%s)".formatted(name, of, measure.unit()),
        measure.better(),
        after == null ? "" : String.valueOf(after.n()),
        text(measure.before()),
        text(after),
        measure.limit() == null ? "" : NumberText.significant(measure.limit()));
  }

  private static String text(@Nullable Value value) {
    if (value == null) {
      return "–";
    }
    Double error = value.standardError();
    return NumberText.significant(value.mean())
        + (error == null ? "" : " ± " + NumberText.significant(error));
  }

  private static AttackRow attack(Attack attack) {
    return new AttackRow(
        words(attack.name()), attack.summary(), attack.known(), attack.falseAlarms());
  }
}
