package io.engram.cli.command;

import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** All commands, in the order of the help. To add a command, add a line here. */
public final class Commands {
  private static final List<Class<?>> ALL =
      List.of(
          QuickstartCommand.class,
          ForgetCommand.class,
          LedgerCommand.class,
          AuditCommand.class,
          PlanCommand.class,
          CertifyCommand.class,
          VerifyCommand.class,
          KeyCommand.class,
          ExampleCommand.class,
          MrdCommand.class,
          ScoreCommand.class,
          GenerateCommand.class,
          UnlearnCommand.class,
          FinetuneCommand.class,
          EvalCommand.class,
          ReportCommand.class,
          StudyCommand.class,
          ReproduceCommand.class,
          ConvertCommand.class,
          RecipeCommand.class,
          FetchCommand.class,
          DoctorCommand.class,
          CompletionCommand.class,
          CommandLine.HelpCommand.class);

  /** Commands that show the options of others. */
  private static final Set<String> NEED_ALL = Set.of("help", "completion");

  private Commands() {}

  /** {@code engram} with every command. */
  public static CommandLine all() {
    CommandLine root = new CommandLine(new EngramCommand());
    ALL.forEach(command -> root.addSubcommand(new CommandLine(command)));
    return root;
  }

  /**
   * {@code engram} for these arguments. For commands that the arguments don't call, only name and
   * description are read, which is all that the help shows. This halves the start-up time.
   */
  public static CommandLine of(String[] arguments) {
    String called = arguments.length == 0 ? "" : arguments[0];
    if (NEED_ALL.contains(called)) {
      return all();
    }
    CommandLine root = new CommandLine(new EngramCommand());
    for (Class<?> command : ALL) {
      Command described = command.getAnnotation(Command.class);
      if (described.name().equals(called) || List.of(described.aliases()).contains(called)) {
        root.addSubcommand(new CommandLine(command));
      } else {
        root.addSubcommand(described.name(), outline(described));
      }
    }
    return root;
  }

  private static CommandSpec outline(Command described) {
    CommandSpec outline = CommandSpec.create().name(described.name()).aliases(described.aliases());
    outline.usageMessage().description(described.description()).header(described.header());
    return outline;
  }
}
