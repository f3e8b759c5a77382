package io.engram.model;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where to open a model again, on this machine or another that sees the same path.
 *
 * @param model absolute path of its folder, GGUF file or adapter folder
 * @param base absolute path of an adapter's base model
 * @param device where its weights go
 * @param dtype number format of its weights in memory
 * @param threads that its passes were cut for
 * @param batchTokens maximum tokens in a pass
 * @param hash SHA-256 over its files; empty: not to be checked
 */
public record ModelSource(
    String model,
    @Nullable String base,
    Device device,
    Dtype dtype,
    int threads,
    int batchTokens,
    String hash)
    implements Serializable {
  /** The same, which must have this hash wherever it is opened. */
  public ModelSource requiring(String sha256) {
    return new ModelSource(model, base, device, dtype, threads, batchTokens, sha256);
  }

  /**
   * The same in other places.
   *
   * @param other where its folder, GGUF file or adapter folder is
   * @param otherBase where the adapter's base model is
   */
  public ModelSource at(String other, @Nullable String otherBase) {
    return new ModelSource(other, otherBase, device, dtype, threads, batchTokens, hash);
  }

  /** The same on another device. */
  public ModelSource on(Device other) {
    return new ModelSource(model, base, other, dtype, threads, batchTokens, hash);
  }

  /**
   * Opens it; the caller closes it. It has no template: it is for tokens.
   *
   * @param where the machine, for messages
   * @throws EngramException if it isn't there or differs from the one that was meant
   */
  public LanguageModel open(String where) {
    for (String path : base == null ? new String[] {model} : new String[] {model, base}) {
      if (!Files.exists(Path.of(path))) {
        throw EngramException.file(
            "The model "
                + path
                + " isn't there on "
                + where
                + ".\nEvery machine must see it under this path: put it on a shared file system,"
                + " or copy it to the same place everywhere.");
      }
    }
    String found = hash.isEmpty() ? hash : LanguageModel.hash(model, base);
    if (!found.equals(hash)) {
      throw EngramException.file(
          "The model "
              + model
              + " on "
              + where
              + " differs from the one here: SHA-256 "
              + found.substring(0, 12)
              + "… there, "
              + hash.substring(0, 12)
              + "… here.\nCopy it again, or name one on a shared file system.");
    }
    return LanguageModel.open(
        model,
        new ModelOptions(
            device, dtype, PromptTemplate.PLAIN, base, threads, batchTokens, false, 0));
  }
}
