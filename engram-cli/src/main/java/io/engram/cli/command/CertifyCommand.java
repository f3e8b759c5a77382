package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.run.CertificateRun;
import io.engram.core.EngramException;
import io.engram.core.certificate.SigningKey;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram certify}. */
@Command(
    name = "certify",
    description = {
      "Writes the certificate of a run of engram forget again, to sign it or after an audit.",
      "It replaces certificate.json in the run folder with what the run and its audit say now. The "
          + "model before and the requests must still be where the run found them."
    },
    sortOptions = false)
final class CertifyCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUN", description = "The run folder")
  private @Nullable Path run;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Sign it with this Ed25519 key (engram key new makes one)")
  private @Nullable Path key;

  @Option(
      names = "--deployed",
      paramLabel = "FILE",
      description = "The file that is served, where it is another than the model, such as a .gguf")
  private @Nullable Path deployed;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (deployed != null && !Files.exists(deployed)) {
      throw EngramException.file("--deployed " + deployed + " does not exist");
    }
    SigningKey read = key == null ? null : SigningKey.read(key);
    try (RunFolder folder = RunFolder.resume(Objects.requireNonNull(run, "required"))) {
      CertificateRun.Written written = new CertificateRun(folder, read, deployed).write();
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("certificate", written.file().toString());
      json.put("key_id", written.signed());
      json.put("verdicts", written.certificate().verdicts());
      json.put("not_checked", written.certificate().notChecked());
      common.console().result(json, written.text());
      return 0;
    }
  }
}
