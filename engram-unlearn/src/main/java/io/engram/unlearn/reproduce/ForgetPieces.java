package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A recipe's forget set in four pieces. Four sources are a piece each. Otherwise every source is
 * cut into four: piece k of a source of m rows has the rows from ⌊(k − 1)m/4⌋ up to ⌊km/4⌋, so that
 * a chapter's texts and the questions about them stay roughly together.
 *
 * @param section the whole set
 * @param rows the rows of each piece
 * @param bySource whether a piece is a source
 */
record ForgetPieces(DataSection section, List<List<Sample>> rows, boolean bySource) {
  /** How many there are. */
  static final int COUNT = 4;

  /**
   * Cuts the forget set of a recipe.
   *
   * @throws EngramException if a piece would be empty, or the recipe draws a random subset
   */
  static ForgetPieces of(Recipe recipe) {
    DataSection section = recipe.forget();
    if (section.draw() > 0) {
      throw EngramException.usage(
          "forget.draw = %d: the forget set is cut into %d pieces, which can't be drawn from; forget.limit or forget.where make it smaller"
              .formatted(section.draw(), COUNT));
    }
    List<List<Sample>> sources =
        SampleSource.loadEach(section.data(), ModelRecipes.choice(section));
    boolean bySource = sources.size() == COUNT;
    List<List<Sample>> rows = new ArrayList<>();
    for (int piece = 0; piece < COUNT; piece++) {
      List<Sample> own = new ArrayList<>();
      for (int source = 0; source < sources.size(); source++) {
        int size = sources.get(source).size();
        int from = bySource ? (source == piece ? 0 : size) : piece * size / COUNT;
        int to = bySource ? size : (piece + 1) * size / COUNT;
        own.addAll(sources.get(source).subList(from, to));
      }
      if (own.isEmpty()) {
        throw EngramException.usage(
            "forget.data = %s has %d rows: piece %d of %d would be empty. Give more rows, or %d files of which each is a piece."
                .formatted(
                    section.data(),
                    sources.stream().mapToInt(List::size).sum(),
                    piece + 1,
                    COUNT,
                    COUNT));
      }
      rows.add(own);
    }
    return new ForgetPieces(section, rows, bySource);
  }

  /** The number of rows in the pieces from one up to another, counted from 1. */
  int size(int from, int to) {
    return rows.subList(from - 1, to).stream().mapToInt(List::size).sum();
  }

  /** The recipe key that forgets the pieces from one up to another, counted from 1. */
  String key(int from, int to) {
    if (bySource) {
      return "forget.data=" + JsonFiles.line(section.data().subList(from - 1, to));
    }
    List<Sample> own = rows.subList(from - 1, to).stream().flatMap(List::stream).toList();
    return ModelRecipes.only(section, own.stream().map(Sample::id).toList());
  }

  /**
   * The one piece that has a text in it, whatever its blanks.
   *
   * @return from 0; empty if none has, or several have
   */
  OptionalInt having(String text) {
    String sought = plain(text);
    int[] found =
        IntStream.range(0, rows.size())
            .filter(i -> rows.get(i).stream().anyMatch(row -> has(row, sought)))
            .toArray();
    return found.length == 1 ? OptionalInt.of(found[0]) : OptionalInt.empty();
  }

  private static boolean has(Sample row, String sought) {
    return row.content() instanceof Sample.PlainText text && plain(text.text()).contains(sought);
  }

  private static String plain(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
