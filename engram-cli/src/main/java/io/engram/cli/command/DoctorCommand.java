package io.engram.cli.command;

import io.engram.cli.command.Doctor.Finding;
import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Table;
import io.engram.core.OrderedMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code engram doctor}. */
@Command(
    name = "doctor",
    description = {
      "Shows what this machine can run, and what to change.",
      "The exit code is 4 if it can't compute."
    },
    sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
  private static final int CANNOT_COMPUTE = 4;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.here().findings();
    boolean ready = findings.stream().noneMatch(Finding::blocking);
    common.console().result(OrderedMap.of("ready", ready, "findings", findings), text(findings));
    return ready ? 0 : CANNOT_COMPUTE;
  }

  private static String text(List<Finding> findings) {
    Table table = new Table("what", "found");
    findings.forEach(finding -> table.row(finding.name(), finding.value()));
    String advice =
        findings.stream()
            .filter(finding -> finding.advice() != null)
            .map(finding -> "- " + finding.name() + ": " + finding.advice())
            .collect(Collectors.joining("\n"));
    return table + (advice.isEmpty() ? "\n\nNothing to change." : "\n\nTo change:\n" + advice);
  }
}
