package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Console;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import io.engram.core.hub.Hub;
import io.engram.core.hub.HubName;
import io.engram.core.hub.HubSettings;
import io.engram.core.text.NumberText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram fetch}. */
@Command(
    name = "fetch",
    description = {
      "Fetches a model or dataset from the Hugging Face hub.",
      "It resumes a fetch that was stopped and checks files against the hub's hashes."
    },
    sortOptions = false,
    footer = {
      "",
      "Files go to the cache of the Python package huggingface_hub, or to the folder given by "
          + "--out.",
      "For a model it fetches safetensors or GGUF, JSON, tokenizer and readme files; for a "
          + "dataset JSON, CSV, TSV and Parquet. It never fetches pickles.",
      "It respects HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HTTPS_PROXY and"
          + " NO_PROXY."
    })
final class FetchCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description = "hf:ORG/NAME[@REVISION] or dataset:ORG/NAME[@REVISION]")
  private String name = "";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Fetch into this new folder instead of the cache")
  private @Nullable Path out;

  @Option(
      names = "--file",
      paramLabel = "PATTERN",
      description =
          "Which weights or data files to fetch, for instance '*Q4_K_M.gguf'; may be repeated")
  private List<String> patterns = List.of();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    HubName wanted = HubName.parse(name);
    HubSettings settings = HubSettings.here();
    if (settings.offline() && out == null) {
      return offline(wanted, settings);
    }
    Hub hub = new Hub(settings);
    Console console = common.console();
    Hub.Plan plan = hub.plan(wanted, patterns, out);
    console.message(announcement(plan));
    Path folder;
    try {
      folder = Watched.run(console, progress -> hub.fetch(plan, progress, console::message));
    } catch (Interruption.Stopped e) {
      console.message("Stopped; files fetched so far are kept. To resume: " + common.typed());
      return Interruption.EXIT_CODE;
    }
    console.result(object(plan, folder), folder.toString());
    return 0;
  }

  private int offline(HubName wanted, HubSettings settings) {
    Path folder =
        settings
            .cache()
            .find(wanted)
            .orElseThrow(
                () ->
                    EngramException.file(
                        wanted
                            + " is not in the cache "
                            + settings.cache().root()
                            + ",\nand HF_HUB_OFFLINE forbids access to the network. Unset it."));
    if (wanted.kind() == HubName.Kind.MODEL) {
      settings.cache().model(wanted);
    }
    common
        .console()
        .message(
            wanted + " is in the cache (not compared with the hub, because of HF_HUB_OFFLINE)");
    common
        .console()
        .result(
            OrderedMap.of("name", wanted.toString(), "path", folder.toString()), folder.toString());
    return 0;
  }

  private static String announcement(Hub.Plan plan) {
    long here = plan.bytes() - plan.missingBytes();
    return "%s at %s: %d files, %s; %s%n→ %s"
        .formatted(
            plan.name(),
            plan.commit().substring(0, 8),
            plan.paths().size(),
            NumberText.bytes(plan.bytes()),
            plan.missingBytes() == 0
                ? "already fetched"
                : here == 0
                    ? "nothing fetched yet"
                    : NumberText.bytes(plan.missingBytes()) + " left to fetch",
            plan.place());
  }

  private static Map<String, @Nullable Object> object(Hub.Plan plan, Path folder) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("name", plan.name().toString());
    object.put("commit", plan.commit());
    object.put("path", folder.toString());
    object.put("files", plan.paths());
    object.put("bytes", plan.bytes());
    object.put("fetched_bytes", plan.missingBytes());
    return object;
  }
}
