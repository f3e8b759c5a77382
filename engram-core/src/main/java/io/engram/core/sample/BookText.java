package io.engram.core.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads a book from a plain-text file, which may be compressed, as one text. */
public final class BookText {
  /** The lines with which Project Gutenberg marks the start of a book. */
  private static final Pattern START =
      Pattern.compile("(?m)^\\*\\*\\* ?START OF (THE|THIS) PROJECT GUTENBERG.*$");

  private static final Pattern END =
      Pattern.compile("(?m)^\\*\\*\\* ?END OF (THE|THIS) PROJECT GUTENBERG.*$");

  private BookText() {}

  /**
   * The book's text as in the file, with line ends as {@code \n} and surrounding white space
   * removed. What Project Gutenberg adds before and after a book is dropped.
   *
   * @param name the file's name in messages
   * @throws io.engram.core.EngramException if the file is missing, empty or not UTF-8
   */
  public static String read(Path file, String name) {
    String text = TextFile.read(file, name).replace("\r\n", "\n").replace('\r', '\n');
    Matcher end = END.matcher(text);
    text = end.find() ? text.substring(0, end.start()) : text;
    Matcher start = START.matcher(text);
    return (start.find() ? text.substring(start.end()) : text).strip();
  }

  /** The one row of a book. */
  static List<DataRow> rows(Path file, String name) {
    return List.of(
        new DataRow(JsonNodeFactory.instance.objectNode().put("text", read(file, name)), name));
  }
}
