package io.engram.cli.run;

import io.engram.core.EngramException;
import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.RequestDigest;
import io.engram.core.certificate.RunCertificate;
import io.engram.core.certificate.SigningKey;
import io.engram.core.certificate.Statement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.report.CertificatePage;
import io.engram.unlearn.recipe.ModelSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the certificate of a finished run of {@code engram forget}.
 *
 * @param run the run folder
 * @param key to sign with; null: the certificate is not signed
 * @param deployed the file that is served; null: none
 */
public record CertificateRun(RunFolder run, @Nullable SigningKey key, @Nullable Path deployed) {
  /**
   * What was written.
   *
   * @param file the certificate
   * @param signed the id of the key; null: it is not signed
   */
  public record Written(Path file, @Nullable String signed, Certificate certificate) {
    /** What was written, for the person who asked. */
    public String text() {
      return "Certificate: %s, to print: %s (%s)"
          .formatted(
              file,
              CertificatePage.FILE,
              signed == null
                  ? "not signed; engram certify RUN --key FILE signs it"
                  : "signed with the key " + signed);
    }
  }

  /** Writes {@code certificate.json} and its page, replacing earlier ones and their signatures. */
  public Written write() {
    Recipe recipe =
        RecipeReader.resolved(
            run.recipe(), List.of(), Recipe.Kind.of(run.recipe()), run.path() + "/recipe.yaml");
    if (recipe.forget().isEmpty()) {
      throw EngramException.usage(
          run.path() + " forgot nothing; only a run of engram forget has a certificate.");
    }
    requireSameModel(recipe.model());
    List<Sample> requests =
        SampleSource.load(recipe.forget().data(), recipe.forget().choice("forget"));
    RunCertificate made = new RunCertificate(run, requests);
    RequestDigest digests = RequestDigest.ofRun(run.path());
    Statement statement =
        made.statement(
            LanguageModel.files(recipe.model().path(), recipe.model().base()), deployed, digests);
    Dsse envelope = statement.envelope();
    if (key != null) {
      envelope = envelope.signed(key);
    }
    Path file = run.path().resolve(Certificate.FILE);
    envelope.write(file);
    CertificatePage.write(file);
    return new Written(file, key == null ? null : key.id(), statement.predicate());
  }

  private void requireSameModel(ModelSection model) {
    if (!LanguageModel.hash(model.path(), model.base()).equals(run.manifest().modelHash())) {
      throw EngramException.usage(
          "%s has changed since the run, so its digests would not be those of the model before.\nRestore it, then engram certify %s."
              .formatted(model.path(), run.path()));
    }
  }
}
