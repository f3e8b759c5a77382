package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.tensor.Dtype;
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
  private static final int BUFFER_BYTES = 1 << 24;

  private SafetensorsWriter() {}

  /** A tensor to come. */
  private record Planned(long[] shape, Dtype dtype, Supplier<Tensor> tensor) {
    long bytes() {
      long numbers = 1;
      for (long size : shape) {
        numbers *= size;
      }
      return numbers * dtype.sizeBytes();
    }
  }

  /**
   * Writes the tensors in the map's order.
   *
   * @param dtype the number format written, whatever the tensors have; null: each its own
   * @throws EngramException if the disk is full or the file can't be written
   */
  public static void write(Path path, Map<String, Tensor> tensors, @Nullable Dtype dtype) {
    Map<String, Planned> planned = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            planned.put(
                name,
                new Planned(
                    Tensors.shape(tensor),
                    dtype == null ? Dtype.of(tensor) : dtype,
                    () -> tensor)));
    writePlanned(path, planned, ProgressListener.NONE);
  }

  /**
   * Writes tensors of which one at a time is in memory.
   *
   * @param dtype the number format written, whatever the tensors have
   * @param progress advances by 1 a tensor
   * @throws EngramException if the disk is full or the file can't be written
   */
  public static void write(Path path, TensorSource source, Dtype dtype, ProgressListener progress) {
    Map<String, Planned> planned = new LinkedHashMap<>();
    source
        .shapes()
        .forEach(
            (name, shape) ->
                planned.put(name, new Planned(shape, dtype, () -> source.tensor(name))));
    writePlanned(path, planned, progress);
  }

  private static void writePlanned(
      Path path, Map<String, Planned> tensors, ProgressListener progress) {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeAll(channel, ByteBuffer.wrap(header(tensors)));
        for (Planned tensor : tensors.values()) {
          writeTensor(channel, tensor);
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

  private static byte[] header(Map<String, Planned> tensors) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    long from = 0;
    for (Map.Entry<String, Planned> entry : tensors.entrySet()) {
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

  private static void writeTensor(FileChannel channel, Planned planned) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor plain = planned.tensor().get().detach().cpu().to(planned.dtype().torch()).contiguous();
      long size = plain.nbytes();
      BytePointer pointer = new BytePointer(plain.data_ptr());
      for (long at = 0; at < size; at += BUFFER_BYTES) {
        int count = (int) Math.min(BUFFER_BYTES, size - at);
        BytePointer part = new BytePointer(pointer).position(at).limit(at + count);
        writeAll(channel, part.asByteBuffer());
      }
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
      // The write's own failure is what the user hears of.
    }
  }
}
