package io.engram.core.run;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * {@code journal.jsonl}: what happened in a run, one line per event, in order. Every line has
 * {@code time} (ISO 8601, UTC) and {@code event}; the other fields depend on the event:
 *
 * <pre>
 * start      recipe
 * update     update, epoch, loss, forget_loss, retain_loss, gradient_norm, learning_rate, seconds
 * refresh    epoch, passes, seconds
 * evaluation stage, seconds
 * checkpoint update
 * check      update, samples, forgotten, recovered, drawn_from, ma_mean, el_mean, el_samples,
 *            ma_threshold, el_threshold, seconds
 * note       text
 * interrupt
 * resume     update
 * stop       reason, updates, seconds; forgotten, samples where a stopping rule looks;
 *            seconds_per_update, efficiency (1 / their seconds) where it ended the run
 * failure    message, trace
 * </pre>
 *
 * Numbers that are not finite are written as text, see {@link JsonFiles}. Each line reaches the
 * operating system before {@link #write} returns. If the machine stops in the middle of a line, the
 * incomplete line is skipped on reading and removed before the next line is written.
 */
public final class Journal {
  private final Path file;
  private boolean mended;

  Journal(Path file) {
    this.file = file;
  }

  /** Appends an event. */
  public synchronized void write(String event, Map<String, ? extends @Nullable Object> fields) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    line.put("event", event);
    line.putAll(fields);
    try {
      if (!mended) {
        cutTornLine();
        mended = true;
      }
      Files.writeString(
          file, JsonFiles.line(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw EngramException.file(file + " can't be written: " + e.getMessage(), e);
    }
  }

  /**
   * All events so far; empty if there is no journal yet.
   *
   * @throws EngramException of kind FILE if a complete line is damaged
   */
  public List<JsonNode> read() {
    List<JsonNode> events = new ArrayList<>();
    if (!Files.exists(file)) {
      return events;
    }
    String text = JsonFiles.readText(file);
    int number = 0;
    for (String line : (Iterable<String>) wholeLines(text).lines()::iterator) {
      number++;
      try {
        events.add(JsonFiles.mapper().readTree(line));
      } catch (JacksonException e) {
        throw EngramException.file(
            "%s line %d is damaged: %s".formatted(file, number, e.getOriginalMessage()), e);
      }
    }
    return events;
  }

  private void cutTornLine() {
    if (!Files.exists(file)) {
      return;
    }
    String text = JsonFiles.readText(file);
    if (!text.isEmpty() && !text.endsWith("\n")) {
      JsonFiles.writeText(file, wholeLines(text));
    }
  }

  private static String wholeLines(String text) {
    return text.substring(0, text.lastIndexOf('\n') + 1);
  }
}
