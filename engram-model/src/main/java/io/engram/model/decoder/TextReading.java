package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Texts that were read whole in one pass: the model's most probable next token at each position,
 * and the keys and values to continue from there without reading the beginning again. Owns native
 * memory; close it.
 *
 * <p>If long sequences have other rotary frequencies, as with LongRoPE, the short part of a text is
 * read once more, so that each position is computed as if the model had been given no more.
 */
public final class TextReading implements AutoCloseable {
  /** How many rows of logits are made at a time. */
  private static final int CHUNK = 256;

  /** The beginning of a text that was read, for places after {@code from} up to {@code length}. */
  private record Reading(int text, int from, int length) {}

  private final Decoder decoder;
  private final List<int[]> texts;
  private final int room;
  private final KvCache cache = new KvCache();
  private final List<Reading> readings = new ArrayList<>();

  /** Row of the cache by reading. */
  private int[] rows = {};

  /** By text and number of tokens read, from 1; 0 where it wasn't asked for. */
  private final int[][] choices;

  private TextReading(Decoder decoder, List<int[]> texts) {
    this.decoder = decoder;
    this.texts = texts;
    this.room = texts.stream().mapToInt(text -> text.length).max().orElse(0);
    this.choices = texts.stream().map(text -> new int[text.length]).toArray(int[][]::new);
  }

  /**
   * Reads the texts, all but the last token of each.
   *
   * @param texts of at least two tokens
   * @param from by text, how many tokens have been read at the first place that is asked for; at
   *     least 1
   */
  public static TextReading of(Decoder decoder, List<int[]> texts, int[] from) {
    TextReading reading = new TextReading(decoder, texts);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      reading.read(from);
    } catch (RuntimeException e) {
      reading.close();
      throw e;
    }
    return reading;
  }

  private void read(int[] from) {
    for (int text = 0; text < texts.size(); text++) {
      int before = 0;
      for (int cut : cuts(texts.get(text).length - 1)) {
        readings.add(new Reading(text, before, cut));
        before = cut;
      }
    }
    PackedBatch batch =
        PackedBatch.of(
            readings.stream().map(r -> Arrays.copyOf(texts.get(r.text()), r.length())).toList());
    rows = new int[readings.size()];
    for (int row = 0; row < rows.length; row++) {
      rows[batch.order()[row]] = row;
    }
    Prefill pass = new Prefill(decoder, room);
    Tensor x = pass.fill(batch, cache);
    for (int i = 0; i < readings.size(); i++) {
      Reading own = readings.get(i);
      for (int to = own.length(), length = Math.max(own.from() + 1, from[own.text()]);
          length <= to;
          length += CHUNK) {
        int count = Math.min(CHUNK, to - length + 1);
        int[] found = choose(pass, x, batch.starts()[i] + length - 1, count);
        System.arraycopy(found, 0, choices[own.text()], length, count);
      }
    }
  }

  private static int[] choose(Prefill pass, Tensor x, int from, int count) {
    try (PointerScope scope = new PointerScope()) {
      return pass.choose(x.narrow(0, from, count));
    }
  }

  /**
   * The ends of the parts of a sequence with equal rotary frequencies; the last is the sequence's
   * own.
   */
  private int[] cuts(int length) {
    return IntStream.concat(
            decoder.config().rotaries().stream()
                .mapToInt(rotary -> rotary.scaling().switchLength())
                .filter(limit -> limit < length),
            IntStream.of(length))
        .distinct()
        .sorted()
        .toArray();
  }

  /** The most probable token after the first {@code length} tokens of a text. */
  public int choice(int text, int length) {
    return choices[text][length];
  }

  /**
   * Continues after the beginnings of texts: one row each, named by its index in the arguments.
   *
   * @param texts which text
   * @param lengths how many of its tokens are the beginning, from 1 to all but the last
   */
  public Continuation goOn(int[] texts, int[] lengths) {
    int[] from =
        IntStream.range(0, texts.length).map(i -> rows[reading(texts[i], lengths[i])]).toArray();
    int[][] read =
        IntStream.range(0, texts.length)
            .mapToObj(i -> Arrays.copyOf(Arrays.copyOf(this.texts.get(texts[i]), lengths[i]), room))
            .toArray(int[][]::new);
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      KvCache copy = cache.copyOf(Tensors.ofInts(from, decoder.device()));
      int[] order = IntStream.range(0, texts.length).toArray();
      return Continuation.from(decoder, copy, room, order, read, lengths);
    }
  }

  private int reading(int text, int length) {
    for (int i = 0; i < readings.size(); i++) {
      Reading own = readings.get(i);
      if (own.text() == text && own.from() < length && length <= own.length()) {
        return i;
      }
    }
    throw new IllegalArgumentException("text " + text + " has no place after " + length);
  }

  @Override
  public void close() {
    cache.close();
  }
}
