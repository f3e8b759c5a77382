package io.engram.core.certificate;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run of {@code engram forget} certifies: the predicate of its {@link Statement}. It holds
 * no text and no id of a request, nor a digest that could be found by trying.
 *
 * @param engram version and commit of Engram
 * @param versions of Java, libtorch and the system
 * @param run how it was carried out
 * @param recipe the resolved recipe; conditions on rows, and values that share a word with the
 *     requests, are left out
 * @param requests what was to be forgotten
 * @param controls what the requests are compared with; null: not recorded
 * @param measurements before and after
 * @param attacks what the audit measured; empty without an audit
 * @param verdicts how many requests have which verdict
 * @param verdictsByAttack the same of requests whose verdict an attack decided, by attack
 * @param notChecked what nobody has looked at, in sentences
 */
public record Certificate(
    String engram,
    Map<String, String> versions,
    Run run,
    ObjectNode recipe,
    Requests requests,
    @Nullable Controls controls,
    List<Measure> measurements,
    List<Attack> attacks,
    Map<String, Integer> verdicts,
    Map<String, Map<String, Integer>> verdictsByAttack,
    List<String> notChecked) {
  /** The file's name in a run folder. */
  public static final String FILE = "certificate.json";

  /** What stands in the recipe for a value that is left out. */
  public static final String LEFT_OUT = "(left out)";

  /** Checks that nothing is missing, as it may be in a file from elsewhere. */
  public Certificate {
    require(engram, "engram");
    require(run, "run");
    require(recipe, "recipe");
    require(requests, "requests");
    require(measurements, "measurements");
    require(verdicts, "verdicts");
    versions = Objects.requireNonNullElse(versions, Map.of());
    attacks = List.copyOf(Objects.requireNonNullElse(attacks, List.of()));
    verdictsByAttack = Objects.requireNonNullElse(verdictsByAttack, Map.of());
    notChecked = List.copyOf(Objects.requireNonNullElse(notChecked, List.of()));
    measurements = List.copyOf(measurements);
  }

  /**
   * How the run was carried out.
   *
   * @param startedAt ISO 8601
   * @param endedAt likewise; null: not recorded
   * @param template in which the model was asked
   * @param updates updates made
   * @param savedAfter updates after which the saved model was the best; null: the last
   */
  public record Run(
      String startedAt,
      @Nullable String endedAt,
      String device,
      String dtype,
      String template,
      int updates,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer savedAfter) {}

  /**
   * What was to be forgotten.
   *
   * @param n how many
   * @param digest how a digest is made, see {@link RequestDigest}
   * @param saltSha256 the SHA-256 of the salt
   * @param each in the order of the data
   */
  public record Requests(int n, String digest, String saltSha256, List<Request> each) {
    /** How a digest is made. */
    public static final String DIGEST = "sha256(salt || packed)";

    /** Checks that nothing is missing. */
    public Requests {
      require(digest, "requests.digest");
      require(saltSha256, "requests.salt_sha256");
      require(each, "requests.each");
      each = List.copyOf(each);
    }
  }

  /**
   * A request.
   *
   * @param digest salted
   * @param verdict as in {@code verdicts.jsonl}
   * @param knownBefore likewise
   * @param attack the attack that decided the verdict; null: none
   */
  public record Request(
      String digest,
      String verdict,
      String knownBefore,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String attack) {
    /** Checks that nothing is missing. */
    public Request {
      require(digest, "digest of a request");
      require(verdict, "verdict of a request");
    }
  }

  /**
   * What requests are compared with.
   *
   * @param origin {@code given}, {@code retrained} or {@code made}
   * @param n how many
   */
  public record Controls(String origin, int n) {}

  /**
   * A measure before and after.
   *
   * @param of {@code requests}, {@code kept}, or the suite that measured it
   * @param id stable
   * @param unit {@code ratio}, {@code nats a token}, …
   * @param better {@code lower}, {@code higher} or {@code nearer 0}
   * @param before null: not measured
   * @param after likewise
   * @param limit the 95th percentile of samples never seen; null: none
   */
  public record Measure(
      String of,
      String id,
      String unit,
      String better,
      @Nullable Value before,
      @Nullable Value after,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double limit) {
    /** {@link #of} of the measures on the requests. */
    public static final String REQUESTS = "requests";

    /** {@link #of} of the measures on samples to keep. */
    public static final String KEPT = "kept";

    /** Checks that nothing is missing. */
    public Measure {
      require(of, "set of a measure");
      require(id, "id of a measure");
    }
  }

  /**
   * A mean.
   *
   * @param n number of samples
   * @param standardError of the mean; null: not known
   */
  public record Value(int n, double mean, @Nullable Double standardError) {}

  /**
   * What an attack of the audit found.
   *
   * @param name of the attack
   * @param summary what it does
   * @param setting the attacker's best on the model after; null: it has only one
   * @param values by model ({@code after}, {@code before}, {@code control}) and measure
   * @param limits the 95th percentile of samples never seen under this attack, by measure
   * @param known requests known under it, of those known before
   * @param falseAlarms samples never seen that the same rule calls known
   */
  public record Attack(
      String name,
      String summary,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String setting,
      Map<String, Map<String, Value>> values,
      Map<String, Double> limits,
      int known,
      int falseAlarms) {}

  private static void require(@Nullable Object part, String name) {
    if (part == null) {
      throw new IllegalArgumentException("the certificate has no " + name);
    }
  }
}
