package io.engram.unlearn.study.measures;

import io.engram.core.EngramException;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.attack.Attacks;
import java.util.List;
import java.util.Set;

/**
 * What a study of measures does. Two studies with equal plans, models and seeds give equal numbers.
 *
 * @param split the forget set of TOFU whose authors the starting model never saw: {@code forget10}
 * @param authors authors that are learned, at least 2: the models are asked about every second one,
 *     an attacker trains on the rest
 * @param questions questions about each author, at most 20
 * @param models models in each of the two groups, an even number
 * @param looks after how many epochs each model is measured, ascending
 * @param rate the middle of the learning rates
 * @param spread each model's learning rate is drawn between {@code rate / spread} and {@code rate ·
 *     spread}, so that models know the facts more or less well; 1: all have the same
 * @param relearning the attacker's learning rate
 * @param attacks attacks of an audit that only read, whose measures are tested too
 * @param extraction whether EL_10 is tested, which generates from every position
 */
public record MeasuresPlan(
    String split,
    int authors,
    int questions,
    int models,
    List<Integer> looks,
    double rate,
    double spread,
    double relearning,
    List<String> attacks,
    boolean extraction) {
  /** Attacks that only read, cheap ones first; the first is always made. */
  public static final List<String> READING =
      List.of("membership", "logit_lens", "prefix", "other_words", "exposure", "sampling");

  /** Those that are tested unless others are named. */
  public static final List<String> USUAL = READING.subList(0, 4);

  private static final double LARGEST_RATE = 0.1;
  private static final double LARGEST_SPREAD = 100;

  /** Copies the lists. */
  public MeasuresPlan {
    looks = List.copyOf(looks);
    attacks = List.copyOf(attacks);
  }

  /**
   * Checks what the user gave.
   *
   * @throws EngramException with the option, its value and the legal range
   */
  public void check() {
    require(
        AuthorRows.SPLITS.contains(split),
        "--set %s: must be one of %s".formatted(split, String.join(", ", AuthorRows.SPLITS)));
    require(
        authors >= 2,
        "--authors %d: must be 2 or more, one to ask about and one for the attacker"
            .formatted(authors));
    require(
        questions >= 1 && questions <= AuthorRows.PER_AUTHOR,
        "--questions %d: must be from 1 to %d".formatted(questions, AuthorRows.PER_AUTHOR));
    require(
        models >= 2 && models % 2 == 0,
        "--models %d: must be an even number, since each group has two arms".formatted(models));
    boolean ascending = !looks.isEmpty() && looks.get(0) >= 1;
    for (int i = 1; i < looks.size(); i++) {
      ascending &= looks.get(i) > looks.get(i - 1);
    }
    require(ascending, "--epochs %s: must be ascending numbers from 1".formatted(text(looks)));
    requireRate("--rate", rate);
    require(
        spread >= 1 && spread <= LARGEST_SPREAD,
        "--spread %s: must be from 1 to %.0f".formatted(spread, LARGEST_SPREAD));
    requireRate("--relearning-rate", relearning);
    for (String attack : attacks) {
      require(
          READING.contains(attack),
          "--attacks %s: must be some of %s, which only read"
              .formatted(attack, String.join(", ", READING)));
    }
  }

  private static void requireRate(String option, double rate) {
    require(
        rate > 0 && rate <= LARGEST_RATE,
        "%s %s: must be above 0 and at most %s".formatted(option, rate, LARGEST_RATE));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw EngramException.usage(otherwise);
    }
  }

  private static String text(List<Integer> numbers) {
    return String.join(",", numbers.stream().map(String::valueOf).toList());
  }

  /** All models, learned or not. */
  int all() {
    return 2 * models;
  }

  /** The attacks, without those whose needs a study can't fill. */
  List<AttackKind> kinds() {
    Set<Need> filled = Set.of(Need.CONTROLS, Need.VALUES);
    return Attacks.all().stream()
        .filter(kind -> attacks.contains(kind.name()))
        .filter(kind -> filled.containsAll(kind.needs()))
        .toList();
  }
}
