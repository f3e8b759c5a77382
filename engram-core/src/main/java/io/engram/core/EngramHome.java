package io.engram.core;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the things that come with Engram lie: {@code models/}, {@code data/}, {@code recipes/}.
 *
 * <p>The system property {@code engram.home}, else the environment variable {@code ENGRAM_HOME},
 * else the nearest folder at or above the working directory that holds {@code data/tofu}, else the
 * nearest such folder above the program's own jar.
 */
public final class EngramHome {
  private static final String MARK = "data/tofu";

  private EngramHome() {}

  /**
   * The path of something that has to be there.
   *
   * @throws EngramException of kind FILE if it isn't
   */
  public static Path resolve(String relative) {
    return find(relative)
        .orElseThrow(
            () ->
                EngramException.file(
                    "%s is not there: %s. Set ENGRAM_HOME to the folder that holds it."
                        .formatted(
                            relative,
                            home()
                                .map(home -> "Engram's home is " + home)
                                .orElse("no folder at or above this one holds " + MARK))));
  }

  /** The path of something that may be there. */
  public static Optional<Path> find(String relative) {
    return home().map(home -> home.resolve(relative)).filter(Files::exists);
  }

  /** The folder that holds them; empty if there is none. */
  public static Optional<Path> home() {
    return Stream.of(System.getProperty("engram.home"), System.getenv("ENGRAM_HOME"))
        .filter(set -> set != null && !set.isBlank())
        .findFirst()
        .map(Path::of)
        .or(() -> above(Path.of("").toAbsolutePath()))
        .or(() -> above(ownJar()));
  }

  private static Optional<Path> above(@Nullable Path start) {
    return Stream.iterate(start, path -> path != null, path -> path.getParent())
        .filter(path -> Files.isDirectory(path.resolve(MARK)))
        .findFirst();
  }

  private static @Nullable Path ownJar() {
    CodeSource source = EngramHome.class.getProtectionDomain().getCodeSource();
    try {
      return source == null ? null : Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
