package io.engram.core.certificate;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import io.engram.core.certificate.Certificate.Attack;
import io.engram.core.certificate.Certificate.Controls;
import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Request;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.metric.FactRecall;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.core.settings.Yaml;
import io.engram.core.stats.MeanWithError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the certificate of a finished run of {@code engram forget} from the files of its folder and
 * those of an audit of it, if there was one. Only numbers, words of Engram's own and salted digests
 * are taken over from files that hold texts.
 *
 * @param run the run folder
 * @param requests as the recipe's {@code forget.data} has them, before texts are cut
 */
public record RunCertificate(RunFolder run, List<Sample> requests) {
  private static final String NATS = "nats a token";

  /** Controls below which nothing is decided. */
  private static final int FEWEST_CONTROLS = 20;

  /**
   * Keys of a recipe whose single words in lower case are Engram's or a model's, not the user's.
   */
  private static final Set<String> CHOICES =
      Set.of(
          "name",
          "dtype",
          "save_dtype",
          "retain_loss",
          "reduction",
          "pair",
          "weight",
          "apply",
          "control_variate",
          "absolute",
          "tokens",
          "scope",
          "prefer",
          "decay",
          "schedule",
          "train",
          "targets",
          "rule",
          "keep",
          "suites");

  /** What a request is worth whose text was cut into several samples: the worst of them. */
  private static final List<String> WORST_FIRST =
      List.of(
          VerdictRow.KNOWN,
          VerdictRow.HIDDEN,
          VerdictRow.UNDECIDED,
          VerdictRow.OVER_FORGOTTEN,
          VerdictRow.FORGOTTEN,
          VerdictRow.NOT_KNOWN_BEFORE);

  /** Verdicts where a run has changed nothing. */
  private static final Set<String> UNTOUCHED =
      Set.of(VerdictRow.NOT_KNOWN_BEFORE, VerdictRow.UNDECIDED);

  /** The measures of requests: their ids, units, and names in {@code verdicts.jsonl}. */
  public static final Map<String, String> REQUEST_MEASURES = requestMeasures();

  private static Map<String, String> requestMeasures() {
    Map<String, String> units = new LinkedHashMap<>();
    units.put("log_prob", NATS);
    units.put("exact_memorization", "ratio");
    units.put("extraction_strength", "ratio");
    units.put("answer_recall", "ratio");
    units.put(FactRecall.NAME, "ratio");
    return units;
  }

  /**
   * Attacks that an audit can make: a part of their files' names, and what is left open without.
   */
  private static final Map<String, String> ATTACKS = attackSentences();

  private static Map<String, String> attackSentences() {
    Map<String, String> attacks = new LinkedHashMap<>();
    attacks.put("relearn", "Whether it comes back when the model is trained a little further.");
    attacks.put(
        "quant|int8|int4|nf4|round",
        "Whether it comes back when the model is stored with fewer bits.");
    attacks.put("sampl", "Whether it comes out when the model is asked many times.");
    attacks.put(
        "probe|word|paraphras",
        "Whether it comes out when asked in other words, in another language or in a longer talk.");
    attacks.put("prefix|extract|exposure", "Whether it comes out when an answer is begun for it.");
    attacks.put(
        "lens|inside|depth", "Whether it is still inside the model, where no answer shows it.");
    attacks.put("member|mia", "Whether one can tell that the requests were once learned.");
    attacks.put(
        "compos|finetun|merge",
        "Whether it comes back when the model is merged or trained on other data.");
    return attacks;
  }

  /**
   * The statement. The results are written into the model's card first, which is one of its files.
   * If the model knew none of the requests, the files after are the files before.
   *
   * @param before files of the model before, by their names in it
   * @param deployed the file that is served; null: none
   * @param digests with the run's salt
   * @throws EngramException if the run isn't a finished run of {@code engram forget}
   */
  public Statement statement(
      SortedMap<String, Path> before, @Nullable Path deployed, RequestDigest digests) {
    Certificate certificate = certificate(digests);
    CardResults.write(run.model(), certificate);
    CardResults.write(run.adapter(), certificate);
    SortedMap<String, Path> named = named(before);
    List<Statement.Subject> subjects = new ArrayList<>(Statement.subjects("before/", named));
    for (Path folder : List.of(run.model(), run.adapter())) {
      if (Files.isDirectory(folder)) {
        subjects.addAll(Statement.subjects(folder.getFileName() + "/", Trees.files(folder)));
      }
    }
    if (isUnchanged(certificate)) {
      subjects.addAll(Statement.subjects("model/", named));
    }
    if (deployed != null) {
      SortedMap<String, Path> file = new TreeMap<>();
      file.put(withoutWords(String.valueOf(deployed.getFileName())), deployed);
      subjects.addAll(Statement.subjects("deployed/", file));
    }
    return Statement.of(subjects, certificate);
  }

