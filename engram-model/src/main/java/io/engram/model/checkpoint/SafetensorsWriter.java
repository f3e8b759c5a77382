package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a safetensors file: under a temporary name first, then renamed, so that a file with the
 * right name is always whole. Equal tensors give equal bytes.
 */
public final class SafetensorsWriter {
  /** How many numbers are converted to the file's format at a time. */
  private static final int CHUNK = 1 << 23;

  private static final double LARGEST_HALF = 65504;

  private SafetensorsWriter() {}

  /**
   * Writes the tensors in the map's order.
   *
   * @param dtype the number format written, whatever the tensors have; null: each its own
   * @throws EngramException if the disk is full or the file can't be written
   */
  public static void write(Path path, Map<String, Tensor> tensors, @Nullable Dtype dtype) {
    write(path, WrittenTensor.all(tensors, dtype), ProgressListener.NONE);
  }

  /**
   * Writes tensors, one at a time in memory.
   *
   * @param dtype the number format written, whatever the tensors have
   * @param progress advances by 1 a tensor
   * @throws EngramException if the disk is full, the file can't be written or a number is too large
   *     for float16
   */
  public static void write(Path path, TensorSource source, Dtype dtype, ProgressListener progress) {
    write(path, WrittenTensor.all(source, dtype), progress);
  }

  /** The same of tensors in any formats. */
  static void write(Path path, Map<String, WrittenTensor> tensors, ProgressListener progress) {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeAll(channel, ByteBuffer.wrap(header(tensors)));
        for (Map.Entry<String, WrittenTensor> entry : tensors.entrySet()) {
          writeTensor(channel, entry.getKey(), entry.getValue());
          progress.advance(1);
        }
        channel.force(true);
      }
      Files.move(
          temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw EngramException.resources(
          path
              + " could not be written: "
              + e.getMessage()
              + "\nFree space on its disk or name another folder with --out.",
          e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static byte[] header(Map<String, WrittenTensor> tensors) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    long from = 0;
    for (Map.Entry<String, WrittenTensor> entry : tensors.entrySet()) {
      long to = from + entry.getValue().bytes();
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("dtype", entry.getValue().dtype().safetensorsName());
      fields.put("shape", entry.getValue().shape());
      fields.put("data_offsets", List.of(from, to));
      header.put(entry.getKey(), fields);
      from = to;
    }
    byte[] json = JsonMapper.shared().writeValueAsBytes(header);
    // Padding with blanks keeps the numbers aligned to 8 bytes, so that they can be mapped.
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer buffer = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(padded).put(json);
    buffer.put(" ".repeat(padded - json.length).getBytes(StandardCharsets.US_ASCII));
    return buffer.array();
  }

  private static void writeTensor(FileChannel channel, String name, WrittenTensor written)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor flat = written.numbers().get().detach().contiguous().view(-1);
      for (long from = 0; from < flat.numel(); from += CHUNK) {
        int count = (int) Math.min(CHUNK, flat.numel() - from);
        try (PointerScope inner = new PointerScope()) {
          Tensor own = flat.narrow(0, from, count).cpu();
          Tensor part = own.to(written.dtype().torch());
          requireFit(name, own, part, written.dtype());
          BytePointer bytes = new BytePointer(part.data_ptr()).limit(part.nbytes());
          writeAll(channel, bytes.asByteBuffer());
        }
      }
    }
  }

  private static void requireFit(String name, Tensor own, Tensor part, Dtype dtype) {
    if (dtype == Dtype.FLOAT16
        && Dtype.of(own) != Dtype.FLOAT16
        && !part.isfinite().all().item_bool()
        && own.isfinite().all().item_bool()) {
      throw EngramException.usage(
          name
              + " holds numbers beyond ±"
              + LARGEST_HALF
              + ", which float16 can't hold.\nWrite the model in bfloat16 or float32"
              + " (model.save_dtype).");
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Reports the write's own failure.
    }
  }

  /**
   * A tensor to be written to a file: its shape is known for the header, and its numbers are made
   * when their turn comes, so a changed copy of a whole model never exists.
   *
   * @param dtype number format in the file
   * @param numbers gives the tensor, in any format; it may belong to the running scope
   */
  record WrittenTensor(long[] shape, Dtype dtype, Supplier<Tensor> numbers) {
    /** Existing tensors. */
    static Map<String, WrittenTensor> all(Map<String, Tensor> tensors, @Nullable Dtype dtype) {
      Map<String, WrittenTensor> written = new LinkedHashMap<>();
      tensors.forEach(
          (name, tensor) ->
              written.put(
                  name,
                  new WrittenTensor(
                      Tensors.shape(tensor),
                      dtype == null ? Dtype.of(tensor) : dtype,
                      () -> tensor)));
      return written;
    }

    /** Tensors made on demand. */
    static Map<String, WrittenTensor> all(TensorSource source, Dtype dtype) {
      Map<String, WrittenTensor> written = new LinkedHashMap<>();
      source
          .shapes()
          .forEach(
              (name, shape) ->
                  written.put(name, new WrittenTensor(shape, dtype, () -> source.tensor(name))));
      return written;
    }

    /** How many numbers it has. */
    long count() {
      long count = 1;
      for (long size : shape) {
        count *= size;
      }
      return count;
    }

    /** How many bytes they take in the file. */
    long bytes() {
      return count() * dtype.sizeBytes();
    }
  }
}
