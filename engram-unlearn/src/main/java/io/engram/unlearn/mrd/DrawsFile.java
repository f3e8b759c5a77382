package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.Version;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Draws kept in a file of JSON lines: a header with the {@link Key} of the measurement, then a line
 * a draw, written when it is made. A line that was half written is dropped; draws of another
 * measurement are thrown away.
 */
public final class DrawsFile implements KeptDraws {
  private final Path file;
  private final Consumer<String> messages;
  private final Map<Integer, DrawSource.Draw> found = new HashMap<>();

  /** The first line. */
  private record Header(String drawsOf) {}

  /** Any other. */
  private record Line(int k, double[] values, double[] controls) {}

  private DrawsFile(Path file, String key, Consumer<String> messages) throws IOException {
    this.file = file;
    this.messages = messages;
    if (Files.exists(file)) {
      read(Files.readAllLines(file), key);
    }
    // Rewrites the file: anything after an incomplete line would be lost with it.
    StringBuilder kept = new StringBuilder(JsonFiles.line(new Header(key))).append('\n');
    found.forEach((k, draw) -> kept.append(line(k, draw)));
    JsonFiles.writeText(file, kept.toString());
  }

  /**
   * Opens the file, or creates it.
   *
   * @param key key of the measurement; draws of another one are not used
   * @param messages receives messages about what was found
   * @throws EngramException if the file can't be read or written
   */
  public static DrawsFile open(Path file, Key key, Consumer<String> messages) {
    try {
      return new DrawsFile(file, key.hash(), messages);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private void read(List<String> lines, String key) {
    Header header = lines.isEmpty() ? null : parse(lines.get(0), Header.class);
    if (header == null || !header.drawsOf().equals(key)) {
      messages.accept(
          file + " holds draws of another model, data, settings or version; they are not used");
      return;
    }
    for (String text : lines.subList(1, lines.size())) {
      Line line = parse(text, Line.class);
      if (line != null) {
        found.put(line.k(), new DrawSource.Draw(line.values(), line.controls()));
      }
    }
  }

  private static <T> @Nullable T parse(String text, Class<T> type) {
    try {
      return JsonFiles.parse(text, type, "the line");
    } catch (EngramException incomplete) {
      return null;
    }
  }

  private static String line(int k, DrawSource.Draw draw) {
    return JsonFiles.line(new Line(k, draw.values(), draw.controls())) + "\n";
  }

  @Override
  public void begin(int limit, String unit) {
    long kept = found.keySet().stream().filter(k -> k < limit).count();
    if (kept > 0) {
      messages.accept("reusing %d of %d %s from an interrupted run".formatted(kept, limit, unit));
    }
  }

  @Override
  public DrawSource.@Nullable Draw find(int k) {
    return found.get(k);
  }

  @Override
  public void keep(int k, DrawSource.Draw draw) {
    try {
      Files.writeString(file, line(k, draw), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Deletes the file. */
  @Override
  public void done() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static EngramException failed(Path file, IOException e) {
    return EngramException.file(file + ": draws can't be kept here: " + e.getMessage(), e);
  }

  /**
   * Everything that determines the draws of a measurement, except their number.
   *
   * @param model SHA-256 of the model's files
   * @param opened its number format and device
   * @param batchTokens maximum tokens in a pass
   * @param samples SHA-256 of the samples' ids, tokens and label starts
   * @param estimator its options, without the number of draws if that makes no difference
   */
  public record Key(
      String model,
      String opened,
      int batchTokens,
      String samples,
      Object estimator,
      long seed,
      int epoch,
      String version) {
    /** The key of a measurement with this version of the code. */
    public static Key of(
        LanguageModel model, List<Sample> samples, Object estimator, long seed, int epoch) {
      List<TokenizedSample> tokens = samples.stream().map(model.samples()::tokenize).toList();
      return new Key(
          model.hash(),
          model.describe(),
          model.options().batchTokens(),
          Hashes.sha256(JsonFiles.line(tokens)),
          estimator,
          seed,
          epoch,
          Version.code());
    }

    /** SHA-256. */
    public String hash() {
      return Hashes.sha256(JsonFiles.line(this));
    }
  }
}