  /** A model that is one file has a name that the user chose; a folder's files have usual ones. */
  private SortedMap<String, Path> named(SortedMap<String, Path> before) {
    if (before.size() != 1) {
      return before;
    }
    SortedMap<String, Path> named = new TreeMap<>();
    before.forEach((name, file) -> named.put(withoutWords(name), file));
    return named;
  }

  /** Whether nothing was done because no request was known: the model after is the one before. */
  private boolean isUnchanged(Certificate certificate) {
    return !Files.isDirectory(run.model())
        && !Files.isDirectory(run.adapter())
        && !last(run.journal().read(), "stop").has("updates")
        && certificate.requests().each().stream()
            .allMatch(request -> UNTOUCHED.contains(request.verdict()));
  }

  /** The certificate alone. */
  public Certificate certificate(RequestDigest digests) {
    Manifest manifest = run.manifest();
    if (!manifest.status().equals("done") || !Files.isRegularFile(verdictsFile())) {
      throw EngramException.usage(
          run.path()
              + " is not a finished run of engram forget; only such a run has a certificate.");
    }
    List<JsonNode> rows = JsonFiles.readLines(verdictsFile(), JsonNode.class);
    List<JsonNode> journal = run.journal().read();
    List<Request> each = each(rows, digests);
    AuditSummary audit = audit();
    List<Attack> attacks = attacks(audit);
    Controls controls = controls(audit);
    return new Certificate(
        manifest.engram(),
        manifest.versions(),
        new Certificate.Run(
            manifest.startedAt(),
            manifest.endedAt(),
            manifest.device(),
            manifest.dtype(),
            manifest.template(),
            last(journal, "stop").path("updates").asInt(0),
            last(journal, "best").has("update")
                ? Integer.valueOf(last(journal, "best").path("update").asInt(0))
                : null),
        recipe(),
        new Certificate.Requests(each.size(), Certificate.Requests.DIGEST, digests.ofSalt(), each),
        controls,
        measurements(rows, journal),
        attacks,
        counts(each),
        countsByAttack(each),
        notChecked(attacks, audit, controls));
  }

  private Path verdictsFile() {
    return run.path().resolve(VerdictRow.FILE);
  }

  private List<Request> each(List<JsonNode> rows, RequestDigest digests) {
    Map<String, List<JsonNode>> byId = new LinkedHashMap<>();
    for (JsonNode row : rows) {
      byId.computeIfAbsent(row.path("id").asString(""), id -> new ArrayList<>()).add(row);
    }
    List<Request> each = new ArrayList<>();
    for (Sample request : requests) {
      List<JsonNode> own = new ArrayList<>(byId.getOrDefault(request.id(), List.of()));
      if (own.isEmpty()) {
        byId.forEach(
            (id, some) -> {
              if (id.matches(Pattern.quote(request.id()) + "#\\d+")) {
                own.addAll(some);
              }
            });
      }
      own.stream()
          .min(Comparator.comparing(row -> rank(word(row, "verdict"))))
          .ifPresent(row -> each.add(request(row, digests.of(request))));
    }
    if (each.isEmpty()) {
      throw EngramException.usage(
          "None of the requests in forget.data has a verdict in %s: have the data changed since?"
              .formatted(verdictsFile()));
    }
    return each;
  }

  private static Request request(JsonNode row, String digest) {
    String attack = word(row, "attack");
    return new Request(
        digest, word(row, "verdict"), word(row, "known_before"), attack.isEmpty() ? null : attack);
  }

  private static int rank(String verdict) {
    int rank = WORST_FIRST.indexOf(verdict);
    return rank < 0 ? WORST_FIRST.size() : rank;
  }

  /** A field that holds a word of Engram's; anything else, which may be a text, is left out. */
  private static String word(JsonNode row, String field) {
    String text = row.path(field).asString("");
    return text.matches("[a-z0-9_]{1,40}") ? text : text.isEmpty() ? "" : "other";
  }

