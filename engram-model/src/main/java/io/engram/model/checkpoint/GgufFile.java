package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A GGUF file of a Llama: its weights under their Hugging Face names, each dequantised to float32
 * when it's asked for. Beside the weights only the numbers of heads are taken from it; the rest is
 * config.json's and tokenizer.json's to say.
 */
public final class GgufFile implements TensorFile {
  /** Numbers dequantised at once; a multiple of every block. */
  private static final int CHUNK = 1 << 18;

  private final Path path;
  private final GgufLlama llama;
  private final long dataStart;
  private final FileChannel channel;

  /**
   * Opens the file and checks its header whole.
   *
   * @throws EngramException if the file is missing, damaged, holds another architecture or a number
   *     format that can't be read
   */
  public GgufFile(Path path) {
    this.path = path;
    if (!Files.isRegularFile(path)) {
      throw EngramException.file(path + ": no such file; a GGUF file is needed here.");
    }
    try {
      GgufHeader header = GgufHeader.read(path);
      llama = GgufLlama.of(path, header);
      dataStart = header.dataStart();
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Whether the path is a GGUF file, by its name. */
  public static boolean isGguf(Path path) {
    return path.toString().endsWith(".gguf") && Files.isRegularFile(path);
  }

  /**
   * Checks that a configuration has this file's heads.
   *
   * @throws EngramException if it hasn't
   */
  public void requireHeads(DecoderConfig config) {
    llama.requireHeads(path, config);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    llama.weights().forEach((name, entry) -> shapes.put(name, entry.shape().clone()));
    return shapes;
  }

  /** The tensor in float32; belongs to the running scope and lives on after this is closed. */
  @Override
  public Tensor tensor(String name) {
    GgufHeader.Entry entry = llama.weights().get(name);
    if (entry == null) {
      throw GgufCursor.damaged(path, "it has no tensor " + name);
    }
    return Tensors.scoped(
        () -> {
          Tensor tensor = torch.empty(entry.shape(), Tensors.options(ScalarType.Float), null);
          fill(new FloatPointer(tensor.data_ptr()), entry);
          int heads = llama.interleavedHeads(name);
          return heads == 0 ? tensor : halvesApart(tensor, entry, heads);
        });
  }

  private static Tensor halvesApart(Tensor tensor, GgufHeader.Entry entry, int heads) {
    long rows = entry.shape()[0];
    return tensor
        .view(heads, rows / heads / 2, 2, entry.numbers() / rows)
        .transpose(1, 2)
        .reshape(entry.shape());
  }

  private void fill(FloatPointer to, GgufHeader.Entry entry) {
    long size = entry.numbers();
    float[] numbers = new float[(int) Math.min(CHUNK, size)];
    ByteBuffer bytes =
        ByteBuffer.allocate((int) entry.type().bytes(numbers.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    long at = dataStart + entry.from();
    for (long done = 0; done < size; done += numbers.length) {
      int count = (int) Math.min(numbers.length, size - done);
      bytes.clear().limit((int) entry.type().bytes(count));
      read(bytes, at);
      at += bytes.limit();
      entry.type().dequantize(bytes.flip(), numbers, count);
      to.position(done).put(numbers, 0, count);
    }
  }

  private void read(ByteBuffer bytes, long at) {
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, at + bytes.position()) < 0) {
          throw GgufCursor.damaged(path, "it became shorter while it was read");
        }
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private EngramException unreadable(IOException e) {
    return EngramException.file(path + ": could not be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
