package io.engram.cli.run;

import io.engram.cli.option.CommandRecipe;
import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.output.Table;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.Trees;
import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.RequestDigest;
import io.engram.core.certificate.SigningKey;
import io.engram.core.certificate.Statement;
import io.engram.core.certificate.Verification;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunModel;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.unlearn.forget.Remeasured;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.SampleSets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Carries out {@code engram verify}: compares a certificate with what is given.
 *
 * @param given what was given
 * @param common how to compute
 */
public record VerifyRun(Given given, CommonOptions common) {
  /** Exit code where something differs. */
  public static final int DIFFERS = 3;

  private static final Map<String, String> FOLDERS =
      Map.of("model/", "model after", "adapter/", "adapter");

  /**
   * What a certificate is compared with; null: not given.
   *
   * @param certificate the file
   * @param model folder of the model after; otherwise what lies beside the certificate
   * @param before the model before
   * @param deployed the file that is served
   * @param requests data
   * @param salt file; otherwise what lies beside the certificate
   * @param publicKey file
   * @param tolerance by which means may differ; null: nothing is measured again
   */
  public record Given(
      Path certificate,
      @Nullable Path model,
      @Nullable String before,
      @Nullable Path deployed,
      @Nullable String requests,
      @Nullable Path salt,
      @Nullable Path publicKey,
      @Nullable Double tolerance) {}

  /** Carries it out; returns the exit code. */
  public int carryOut() {
    Dsse envelope = Dsse.read(given.certificate());
    Statement statement = Statement.of(envelope, given.certificate());
    if (given.deployed() != null && statement.digests("deployed/").isEmpty()) {
      throw EngramException.usage(
          "--deployed %s: %s names no file that is served, so there is nothing to compare it with; leave it out"
              .formatted(given.deployed(), given.certificate()));
    }
    PublicKey key = given.publicKey() == null ? null : SigningKey.readPublic(given.publicKey());
    Verification verification = new Verification();
    verification.signature(envelope, key);
    verification.totals(statement.predicate());
    if (statement.isUnchanged()) {
      unchanged(verification, statement);
    } else {
      folder(verification, statement, "model/");
      folder(verification, statement, "adapter/");
    }
    before(verification, statement);
    deployed(verification, statement);
    requests(verification, statement.predicate());
    remeasure(verification, statement);
    show(verification);
    return verification.agrees() ? 0 : DIFFERS;
  }

  /** The model after, which is the model before. */
  private void unchanged(Verification verification, Statement statement) {
    SortedMap<String, String> expected = statement.digests("model/");
    String model = unchanged();
    if (model == null) {
      verification.leave(
          "The files of the model after, which are those of the model before: %d digests, no model was given (--model)."
              .formatted(expected.size()));
      return;
    }
    verification.files(
        "model after", expected, LanguageModel.files(model, base(statement.predicate())));
  }

  private @Nullable String unchanged() {
    return given.model() == null ? given.before() : given.model().toString();
  }

  private void folder(Verification verification, Statement statement, String prefix) {
    SortedMap<String, String> expected = statement.digests(prefix);
    String what = Objects.requireNonNull(FOLDERS.get(prefix));
    if (expected.isEmpty()) {
      return;
    }
    Path folder = folder(statement, prefix);
    if (folder == null) {
      verification.leave(
          "The files of the %s: %d digests, no folder was given (--model)."
              .formatted(what, expected.size()));
      return;
    }
    verification.files(what, expected, Trees.files(folder));
  }

  /** The folder of the model or adapter: the one given, or what lies beside the certificate. */
  private @Nullable Path folder(Statement statement, String prefix) {
    Path model = given.model();
    boolean isMain = prefix.equals("model/") || statement.digests("model/").isEmpty();
    if (model != null && isMain) {
      if (!Files.isDirectory(model)) {
        throw EngramException.file("--model " + model + " is not a folder.");
      }
      return RunModel.isRun(model) ? RunModel.of(model) : model;
    }
    Path beside = given.certificate().resolveSibling(prefix);
    return Files.isDirectory(beside) ? beside : null;
  }

  private void before(Verification verification, Statement statement) {
    SortedMap<String, String> expected = statement.digests("before/");
    if (given.before() == null) {
      verification.leave(
          "The files of the model before: %d digests, no model was given (--before)."
              .formatted(expected.size()));
      return;
    }
    SortedMap<String, Path> found =
        LanguageModel.files(given.before(), base(statement.predicate()));
    verification.files("model before", expected, sameName(expected, found));
  }