  private static Map<String, Integer> counts(List<Request> each) {
    Map<String, Integer> counts = new TreeMap<>();
    each.forEach(request -> counts.merge(request.verdict(), 1, Integer::sum));
    return counts;
  }

  private static Map<String, Map<String, Integer>> countsByAttack(List<Request> each) {
    Map<String, Map<String, Integer>> counts = new TreeMap<>();
    for (Request request : each) {
      String attack = request.attack();
      if (attack != null) {
        counts
            .computeIfAbsent(attack, name -> new TreeMap<>())
            .merge(request.verdict(), 1, Integer::sum);
      }
    }
    return counts;
  }

  private List<Measure> measurements(List<JsonNode> rows, List<JsonNode> journal) {
    List<Measure> measures = new ArrayList<>();
    REQUEST_MEASURES.forEach(
        (id, unit) -> {
          Value before = mean(rows.stream().map(row -> row.path("before").path(id)));
          Value after = mean(rows.stream().map(row -> row.path("after").path(id)));
          double limit = rows.isEmpty() ? Double.NaN : number(rows.get(0).path("limits").path(id));
          if (after != null) {
            measures.add(
                new Measure(Measure.REQUESTS, id, unit, "lower", before, after, finite(limit)));
          }
        });
    JsonNode keep = last(journal, "keep");
    JsonNode best = last(journal, "best");
    if (keep.has("loss")) {
      int n = keep.path("samples").asInt(0);
      double best0 = number(best.path("keep_loss"));
      double after = Double.isNaN(best0) ? number(keep.path("loss")) : best0;
      measures.add(
          new Measure(
              Measure.KEPT,
              "loss",
              NATS,
              "lower",
              new Value(n, number(keep.path("start")), null),
              new Value(n, after, null),
              null));
    }
    measures.addAll(suites());
    return measures;
  }

  private List<Measure> suites() {
    Map<String, Measure> measures = new LinkedHashMap<>();
    for (Measurement measurement : run.measurements()) {
      boolean before = measurement.stage().equals("before");
      boolean either = before || measurement.stage().equals("after");
      if (!either || !Double.isFinite(measurement.value())) {
        continue;
      }
      Value value = new Value(measurement.n(), measurement.value(), measurement.standardError());
      Measure known = measures.get(measurement.metric());
      measures.put(
          measurement.metric(),
          new Measure(
              measurement.suite(),
              measurement.metric(),
              measurement.unit(),
              measurement.better(),
              before ? value : known == null ? null : known.before(),
              before ? known == null ? null : known.after() : value,
              null));
    }
    return List.copyOf(measures.values());
  }

  /** What the audit found; null without one. */
  private @Nullable AuditSummary audit() {
    Path file = run.path().resolve(AuditSummary.FILE);
    return Files.isRegularFile(file) ? JsonFiles.read(file, AuditSummary.class) : null;
  }

  private List<Attack> attacks(@Nullable AuditSummary audit) {
    if (audit == null) {
      return List.of();
    }
    List<Attack> attacks = new ArrayList<>();
    for (AuditSummary.Attacked attacked : audit.attacks()) {
      if (attacked.name().equals("none")) {
        continue; // The measurement without an attack is among the others.
      }
      Map<String, Map<String, Value>> values = new TreeMap<>();
      attacked
          .measures()
          .forEach(
              (model, means) -> {
                Map<String, Value> own = new TreeMap<>();
                int n = attacked.n().getOrDefault(model, 0);
                means.forEach(
                    (measure, mean) ->
                        own.put(measure, new Value(n, mean.mean(), finite(mean.standardError()))));
                values.put(model, own);
              });
      String best = attacked.best().get(AuditSummary.AFTER);
      attacks.add(
          new Attack(
              attacked.name(),
              attacked.summary(),
              best == null || best.isEmpty() ? null : withoutWords(best),
              values,
              attacked.limits(),
              attacked.known(),
              attacked.falseAlarms()));
    }
    return attacks;
  }

  /** Those that the verdicts follow from: the audit's, which may be others than the run's. */
  private @Nullable Controls controls(@Nullable AuditSummary audit) {
    if (audit != null) {
      return new Controls(audit.comparedWith(), audit.controls());
    }
    Path file = run.path().resolve(ForgetPlan.FILE);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    JsonNode controls = JsonFiles.read(file, JsonNode.class).path("controls");
    return controls.has("origin")
        ? new Controls(word(controls, "origin"), controls.path("n").asInt(0))
        : null;
  }

