package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code engram completion}. */
@Command(
    name = "completion",
    description = {
      "Prints a script that completes commands and options in bash and zsh.",
      "Load it with: source <(engram completion)"
    },
    sortOptions = false)
final class CompletionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec command;
  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    CommandSpec root = Objects.requireNonNull(command, "set by picocli").root();
    String script = AutoComplete.bash(root.name(), root.commandLine());
    common.console().result(Map.of("script", script), script.stripTrailing());
    return 0;
  }
}
