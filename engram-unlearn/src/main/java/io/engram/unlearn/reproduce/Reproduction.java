package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.paper.PaperTable;
import io.engram.core.study.Study;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A table or figure of the paper, made again; {@link #all} lists them. */
public interface Reproduction {
  /** How the command line calls it: {@code table1}. */
  String name();

  /** What it is, in a few words. */
  String title();

  /**
   * How many samples, or groups of samples, it takes where the plan names no number.
   *
   * @return empty where it takes whole sets, which recipes name
   */
  default OptionalInt samples() {
    return OptionalInt.empty();
  }

  /**
   * Makes what is missing in the plan's folder, then says what came out. What is done is never made
   * again.
   *
   * @return empty where it was stopped; the same call goes on
   * @throws EngramException if the model has no recipes for it, or data are missing
   */
  Optional<Study> carryOut(ReproductionPlan plan);

  /** All, in the paper's order; a new one is a line here. */
  static List<Reproduction> all() {
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
  static Reproduction named(String name) {
    List<Reproduction> all = all();
    return all.stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    "%s is none of the paper's experiments that can be reproduced; there are %s"
                        .formatted(
                            name,
                            String.join(", ", all.stream().map(Reproduction::name).toList()))));
  }
}
