package io.engram.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.study.Study;
import io.engram.report.page.StudyView;
import java.nio.file.Path;
import java.util.Map;

/**
 * Turns a study into one HTML file: its answer, figures with their numbers below, tables and
 * limits. The file is self-contained and needs no network.
 */
public final class StudyPage {
  private StudyPage() {}

  /**
   * Reads {@code study.json} and writes the page, replacing an existing file.
   *
   * @throws EngramException if the study is missing or damaged, or the page can't be written
   */
  public static void write(Path study, Path out) {
    write(Study.read(study), out);
  }

  /** Writes the page of a study, replacing an existing file. */
  public static void write(Study study, Path out) {
    JsonFiles.writeText(out, html(study));
  }

  static String html(Study study) {
    StudyView view = StudyView.of(study);
    StringOutput html = new StringOutput();
    TemplateEngine.createPrecompiled(ContentType.Html)
        .render("study.jte", Map.of("view", view, "assets", Assets.of(view.figures())), html);
    return html.toString();
  }
}
