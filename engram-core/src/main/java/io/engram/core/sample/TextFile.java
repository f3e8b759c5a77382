package io.engram.core.sample;

import io.engram.core.EngramException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/** Reads a file as UTF-8 text and decompresses it if its name ends in {@code .gz}. */
final class TextFile {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** A text must fit in one string, and several copies of it in memory. */
  private static final long MOST_BYTES = 1L << 30;

  /**
   * Text compresses to about a tenth, very repetitive text to a fiftieth; a zip bomb of zeros to a
   * thousandth.
   */
  private static final long MOST_TIMES = 100;

  /** The size that a compressed file of any size may decompress to. */
  private static final long ALWAYS_BYTES = 1L << 24;

  private TextFile() {}

  /**
   * The whole text, without a byte order mark.
   *
   * @throws EngramException of kind FILE if it is missing, empty, or not UTF-8; in that case the
   *     message names the line
   */
  static String read(Path file, String name) {
    return read(file, name, 0);
  }

  /**
   * The text's first lines, not counting blank ones; the rest of the file is neither read nor
   * decompressed.
   *
   * @param lines 0: all
   */
  static String read(Path file, String name, int lines) {
    try (InputStream in = open(file, name)) {
      byte[] bytes = lines > 0 ? head(in, lines) : in.readAllBytes();
      String text = decode(bytes, name);
      if (text.isBlank()) {
        throw EngramException.file(name + " is empty");
      }
      return text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    } catch (IOException e) {
      throw EngramException.file(name + " can't be read: " + e.getMessage(), e);
    }
  }

  /** What is done with a line. */
  interface Lines {
    /** Takes a line that isn't blank; the first has the number 1. */
    void line(int number, String text);
  }

  /**
   * Hands on the lines that aren't blank, one after another, so that a large file is never whole in
   * memory.
   *
   * @param most only the first this many; the rest is not read. 0: all
   * @throws EngramException as {@link #read(Path, String, int)}, after the lines before
   */
  static void lines(Path file, String name, int most, Lines lines) {
    try (InputStream in = open(file, name);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
      int left = most > 0 ? most : Integer.MAX_VALUE;
      int number = 0;
      boolean empty = true;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (number == 1 && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK) {
          line = line.substring(1);
        }
        if (!line.isBlank()) {
          empty = false;
          lines.line(number, line);
          if (--left == 0) {
            break;
          }
        }
      }
      if (empty) {
        throw EngramException.file(name + " is empty");
      }
    } catch (CharacterCodingException e) {
      // Reads it again to name the line and the byte.
      read(file, name, most);
      throw EngramException.file(name + " is not UTF-8", e);
    } catch (IOException e) {
      throw EngramException.file(name + " can't be read: " + e.getMessage(), e);
    }
  }

  private static byte[] head(InputStream in, int lines) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    InputStream buffered = new BufferedInputStream(in);
    int left = lines;
    boolean blank = true;
    for (int next = buffered.read(); next >= 0; next = buffered.read()) {
      head.write(next);
      blank &= Character.isWhitespace(next);
      if (next == '\n') {
        left -= blank ? 0 : 1;
        blank = true;
        if (left == 0) {
          break;
        }
      }
    }
    return head.toByteArray();
  }

  /**
   * Reads a binary file with {@code reader}; a compressed one is decompressed to a temporary file
   * first.
   */
  static <T> T unpacked(Path file, String name, Function<Path, T> reader) {
    try (InputStream in = open(file, name)) {
      if (!isPacked(file)) {
        return reader.apply(file);
      }
      Path temporary = Files.createTempFile("engram", ".parquet");
      try {
        Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
        return reader.apply(temporary);
      } finally {
        Files.delete(temporary);
      }
    } catch (IOException e) {
      throw EngramException.file(name + " can't be read: " + e.getMessage(), e);
    }
  }

  private static InputStream open(Path file, String name) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw EngramException.file(
          name + (Files.exists(file) ? " is a folder, not a file" : " does not exist"));
    }
    InputStream in = Files.newInputStream(file);
    if (!isPacked(file)) {
      String fault = "%s is larger than %d bytes; split it".formatted(name, MOST_BYTES);
      return new BoundedStream(in, MOST_BYTES, fault);
    }
    try {
      long most = mostUnpacked(Files.size(file));
      return new BoundedStream(new GZIPInputStream(in), most, tooMuch(name, most));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** How many bytes a compressed file of this size may decompress to. */
  static long mostUnpacked(long packedBytes) {
    return Math.min(MOST_BYTES, Math.max(ALWAYS_BYTES, MOST_TIMES * packedBytes));
  }

  private static String tooMuch(String name, long most) {
    return ("%s decompresses to more than %d bytes, far more than normal text; if that is"
            + " correct, decompress it first")
        .formatted(name, most);
  }

  private static boolean isPacked(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  private static String decode(byte[] bytes, String name) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      long line = out.flip().chars().filter(c -> c == '\n').count() + 1;
      throw EngramException.file(
          "%s line %d is not UTF-8 (byte 0x%02X)".formatted(name, line, in.get(in.position())));
    }
    return out.flip().toString();
  }

  /** A stream that fails once more than a given number of bytes has been read. */
  private static final class BoundedStream extends FilterInputStream {
    private final String fault;
    private long left;

    /**
     * Bounds a stream.
     *
     * @param most how many bytes may be read
     * @param fault the error message if it has more
     */
    BoundedStream(InputStream in, long most, String fault) {
      super(in);
      this.left = most;
      this.fault = fault;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int count = super.read(to, offset, length);
      count(Math.max(0, count));
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(count);
      count(skipped);
      return skipped;
    }

    private void count(long bytes) {
      left -= bytes;
      if (left < 0) {
        throw EngramException.file(fault);
      }
    }
  }
}