  /** A file that is the whole model may have any name: the certificate may leave it out. */
  private static SortedMap<String, Path> sameName(
      SortedMap<String, String> expected, SortedMap<String, Path> found) {
    return expected.size() == 1 && found.size() == 1
        ? new TreeMap<>(Map.of(expected.firstKey(), found.get(found.firstKey())))
        : found;
  }

  private void deployed(Verification verification, Statement statement) {
    SortedMap<String, String> expected = statement.digests("deployed/");
    Path file = given.deployed();
    if (expected.isEmpty()) {
      verification.leave(
          "The file that is served, if another than the model: the certificate names none.");
      return;
    }
    if (file == null) {
      verification.leave("The file that is served: it was not given (--deployed).");
      return;
    }
    SortedMap<String, Path> found = new TreeMap<>();
    found.put(expected.firstKey(), file);
    verification.files("deployed file", expected, found);
  }

  private void requests(Verification verification, Certificate certificate) {
    String data = given.requests();
    if (data == null) {
      verification.leave(
          "The requests: %d digests, no texts were given (--requests)."
              .formatted(certificate.requests().n()));
      return;
    }
    Path salt =
        given.salt() != null
            ? given.salt()
            : given.certificate().resolveSibling(RequestDigest.SALT);
    RequestDigest digests =
        given.salt() == null && !Files.isRegularFile(salt) ? null : RequestDigest.read(salt);
    verification.requests(certificate.requests(), SampleSource.load(data), digests);
  }

  private void remeasure(Verification verification, Statement statement) {
    Double tolerance = given.tolerance();
    if (tolerance == null) {
      verification.leave(
          "Whether the measurements are those of these models: --recompute measures again.");
      return;
    }
    Certificate certificate = statement.predicate();
    String prefix = statement.digests("model/").isEmpty() ? "adapter/" : "model/";
    boolean unchanged = statement.isUnchanged();
    Path folder = unchanged ? null : folder(statement, prefix);
    String after = unchanged ? unchanged() : folder == null ? null : folder.toString();
    if (after == null) {
      verification.leave("The measurements after: the model was not given (--model).");
    } else {
      String base =
          unchanged ? base(certificate) : prefix.equals("adapter/") ? given.before() : null;
      verification.measures(certificate, "after", measured(certificate, after, base), tolerance);
    }
    if (given.before() == null) {
      verification.leave("The measurements before: the model was not given (--before).");
    } else {
      verification.measures(
          certificate,
          "before",
          measured(certificate, given.before(), base(certificate)),
          tolerance);
    }
    verification.leave(
        "Other measurements than those on the requests, and attacks: --recompute doesn't repeat them.");
  }

  private Map<String, Value> measured(
      Certificate certificate, String model, @Nullable String base) {
    JsonNode recipe = certificate.recipe();
    CommandRecipe keys =
        new CommandRecipe(model, Objects.requireNonNull(given.requests()))
            .set("model.base", base == null ? null : JsonFiles.line(base))
            .set("model.template", JsonFiles.line(recipe.path("model").path("template")))
            .set("model.dtype", certificate.run().dtype())
            .set("seed", recipe.path("seed").asString("42"));
    for (String key : List.of("chunk_tokens", "excerpt_tokens")) {
      keys.set("forget." + key, recipe.path("forget").path(key).asString("0"));
    }
    Recipe read = keys.read();
    try (LanguageModel opened = ModelChoice.open(read, common)) {
      return Watched.run(
          common.console(),
          progress ->
              Remeasured.of(
                  opened,
                  SampleSets.load(read.forget(), "forget", read.seed(), opened.samples()),
                  progress));
    }
  }

  private static @Nullable String base(Certificate certificate) {
    String base = certificate.recipe().path("model").path("base").asString("");
    return base.isEmpty() || base.equals(Certificate.LEFT_OUT) ? null : base;
  }

  private void show(Verification verification) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("certificate", given.certificate().toString());
    json.put("agrees", verification.agrees());
    json.put("checks", verification.checks());
    json.put("not_checked", verification.notChecked());
    common.console().result(json, text(verification));
  }

  private static String text(Verification verification) {
    Table table = new Table("checked", "", "");
    verification
        .checks()
        .forEach(
            check ->
                table.row(check.what(), check.agrees() ? "agrees" : "DIFFERS", check.detail()));
    String open =
        verification.notChecked().stream()
            .map(sentence -> "  " + sentence)
            .collect(Collectors.joining("\n"));
    String made = verification.checks().isEmpty() ? "Nothing was checked." : table.toString();
    String result =
        verification.checks().isEmpty()
            ? ""
            : verification.agrees()
                ? "\n\nAll that was given agrees with the certificate."
                : "\n\nThe certificate does not fit what was given.";
    return made + result + (open.isEmpty() ? "" : "\nNot checked:\n" + open);
  }
}