  private ObjectNode recipe() {
    ObjectNode recipe = Yaml.read(run.recipe(), run.path() + "/recipe.yaml");
    clean(recipe, RequestWords.of(requests));
    return recipe;
  }

  /** Leaves out what may hold words of the requests. A template is never made of them. */
  private static void clean(ObjectNode section, RequestWords words) {
    for (String key : section.propertyNames().stream().toList()) {
      JsonNode value = section.get(key);
      if (key.equals("template")) {
        continue;
      }
      if (value instanceof ObjectNode inner) {
        clean(inner, words);
      } else if (value instanceof ArrayNode list) {
        for (int i = 0; i < list.size(); i++) {
          if (list.get(i).isString() && reveals(key, list.get(i).asString(), words)) {
            list.set(i, Certificate.LEFT_OUT);
          }
        }
      } else if (value.isString()
          && (key.equals("where") || reveals(key, value.asString(), words))) {
        section.put(key, Certificate.LEFT_OUT);
      }
    }
  }

  /** Whether it shares a word with the requests and isn't one of Engram's own. */
  private static boolean reveals(String key, String value, RequestWords words) {
    boolean isChoice = CHOICES.contains(key) && value.matches("[a-z0-9_]+");
    return !isChoice && !words.sharedWith(value).isEmpty();
  }

  private String withoutWords(String name) {
    return RequestWords.of(requests).sharedWith(name).isEmpty() ? name : "file";
  }

  private List<String> notChecked(
      List<Attack> attacks, @Nullable AuditSummary audit, @Nullable Controls controls) {
    List<String> open = new ArrayList<>();
    ATTACKS.forEach(
        (part, sentence) -> {
          boolean done =
              attacks.stream()
                  .anyMatch(
                      attack ->
                          Arrays.stream(part.split("\\|", -1)).anyMatch(attack.name()::contains));
          if (!done) {
            open.add(sentence);
          }
        });
    if (audit != null) {
      audit.notChecked().stream()
          .map(left -> "Attack %s: %s".formatted(left.attack(), why(left)))
          .filter(sentence -> RequestWords.of(requests).sharedWith(sentence).isEmpty())
          .forEach(open::add);
    }
    if (controls != null && !controls.origin().equals("retrained")) {
      if (controls.n() < FEWEST_CONTROLS) {
        open.add(
            "Whether the requests are known: with fewer than %d controls there is no verdict."
                .formatted(FEWEST_CONTROLS));
      }
      if (controls.origin().equals("made")) {
        open.add(
            "How well real samples that the model has never seen are known: the controls were made from the requests.");
      }
      open.add("How well a model knows the requests that was trained without them.");
    }
    if (neutral()) {
      open.add(
          "What the model is made for: no samples to keep were given, and general questions stood in.");
    }
    open.add("What follows from the requests without being one.");
    open.add(
        "Other copies: earlier versions, models trained from them, and the data they learned.");
    return open;
  }

  /** Why an attack was not made; the message of one that failed may name a request. */
  private static String why(AuditSummary.NotChecked left) {
    if (!left.failed()) {
      return left.why();
    }
    return left.why().startsWith("ran out of time")
        ? "it ran out of time."
        : left.why().startsWith("ran out of memory") ? "it ran out of memory." : "it failed.";
  }

  private boolean neutral() {
    JsonNode data = Yaml.read(run.recipe(), "recipe.yaml").path("retain").path("data");
    return data.size() == 1 && data.path(0).asString("").endsWith(ForgetPlan.GENERAL);
  }

  private static JsonNode last(List<JsonNode> journal, String event) {
    return journal.stream()
        .filter(e -> e.path("event").asString("").equals(event))
        .reduce((a, b) -> b)
        .orElse(JsonFiles.mapper().createObjectNode());
  }

  private static @Nullable Value mean(Stream<JsonNode> numbers) {
    double[] values =
        numbers.mapToDouble(RunCertificate::number).filter(Double::isFinite).toArray();
    if (values.length == 0) {
      return null;
    }
    MeanWithError mean = MeanWithError.of(values);
    return new Value(mean.n(), mean.mean(), finite(mean.standardError()));
  }

  private static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.NaN;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
