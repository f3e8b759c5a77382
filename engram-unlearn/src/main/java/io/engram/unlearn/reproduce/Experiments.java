package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.paper.PaperTable;
import java.util.List;
import java.util.stream.Stream;

/** The experiments there are; a new one is a line here. */
public final class Experiments {
  private Experiments() {}

  /** All, in the paper's order. */
  public static List<Experiment> all() {
    return Stream.concat(
            Stream.of("table1", "table4", "table5", "table6")
                .map(name -> new TableExperiment(PaperTable.read(name))),
            Stream.of(new Table7(), new Figure2(), new Figure3(), new Figure4(), new Figure5()))
        .toList();
  }

  /**
   * The one of this name.
   *
   * @throws EngramException if there is none
   */
  public static Experiment named(String name) {
    List<Experiment> all = all();
    return all.stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "%s is none of the paper's experiments that can be reproduced; there are %s"
                        .formatted(
                            name, String.join(", ", all.stream().map(Experiment::name).toList()))));
  }
}
