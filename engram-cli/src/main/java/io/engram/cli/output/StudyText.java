package io.engram.cli.output;

import io.engram.core.study.Study;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A study on a terminal: its question, its answer and its tables. */
public final class StudyText {
  private StudyText() {}

  /** The text. */
  public static String of(Study study) {
    List<String> parts = new ArrayList<>();
    parts.add(study.question());
    parts.addAll(study.answer());
    for (StudyTable table : study.tables()) {
      parts.add("\n" + table.title() + "\n" + text(table));
    }
    return String.join("\n", parts);
  }

  private static String text(StudyTable table) {
    Table text = new Table(table.columns().stream().map(StudyText::title).toArray(String[]::new));
    for (List<@Nullable Object> row : table.rows()) {
      text.row(row.stream().map(StudyText::cell).toArray(String[]::new));
    }
    return text.toString();
  }

  private static String title(StudyTable.Column column) {
    return column.unit().isEmpty() ? column.title() : column.title() + ", " + column.unit();
  }

  private static String cell(@Nullable Object cell) {
    if (cell == null) {
      return "–";
    }
    return cell instanceof Number number && !(cell instanceof Integer)
        ? NumberText.plain(number.doubleValue())
        : cell.toString();
  }
}
