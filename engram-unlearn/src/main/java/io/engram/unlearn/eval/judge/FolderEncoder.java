package io.engram.unlearn.eval.judge;

import io.engram.model.encoder.SentenceEmbedder;
import io.engram.model.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sentence encoder from a Hugging Face or sentence-transformers folder. It computes on the
 * processor in float32 wherever the model under test is, so that its judgement is the same.
 */
public final class FolderEncoder implements SentenceEncoder {
  private static final int BATCH_TOKENS = 4096;
  private static final int HASH_DIGITS = 12;

  /** {@code models--ORG--NAME}, the folder of a model in the hub's cache; its own is a hash. */
  private static final Pattern CACHED = Pattern.compile("models--.+?--([^/\\\\]+)");

  private final SentenceEmbedder embedder;
  private final String name;

  /**
   * Opens it; owns native memory until it's closed.
   *
   * @throws io.engram.core.EngramException if the folder is no encoder that is supported
   */
  public FolderEncoder(Path folder) {
    embedder = SentenceEmbedder.open(folder, Device.CPU, BATCH_TOKENS);
    name = nameOf(folder) + ", sha256 " + embedder.hash().substring(0, HASH_DIGITS);
  }

  /**
   * What a folder is called in notes and measurements: its own name, or the model's where it lies
   * in the hub's cache. A semicolon ends a name in the notes of a run, and a line break a line.
   */
  public static String nameOf(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    Matcher cached = CACHED.matcher(whole.toString());
    String name = cached.find() ? cached.group(1) : String.valueOf(whole.getFileName());
    return name.replaceAll("[;\\p{Cntrl}]", "_");
  }

  /** The folder's name and the beginning of the hash of what is in it. */
  @Override
  public String name() {
    return name;
  }

  @Override
  public List<float[]> encode(List<String> texts) {
    return embedder.embed(texts);
  }

  @Override
  public void close() {
    embedder.close();
  }
}
