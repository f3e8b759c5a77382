package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorFile;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * A safetensors file, mapped into memory and not read: 8 bytes with the length of a JSON header,
 * little-endian; the header, {@code {"name": {"dtype": "F32", "shape": […], "data_offsets": [from,
 * to]}}}; then the numbers. Tensors are views on the map, which is private: writing to one never
 * reaches the file.
 */
public final class SafetensorsFile implements TensorFile {
  /** A thousand tensors take 0.1 MB. Parsing takes many times the size of the text. */
  private static final long MAX_HEADER_BYTES = 1L << 24;

  private static final int MAX_SIZES = 8;

  /** The format forbids duplicate names; which of two counts would be arbitrary. */
  private static final ObjectReader JSON =
      JsonMapper.shared().reader().with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  /**
   * Bytes per number in formats that no weight is computed in. Files hold such tensors beside the
   * weights (position numbers, masks); they are skipped unless one is asked for.
   */
  private static final Map<String, Integer> OTHER_FORMATS =
      Map.of(
          "I64", 8, "U64", 8, "I32", 4, "U32", 4, "I16", 2, "U16", 2, "I8", 1, "U8", 1, "BOOL", 1);

  /** A tensor's place in the file, and its number format as in the header. */
  private record Entry(String format, long[] shape, long from, long to) {}

  private static final Comparator<Map.Entry<String, Entry>> BY_PLACE =
      Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().from())
          .thenComparingLong(e -> e.getValue().to());

  private final Path path;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final long dataStart;
  private final Tensor bytes;

  /**
   * Maps the file and checks its header whole.
   *
   * @throws EngramException if the file is missing, truncated or its header doesn't hold together
   */
  public SafetensorsFile(Path path) {
    this.path = path;
    if (!Files.isRegularFile(path)) {
      throw EngramException.file(path + ": no such file; a safetensors file is needed here.");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      if (channel.read(length, 0) < 8) {
        throw damaged("it has " + size + " bytes, fewer than a header takes");
      }
      long headerBytes = length.getLong(0);
      if (headerBytes < 2 || headerBytes > Math.min(size - 8, MAX_HEADER_BYTES)) {
        throw damaged(
            "its header claims " + headerBytes + " bytes; the file has " + size + " in all");
      }
      ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
      while (header.hasRemaining() && channel.read(header, 8 + header.position()) >= 0) {}
      dataStart = 8 + headerBytes;
      readHeader(JSON.readTree(header.array()), size - dataStart);
      bytes = map(path, size);
    } catch (IOException e) {
      throw EngramException.file(path + ": could not be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw damaged("its header isn't valid JSON: " + e.getOriginalMessage());
    }
  }

  private void readHeader(JsonNode header, long dataBytes) {
    if (!header.isObject()) {
      throw damaged("its header isn't a JSON object");
    }
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        entries.put(field.getKey(), entry(field.getKey(), field.getValue(), dataBytes));
      }
    }
    long end = 0;
    for (Map.Entry<String, Entry> placed : entries.entrySet().stream().sorted(BY_PLACE).toList()) {
      if (placed.getValue().from() != end) {
        throw damaged(
            String.format(
                "tensor %s begins at byte %d of the data where the one before it ends at %d",
                placed.getKey(), placed.getValue().from(), end));
      }
      end = placed.getValue().to();
    }
    if (end != dataBytes) {
      throw damaged("its tensors end at byte " + end + " of the data, which has " + dataBytes);
    }
  }

  private Entry entry(String name, JsonNode value, long dataBytes) {
    String format = value.path("dtype").asString("?");
    Integer other = OTHER_FORMATS.get(format);
    int sizeBytes = other == null ? dtype(format, name).sizeBytes() : other;
    long[] shape = shape(name, value.path("shape"));
    long numbers = 1;
    for (long size : shape) {
      if (size < 0 || (size > 0 && numbers > Long.MAX_VALUE / 16 / size)) {
        throw damaged("tensor " + name + " has an impossible shape");
      }
      numbers *= size;
    }
    long from = wholeNumber(value.path("data_offsets").path(0));
    long to = wholeNumber(value.path("data_offsets").path(1));
    if (from < 0 || to < from) {
      throw damaged(
          "tensor " + name + " has no valid place: data_offsets [" + from + ", " + to + "]");
    }
    if (to > dataBytes) {
      throw damaged(
          String.format(
              "tensor %s ends at byte %d of the data, which has %d: the file is truncated",
              name, to, dataBytes));
    }
    if (to - from != numbers * sizeBytes) {
      throw damaged(
          String.format(
              "tensor %s has %d bytes where its shape takes %d",
              name, to - from, numbers * sizeBytes));
    }
    return new Entry(format, shape, from, to);
  }

  private Dtype dtype(String format, String name) {
    return Dtype.ofSafetensors(format, path + ": tensor " + name);
  }

  private long[] shape(String name, JsonNode sizes) {
    if (!sizes.isArray() || sizes.size() > MAX_SIZES) {
      throw damaged("tensor " + name + " has an impossible shape");
    }
    long[] shape = new long[sizes.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = wholeNumber(sizes.path(i));
    }
    return shape;
  }

  /** The number, or −1 if it isn't an integer. */
  private static long wholeNumber(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : -1;
  }

  private static Tensor map(Path path, long size) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.keep(
          torch.from_file(
              path.toString(),
              new BoolOptional(false),
              new LongOptional(size),
              Tensors.options(ScalarType.Byte)));
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    entries.forEach((name, entry) -> shapes.put(name, entry.shape().clone()));
    return shapes;
  }

  /**
   * Number format of a tensor.
   *
   * @throws EngramException if there is no such tensor or its format isn't one of {@link Dtype}
   */
  Dtype dtype(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw damaged("it has no tensor " + name);
    }
    return dtype(entry.format(), name);
  }

  /**
   * The tensor as a view on the map, or as a copy if it isn't aligned in the file. It belongs to
   * the running scope and outlives this file.
   *
   * @throws EngramException if its number format isn't one of {@link Dtype}
   */
  @Override
  public Tensor tensor(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw damaged("it has no tensor " + name);
    }
    Dtype dtype = dtype(entry.format(), name);
    return Tensors.scoped(
        () -> {
          Tensor raw = bytes.narrow(0, dataStart + entry.from(), entry.to() - entry.from());
          if ((dataStart + entry.from()) % dtype.sizeBytes() != 0) {
            raw = raw.clone();
          }
          return raw.view(dtype.torch()).view(entry.shape());
        });
  }

  /** The tensor's numbers, row by row. */
  public double[] doubles(String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toDoubles(tensor(name));
    }
  }

  private EngramException damaged(String why) {
    return EngramException.file(
        path + " is damaged: " + why + ".\nFetch or copy the file again and compare its size.");
  }

  @Override
  public void close() {
    Tensors.release(bytes);
  }
}
