package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Table;
import io.engram.core.EngramException;
import io.engram.core.ledger.KeepLosses;
import io.engram.core.ledger.Ledger;
import io.engram.core.ledger.LedgerEntry;
import io.engram.core.ledger.LedgerEntry.Kept;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram ledger}. */
@Command(
    name = "ledger",
    description = {
      "Lists the requests in a ledger, which engram forget MODEL REQUESTS --ledger DIR keeps."
    },
    footer = {
      "",
      "Exit code: 3 if the chain is broken, or with --check a model, sample or certificate is missing or was changed."
    },
    sortOptions = false)
final class LedgerCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The ledger's folder")
  private Path folder = Path.of("");

  @Option(
      names = "--check",
      description =
          "Also check that every model, every file of samples and every certificate is the one that was written down")
  private boolean check;

  @picocli.CommandLine.Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Ledger ledger = Ledger.read(folder);
    List<String> faults = check ? ledger.faults() : List.of();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ledger", folder.toString());
    json.put("entries", ledger.entries());
    json.put("head", ledger.head());
    json.put("keep_loss_rise", KeepLosses.of(ledger.entries()).sum());
    if (check) {
      json.put("faults", faults);
    }
    common.console().result(json, text(ledger));
    if (!faults.isEmpty()) {
      throw EngramException.file(String.join("\n", faults));
    }
    if (check) {
      common.console().message("The chain, all models, samples and certificates are unchanged.");
    }
    return 0;
  }

  private static String text(Ledger ledger) {
    Table table =
        new Table(
            "request", "received", "due", "done", "samples", "verdicts", "keep loss", "model");
    for (LedgerEntry entry : ledger.entries()) {
      table.row(
          entry.id(),
          entry.received(),
          entry.deadline(),
          entry.done() + (entry.done().compareTo(entry.deadline()) > 0 ? " (late)" : ""),
          String.valueOf(entry.requests()),
          entry.verdicts().entrySet().stream()
              .map(e -> e.getValue() + " " + e.getKey().replace('_', ' '))
              .collect(Collectors.joining(", ")),
          kept(entry.kept()),
          entry.modelAfter().path());
    }
    return table + "\n" + kept(KeepLosses.of(ledger.entries())) + "Head: " + ledger.head();
  }

  private static String kept(@Nullable Kept kept) {
    return kept == null ? "" : "%.3f → %.3f".formatted(kept.before(), kept.after());
  }

  private static String kept(KeepLosses losses) {
    if (losses.all().isEmpty()) {
      return "";
    }
    Double bound = losses.bound(losses.all().get(losses.all().size() - 1).data());
    boolean same = losses.areComparable();
    return "Samples to keep: in all, the loss %s by %.3f nats a token over %d requests%s.\n"
        .formatted(
            losses.sum() < 0 ? "fell" : "rose",
            Math.abs(losses.sum()),
            losses.all().size(),
            same && bound != null
                ? " (bound %.3f)".formatted(bound)
                : same ? "" : ", not all measured on the same samples");
  }
}
