package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * PyTorch's pickles. Opening one runs whatever code it holds, so Engram never does. The message
 * says how to convert a trusted one.
 */
public final class Pickles {
  private static final Pattern NAMES =
      Pattern.compile("(?i).*\\.(pt|pth|ckpt|pkl|pickle)|(pytorch_model|adapter_model).*\\.bin");

  private static final String OLD_ADAPTER = "adapter_model.bin";

  private Pickles() {}

  /** Whether a file is a pickle, by its name. */
  public static boolean isPickle(Path file) {
    Path name = file.getFileName();
    return name != null && NAMES.matcher(name.toString()).matches();
  }

  /** The message about a pickle, in a model folder or by itself. */
  public static EngramException refusal(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    boolean inFolder = parent != null && Files.isRegularFile(parent.resolve("config.json"));
    String folder = inFolder ? String.valueOf(parent) : "FOLDER";
    return EngramException.file(
        file
            + " is a pickle of PyTorch's, which can run any code when it's opened, so it isn't"
            + " read.\n"
            + "Where you trust it, convert it with transformers in Python:\n"
            + "  from transformers import AutoModelForCausalLM\n"
            + "  AutoModelForCausalLM.from_pretrained(\"%s\", dtype=\"auto\").save_pretrained(\"%s\")"
                .formatted(folder, folder)
            + (inFolder ? "" : "\nwhere FOLDER has the model's config.json beside this file."));
  }

  /** A pickle of the folder, if it has one. */
  static Optional<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Pickles::isPickle).sorted().findFirst();
    } catch (IOException e) {
      throw EngramException.file(folder + ": could not be read: " + e.getMessage(), e);
    }
  }

  /** Refuses an adapter that an old PEFT wrote as a pickle, if there is no safetensors file. */
  static void refuseAdapter(Path folder, String safetensors) {
    Path old = folder.resolve(OLD_ADAPTER);
    if (Files.isRegularFile(folder.resolve(safetensors)) || !Files.isRegularFile(old)) {
      return;
    }
    throw EngramException.file(
        old
            + " is a pickle of PyTorch's, which can run any code when it's opened, so it isn't"
            + " read.\n"
            + "Where you trust it, convert it with PEFT in Python:\n"
            + "  from peft import AutoPeftModelForCausalLM\n"
            + "  AutoPeftModelForCausalLM.from_pretrained(\"%s\").save_pretrained(\"%s\")"
                .formatted(folder, folder));
  }
}
