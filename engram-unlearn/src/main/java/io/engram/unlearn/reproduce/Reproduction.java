package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.paper.PaperTable;
import io.engram.core.study.Study;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A table or figure of the paper, or an experiment of our own; {@link #all} lists them. */
public interface Reproduction {
  /** Its name on the command line: {@code table1}. */
  String name();

  /** A short description. */
  String title();

  /**
   * The default number of samples, or groups of samples.
   *
   * @return empty if it uses whole sets, which recipes name
   */
  default OptionalInt samples() {
    return OptionalInt.empty();
  }

  /** Whether it consists of trials of recipes, which can be made elsewhere. */
  default boolean hasTrials() {
    return false;
  }

  /**
   * Makes what is missing in the plan's folder, then reports the findings. Finished work is never
   * repeated.
   *
   * @return empty if it was stopped; the same call continues
   * @throws EngramException if the model has no recipes for it, or data are missing
   */
  Optional<Study> carryOut(ReproductionPlan plan);

  /** All, in the paper's order; a new one is a line here. */
  static List<Reproduction> all() {
    return Stream.concat(
            Stream.of("table1", "table4", "table5", "table6")
                .map(name -> new TableExperiment(PaperTable.read(name))),
            Stream.of(
                new Table7(),
                new Figure2(),
                new Figure3(),
                new Figure4(),
                new Figure5(),
                new OrderExperiment(),
                new MuseExperiment(MuseExperiment.Way.SCALABILITY),
                new MuseExperiment(MuseExperiment.Way.SUSTAINABILITY)))
        .toList();
  }

  /**
   * The experiment of this name.
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
                    "%s is not an experiment of the paper that can be reproduced; choose one of %s"
                        .formatted(
                            name,
                            String.join(", ", all.stream().map(Reproduction::name).toList()))));
  }
}
