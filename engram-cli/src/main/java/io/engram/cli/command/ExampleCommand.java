package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.core.example.Customer.Row;
import io.engram.core.example.CustomerFile;
import io.engram.core.example.LumeExample;
import io.engram.core.example.PiiExample;
import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code engram example}: the parent of the examples. */
@Command(
    name = "example",
    description = "Writes invented data to try Engram with.",
    subcommands = {ExampleCommand.Pii.class, ExampleCommand.Lume.class})
final class ExampleCommand implements Runnable {
  @Spec private @Nullable CommandSpec command;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(command, "set by picocli").commandLine(),
        "name an example: engram example pii --out DIR, or engram example lume --out DIR");
  }

  /** {@code engram example pii}. */
  @Command(
      name = "pii",
      description = {
        "Writes an invented customer file of which a part is to be forgotten.",
        "It holds the customers who asked to be deleted, those who stay, people who were never "
            + "customers, and the recipe that teaches the file to a model. Nobody in it exists."
      },
      sortOptions = false)
  static final class Pii implements Callable<Integer> {
    private static final long SEED = 42;
    private static final int SHOWN = 2;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        required = true,
        description = "The folder to write, new or empty")
    private @Nullable Path out;

    @Option(
        names = "--people",
        paramLabel = "N",
        description = "How many asked to be deleted, 1 to 500 (default: ${DEFAULT-VALUE})")
    private int people = 5;

    @Mixin private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      if (people < 1 || people > CustomerFile.MOST_PEOPLE) {
        throw common.mistake(
            "--people %d: must be from 1 to %d".formatted(people, CustomerFile.MOST_PEOPLE));
      }
      Path folder = Objects.requireNonNull(out, "required");
      long seed = Objects.requireNonNullElse(common.seed(), SEED);
      CustomerFile file = CustomerFile.of(seed, people);
      String typed = CommonOptions.quoted(folder.toString());
      PiiExample.write(folder, typed, seed, file);
      common.console().result(object(folder, typed, file), text(folder, typed, file));
      return 0;
    }

    private static Map<String, Object> object(Path folder, String typed, CustomerFile file) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("path", folder.toString());
      object.put("files", PiiExample.FILES);
      object.put("requests", file.requests().size());
      object.put("keep", file.keep().size());
      object.put("controls", file.controls().size());
      object.put("probes", file.probes().size());
      object.put("commands", PiiExample.commands(typed));
      return object;
    }

    private static String text(Path folder, String typed, CustomerFile file) {
      String rows =
          file.requests().stream().limit(SHOWN).map(Pii::row).collect(Collectors.joining("\n"));
      List<String> commands = PiiExample.commands(typed);
      return """
          Wrote an invented customer file to %s:
            requests.jsonl  %d samples about %d customers who asked to be deleted
            keep.jsonl      %d samples about %d customers who stay, and general questions
            controls.jsonl  %d samples about people who were never customers
            probes.jsonl    %d times the requests in other words
            teach.yaml      the recipe that teaches requests and keep samples to mini
            README.md       what to do with it
          The first requests:
          %s
          Now teach it to mini, make mini forget the requests, and open the report:
            %s
            %s
            %s/forgotten/report.html"""
          .formatted(
              folder,
              file.requests().size(),
              file.leaving().size(),
              file.keep().size(),
              file.staying().size(),
              file.controls().size(),
              file.probes().size(),
              rows,
              commands.get(0),
              commands.get(1),
              typed);
    }

    private static String row(Row row) {
      return "  " + JsonFiles.line(row);
    }
  }

  /** {@code engram example lume}. */
  @Command(
      name = "lume",
      description = {
        "Writes an invented set in the shape of LUME, SemEval-2025's task 4.",
        "It holds stories, personal data and biographies, half of them to be forgotten, documents "
            + "for the membership attack, and the recipes that teach them to a model. Nobody in it "
            + "exists."
      },
      sortOptions = false)
  static final class Lume implements Callable<Integer> {
    private static final long SEED = 42;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        required = true,
        description = "The folder to write, new or empty")
    private @Nullable Path out;

    @Option(
        names = "--subjects",
        paramLabel = "N",
        description =
            "Stories, people and biographies in each half, 1 to 100 (default: ${DEFAULT-VALUE})")
    private int subjects = 12;

    @Mixin private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
      if (subjects < 1 || subjects > LumeExample.MOST_SUBJECTS) {
        throw common.mistake(
            "--subjects %d: must be from 1 to %d".formatted(subjects, LumeExample.MOST_SUBJECTS));
      }
      Path folder = Objects.requireNonNull(out, "required");
      long seed = Objects.requireNonNullElse(common.seed(), SEED);
      LumeExample.Sets sets = LumeExample.of(seed, subjects);
      String typed = CommonOptions.quoted(folder.toString());
      LumeExample.write(folder, typed, seed, subjects, sets);
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("path", folder.toString());
      object.put("files", LumeExample.FILES);
      object.put("forget", sets.forget().size());
      object.put("retain", sets.retain().size());
      object.put("commands", LumeExample.commands(typed));
      common.console().result(object, text(folder, typed, sets));
      return 0;
    }

    private String text(Path folder, String typed, LumeExample.Sets sets) {
      return """
          Wrote an invented set in the shape of LUME to %s:
            forget.jsonl, retain.jsonl      %d and %d rows about %d stories, people and biographies each
            member.jsonl, nonmember.jsonl   %d stories each, for the membership attack
            teach.yaml, retrain.yaml        the recipes that teach both halves, or what is kept alone, to mini
            README.md                       what to do with it
          The first row:
            %s
          Now teach it, measure it, forget, and measure again:
            %s"""
          .formatted(
              folder,
              sets.forget().size(),
              sets.retain().size(),
              subjects,
              sets.members().size(),
              JsonFiles.line(sets.forget().get(0)),
              String.join("\n  ", LumeExample.commands(typed)));
    }
  }
}
