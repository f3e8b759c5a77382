package io.engram.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/paper-map.md names only what is there, and leaves no row open. */
final class PaperMapTest {
  private static final Pattern CLASS = Pattern.compile("`(io\\.engram\\.[\\w.]+)`");

  @Test
  void everyClassNamedExists() throws Exception {
    List<String> names =
        CLASS
            .matcher(Files.readString(Cli.ROOT.resolve("docs/paper-map.md")))
            .results()
            .map(found -> found.group(1))
            .distinct()
            .toList();
    assertThat(names).hasSizeGreaterThan(20).allSatisfy(PaperMapTest::load);
  }

  @Test
  void everyRowNamesAClassOrSaysThatItIsNotBuilt() throws Exception {
    List<String> rows =
        Files.readAllLines(Cli.ROOT.resolve("docs/paper-map.md")).stream()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| paper |"))
            .toList();
    assertThat(rows)
        .hasSizeGreaterThan(35)
        .allMatch(row -> CLASS.matcher(row).results().count() > 0 || row.contains("not built yet"));
  }

  @Test
  void equationsTablesAndFiguresAreAllThere() throws Exception {
    String map = Files.readString(Cli.ROOT.resolve("docs/paper-map.md"));
    for (String kind : List.of("Eq. %d:5", "Table %d:7", "Fig. %d:5", "Alg. %d:2")) {
      String[] parts = kind.split(":", -1);
      for (int i = 1; i <= Integer.parseInt(parts[1]); i++) {
        assertThat(map).contains(parts[0].formatted(i));
      }
    }
    assertThat(map).contains("Def. 3.1", "Thm. 3.2", "Def. 3.3", "Def. 3.4", "App. A", "App. B");
  }

  private static void load(String name) {
    try {
      assertThat(Class.forName(name, false, PaperMapTest.class.getClassLoader())).isNotNull();
    } catch (ClassNotFoundException e) {
      throw new AssertionError("docs/paper-map.md names " + name + ", which isn't there", e);
    }
  }
}
