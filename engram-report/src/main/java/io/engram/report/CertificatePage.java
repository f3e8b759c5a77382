package io.engram.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.engram.core.EngramException;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.Statement;
import io.engram.core.run.JsonFiles;
import io.engram.report.page.CertificateView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Turns a certificate into one HTML file to print and to read without knowing the field. The file
 * is self-contained and needs no network. It is not signed: the certificate is.
 */
public final class CertificatePage {
  /** The page's name beside its certificate. */
  public static final String FILE = "certificate.html";

  private CertificatePage() {}

  /**
   * Reads a certificate and writes its page beside it, replacing an existing file.
   *
   * @throws EngramException if it isn't a certificate, or the page can't be written
   */
  public static Path write(Path certificate) {
    Dsse envelope = Dsse.read(certificate);
    Path page = certificate.resolveSibling(FILE);
    JsonFiles.writeText(page, html(envelope, Statement.of(envelope, certificate)));
    return page;
  }

  static String html(Dsse envelope, Statement statement) {
    CertificateView view = CertificateView.of(envelope, statement);
    StringOutput html = new StringOutput();
    TemplateEngine.createPrecompiled(ContentType.Html)
        .render("certificate.jte", Map.of("view", view, "css", Assets.of(List.of()).css()), html);
    return html.toString();
  }
}
