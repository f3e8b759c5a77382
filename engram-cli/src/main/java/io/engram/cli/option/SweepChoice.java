package io.engram.cli.option;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Several values of σ, of the number of draws, or of both. */
public final class SweepChoice {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,7})\\.\\.(\\d{1,7})");
  private static final Pattern COUNT = Pattern.compile("[1-9]\\d{0,6}");

  @Option(
      names = "--sweep",
      paramLabel = "KEY=LIST",
      description =
          "MRD at each value of sigma (sigma=1e-4,3e-4,1e-3) and from each number of draws"
              + " (draws=1..200 or draws=8,32,128); repeat the option to sweep both. The largest "
              + "number of draws is made once per σ; smaller numbers use the first of these draws")
  private List<String> sweeps = List.of();

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Write the figures and tables of a sweep as one HTML file")
  private @Nullable Path picture;

  /** Whether a sweep was requested. */
  public boolean asked() {
    return !sweeps.isEmpty();
  }

  /** The file of the picture; null if there is none. */
  public @Nullable Path picture() {
    return picture;
  }

  /** The values of σ, ascending; empty if σ is not swept. */
  public List<Double> sigmas() {
    return values("sigma", text -> Stream.of(sigma(text)));
  }

  /** The numbers of draws, ascending; empty if they are not swept. */
  public List<Integer> draws() {
    return values("draws", text -> draws(text));
  }

  private <T> List<T> values(String key, Function<String, Stream<T>> parse) {
    List<T> values = new ArrayList<>();
    boolean found = false;
    for (String sweep : sweeps) {
      String[] parts = sweep.split("=", 2);
      if (parts.length < 2 || !(parts[0].equals("sigma") || parts[0].equals("draws"))) {
        throw EngramException.usage(
            "--sweep %s: must be sigma=LIST or draws=LIST, such as sigma=1e-4,1e-3 or draws=1..200"
                .formatted(sweep));
      }
      if (parts[0].equals(key)) {
        if (found) {
          throw EngramException.usage(
              "--sweep %s is given twice; put all its values into one list".formatted(key));
        }
        found = true;
        for (String text : parts[1].split(",", -1)) {
          parse.apply(text.strip()).forEach(values::add);
        }
      }
    }
    return values.stream().distinct().sorted().toList();
  }

  private static Double sigma(String text) {
    try {
      double sigma = Double.parseDouble(text);
      if (sigma > 0 && Double.isFinite(sigma)) {
        return sigma;
      }
    } catch (NumberFormatException e) {
      // Reported below, together with what is allowed.
    }
    throw EngramException.usage(
        "--sweep sigma: \"%s\" must be a number above 0, such as 1e-3".formatted(text));
  }

  private static Stream<Integer> draws(String text) {
    Matcher range = RANGE.matcher(text);
    if (range.matches()) {
      int from = Integer.parseInt(range.group(1));
      int to = Integer.parseInt(range.group(2));
      if (from >= 1 && from <= to) {
        return IntStream.rangeClosed(from, to).boxed();
      }
    } else if (COUNT.matcher(text).matches()) {
      return Stream.of(Integer.parseInt(text));
    }
    throw EngramException.usage(
        "--sweep draws: \"%s\" must be a whole number, at least 1, or a range such as 1..200"
            .formatted(text));
  }
}
