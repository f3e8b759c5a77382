package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.run.VerifyRun;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram verify}. */
@Command(
    name = "verify",
    description = {
      "Compares a certificate with the models, requests and key that are given.",
      "It names every file, request and signature that differs, and what could not be checked."
    },
    footer = {"", "Exit code: 0 if all that was given agrees, 3 if something differs."},
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  /** By how much a mean may differ if nobody says. */
  private static final double TOLERANCE = 0.01;

  @Parameters(
      index = "0",
      paramLabel = "CERTIFICATE",
      description = "certificate.json of a run of engram forget")
  private @Nullable Path certificate;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model after (default: model/ beside the certificate)")
  private @Nullable Path model;

  @Option(
      names = "--before",
      paramLabel = "MODEL",
      description = "The model before, as engram forget was given it")
  private @Nullable String before;

  @Option(
      names = "--deployed",
      paramLabel = "FILE",
      description = "The file that is served, where the certificate names one")
  private @Nullable Path deployed;

  @Option(
      names = "--requests",
      paramLabel = "DATA",
      description = "The requests, or some of them; needs the salt")
  private @Nullable String requests;

  @Option(
      names = "--salt",
      paramLabel = "FILE",
      description = "The salt of the requests' digests (default: private/salt beside it)")
  private @Nullable Path salt;

  @Option(
      names = "--public-key",
      paramLabel = "FILE",
      description = "The signer's public key, to check the signature with")
  private @Nullable Path publicKey;

  @Option(
      names = "--recompute",
      description = "Measure again how well the models know the requests (needs --requests)")
  private boolean recompute;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description =
          "With --recompute: by how much a mean may differ, in its own unit; rounding differs "
              + "from machine to machine (default: 0.01)")
  private @Nullable Double tolerance;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (tolerance != null && !(tolerance >= 0)) {
      throw common.mistake("--tolerance " + tolerance + ": must be 0 or more");
    }
    if (tolerance != null && !recompute) {
      throw common.mistake("--tolerance is of what --recompute measures: add --recompute");
    }
    if (requests == null && (recompute || salt != null)) {
      throw common.mistake(
          (recompute ? "--recompute measures on" : "--salt is of the digests of")
              + " the requests: give them with --requests DATA");
    }
    VerifyRun.Given given =
        new VerifyRun.Given(
            Objects.requireNonNull(certificate, "required"),
            model,
            before,
            deployed,
            requests,
            salt,
            publicKey,
            recompute ? Objects.requireNonNullElse(tolerance, TOLERANCE) : null);
    return new VerifyRun(given, common).carryOut();
  }
}
