package io.engram.core.certificate;

import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.run.Hashes;
import io.engram.core.sample.Sample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What agrees with a certificate, what differs, and what could not be checked. Checks that are made
 * on nothing leave a sentence under {@link #notChecked}, so a result is never better than what was
 * given.
 */
public final class Verification {
  /** Rows that a message names. */
  private static final int NAMED = 5;

  private final List<Check> checks = new ArrayList<>();
  private final List<String> notChecked = new ArrayList<>();

  /**
   * A check that was made.
   *
   * @param what was compared
   * @param agrees whether it agrees with the certificate
   * @param detail how, or what differs
   */
  public record Check(String what, boolean agrees, String detail) {}

  /** The checks that were made, in order. */
  public List<Check> checks() {
    return List.copyOf(checks);
  }

  /** What could not be checked, in sentences. */
  public List<String> notChecked() {
    return List.copyOf(notChecked);
  }

  /** Whether nothing differs. */
  public boolean agrees() {
    return checks.stream().allMatch(Check::agrees);
  }

  /** Adds what could not be checked. */
  public void leave(String sentence) {
    notChecked.add(sentence);
  }

  private void add(String what, boolean agrees, String detail) {
    checks.add(new Check(what, agrees, detail));
  }

  /**
   * The signature.
   *
   * @param key null: none was given
   */
  public void signature(Dsse envelope, @Nullable PublicKey key) {
    if (key == null) {
      leave(
          envelope.signatures().isEmpty()
              ? "Who wrote the certificate: it is not signed, so anyone could have."
              : "The signature: give the signer's key with --public-key.");
      return;
    }
    if (envelope.signatures().isEmpty()) {
      add("signature", false, "the certificate is not signed");
      return;
    }
    boolean valid = envelope.isSignedBy(key);
    String id = SigningKey.id(key);
    boolean named = envelope.signatures().stream().anyMatch(s -> id.equals(s.keyid()));
    add(
        "signature",
        valid,
        valid
            ? "made with the key " + id
            : named
                ? "does not fit: the certificate or its signature was changed after signing"
                : "was not made with this key, " + id);
  }

  /**
   * Whether the certificate's totals are those of its own list of requests. Only what differs is
   * noted: that a certificate agrees with itself is no check against anything given.
   */
  public void totals(Certificate certificate) {
    List<Certificate.Request> each = certificate.requests().each();
    Map<String, Integer> verdicts = new TreeMap<>();
    Map<String, Map<String, Integer>> byAttack = new TreeMap<>();
    for (Certificate.Request request : each) {
      verdicts.merge(request.verdict(), 1, Integer::sum);
      String attack = request.attack();
      if (attack != null) {
        byAttack
            .computeIfAbsent(attack, name -> new TreeMap<>())
            .merge(request.verdict(), 1, Integer::sum);
      }
    }
    List<String> differing = new ArrayList<>();
    if (certificate.requests().n() != each.size()) {
      differing.add(
          "n is %d, listed are %d requests".formatted(certificate.requests().n(), each.size()));
    }
    if (!certificate.verdicts().equals(verdicts)) {
      differing.add(
          "verdicts are %s, of the listed requests %s".formatted(certificate.verdicts(), verdicts));
    }
    if (!certificate.verdictsByAttack().equals(byAttack)) {
      differing.add(
          "verdicts by attack are %s, of the listed requests %s"
              .formatted(certificate.verdictsByAttack(), byAttack));
    }
    if (!differing.isEmpty()) {
      add("totals", false, String.join("; ", differing));
    }
  }

  /**
   * The files of a model.
   *
   * @param what the files are, for the reader
   * @param expected digests by name
   * @param found files by name
   */
  public void files(String what, SortedMap<String, String> expected, Map<String, Path> found) {
    List<String> differing = new ArrayList<>();
    expected.forEach(
        (name, digest) -> {
          Path file = found.get(name);
          if (file == null || !Files.isRegularFile(file)) {
            differing.add(name + " is missing");
          } else if (!Hashes.sha256(file).equals(digest)) {
            differing.add(file + " differs");
          }
        });
    found.keySet().stream()
        .filter(name -> !expected.containsKey(name))
        .forEach(name -> differing.add(name + " is not in the certificate"));
    add(
        what,
        differing.isEmpty(),
        differing.isEmpty()
            ? "%d files, each byte the same".formatted(expected.size())
            : String.join("; ", differing));
  }

  /**
   * The requests.
   *
   * @param rows those that were given
   * @param digests null: there is no salt
   */
  public void requests(
      Certificate.Requests certified, List<Sample> rows, @Nullable RequestDigest digests) {
    if (digests == null) {
      leave(
          "The requests: their digests can't be computed without the salt, which the run keeps in "
              + RequestDigest.SALT
              + " (--salt).");
      return;
    }
    if (!digests.ofSalt().equals(certified.saltSha256())) {
      add("salt", false, "is not the one that the certificate was made with");
      leave("The requests: the salt is another run's.");
      return;
    }
    Map<String, Integer> open = new HashMap<>();
    certified.each().forEach(request -> open.merge(request.digest(), 1, Integer::sum));
    List<String> strange = new ArrayList<>();
    for (Sample row : rows) {
      String digest = digests.of(row);
      if (open.merge(digest, -1, Integer::sum) < 0) {
        open.remove(digest);
        strange.add(row.id());
      }
    }
    int missing = open.values().stream().filter(left -> left > 0).mapToInt(left -> left).sum();
    add(
        "requests",
        strange.isEmpty(),
        strange.isEmpty()
            ? "%d of %d, each the same".formatted(rows.size(), certified.n())
            : "not as certified, or not among the requests: %s %s"
                .formatted(strange.size() == 1 ? "row" : "rows", named(strange)));
    if (missing > 0) {
      leave(
          "%d of the %d requests: no row with their text was given."
              .formatted(missing, certified.n()));
    }
  }

  private static String named(List<String> all) {
    String first = String.join(", ", all.subList(0, Math.min(NAMED, all.size())));
    return all.size() > NAMED ? first + " and " + (all.size() - NAMED) + " more" : first;
  }

  /**
   * Measures on the requests, measured again.
   *
   * @param stage {@code before} or {@code after}
   * @param measured means by the measures' ids
   * @param tolerance by which a mean may differ, in its own unit: rounding differs among machines
   */
  public void measures(
      Certificate certificate, String stage, Map<String, Value> measured, double tolerance) {
    List<String> differing = new ArrayList<>();
    Map<String, Double> distances = new LinkedHashMap<>();
    for (Measure measure : certificate.measurements()) {
      Value certified = stage.equals("before") ? measure.before() : measure.after();
      Value now = measured.get(measure.id());
      if (!measure.of().equals(Measure.REQUESTS) || certified == null) {
        continue;
      }
      if (now == null || now.n() != certified.n()) {
        differing.add(
            "%s is over %d requests, %d were measured"
                .formatted(measure.id(), certified.n(), now == null ? 0 : now.n()));
        continue;
      }
      double distance = Math.abs(now.mean() - certified.mean());
      distances.put(measure.id(), distance);
      if (!(distance <= tolerance)) {
        differing.add(
            String.format(
                Locale.ROOT,
                "%s is %.4f, certified %.4f",
                measure.id(),
                now.mean(),
                certified.mean()));
      }
    }
    double largest =
        distances.values().stream().filter(Objects::nonNull).mapToDouble(d -> d).max().orElse(0);
    add(
        "measured again, " + stage,
        differing.isEmpty(),
        differing.isEmpty()
            ? String.format(
                Locale.ROOT,
                "%d measures, the largest difference of a mean %.2g (tolerance %s)",
                distances.size(),
                largest,
                tolerance)
            : String.join("; ", differing) + " (tolerance " + tolerance + ")");
  }
}
