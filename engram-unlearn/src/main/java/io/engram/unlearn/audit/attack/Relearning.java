package io.engram.unlearn.audit.attack;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.score.Representations;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Compared;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A short training that shows the model none of the facts asked for afterwards; what was only
 * suppressed comes back. An {@link Epoch} at each of three rates; the attacker's best counts.
 *
 * <p>With a retrained model, R says how much faster the model relearns than one that never knew:
 * {@code R = min(Δ_r / Δ_u, 1)} with {@code Δ = m_after − m_before}, m exact memorization or
 * extraction strength; 1 is as good as retrained. (Facts {@code relearning_r_MEASURE}.)
 *
 * <p><b>Source:</b> parts of the requests: Deeb and Roger (arXiv 2410.08827), Lynch et al. (arXiv
 * 2402.16835); related text: Hu et al. (arXiv 2406.13356); unrelated text: Doshi and Stickland
 * (arXiv 2411.12103); R: open-unlearning. <b>Cost:</b> three epochs for each model, over parts six.
 */
public record Relearning(Text text) implements Attack {
  /** The fewest samples of related or unrelated text. */
  private static final int LEAST = 40;

  /** Samples to keep among which the nearest are sought. */
  private static final int POOL = 400;

  /** General questions that come with Engram. */
  private static final List<String> GENERAL = List.of("tofu:world_facts", "tofu:real_authors");

  /** What an attacker trains on. */
  enum Text {
    /** Other requests. */
    PARTS,
    /** Samples to keep that are like the requests. */
    RELATED,
    /** General questions. */
    UNRELATED,
    /** The owner's own samples. */
    OWN
  }

  /** Part of the requests, the others asked. */
  public static final AttackKind PARTS =
      new AttackKind(
          "relearn",
          "trained for an epoch on one part of the requests, asked the other",
          "arXiv 2410.08827",
          Set.of(),
          1,
          () -> new Relearning(Text.PARTS));

  /** Keep rows near the requests. */
  public static final AttackKind RELATED =
      new AttackKind(
          "relearn_related",
          "trained for an epoch on the samples to keep that are most like the requests",
          "arXiv 2406.13356",
          Set.of(Need.KEEP),
          1,
          () -> new Relearning(Text.RELATED));

  /** General questions. */
  public static final AttackKind UNRELATED =
      new AttackKind(
          "relearn_unrelated",
          "trained for an epoch on general questions",
          "arXiv 2411.12103",
          Set.of(),
          1,
          () -> new Relearning(Text.UNRELATED));

  /** The owner's own training. */
  public static final AttackKind OWN =
      new AttackKind(
          "finetune",
          "trained for an epoch on your own samples (--finetune)",
          "arXiv 2406.13356",
          Set.of(Need.FINETUNE),
          1,
          () -> new Relearning(Text.OWN));

  @Override
  public Outcome on(Victim victim) {
    victim.requireMemory(4); // the weights as they were, gradients, two moments of AdamW
    return text == Text.PARTS ? onParts(victim) : onOther(victim);
  }

  private static Outcome onParts(Victim victim) {
    List<Sample> samples = victim.samples();
    if (samples.size() < 2) {
      throw EngramException.usage("needs two requests or more, one to train on and one to ask");
    }
    Parts parts = Parts.of(samples);
    List<TokenizedSample> tokens = victim.model().samples().tokenize(samples);
    List<Row> rows = new ArrayList<>();
    try (WeightSnapshot weights = new WeightSnapshot(victim.model())) {
      for (String rate : Epoch.RATES) {
        for (int taught = 0; taught < 2; taught++) {
          rows.addAll(
              afterwards(
                  victim, weights, parts.of(taught, tokens), rate, parts.of(1 - taught, samples)));
        }
      }
    }
    return new Outcome(
        rows,
        new TreeMap<>(),
        parts.divided() && victim.role() != Role.CONTROL
            ? List.of(
                "most requests name the same subject, so the part trained on says something of the part asked")
            : List.of());
  }

  private Outcome onOther(Victim victim) {
    List<Sample> chosen = chosen(victim);
    List<TokenizedSample> tokens = victim.model().samples().tokenize(chosen);
    List<Row> rows = new ArrayList<>();
    try (WeightSnapshot weights = new WeightSnapshot(victim.model())) {
      for (String rate : Epoch.RATES) {
        rows.addAll(afterwards(victim, weights, tokens, rate, victim.samples()));
      }
    }
    return Outcome.of(rows);
  }

  /** Trains, asks, and sets the weights back. */
  private static List<Row> afterwards(
      Victim victim,
      WeightSnapshot weights,
      List<TokenizedSample> taught,
      String rate,
      List<Sample> asked) {
    try {
      RandomStream stream = RandomStream.of(victim.data().seed(), "relearn", 0, taught.size());
      Epoch.train(victim.model(), taught, Double.parseDouble(rate), stream, victim.progress());
      return Row.of(asked, rate, victim.knowledge(asked));
    } finally {
      weights.restore();
    }
  }

  private List<Sample> chosen(Victim victim) {
    int count = Math.max(LEAST, victim.samples().size());
    long seed = victim.data().seed();
    return switch (text) {
      case OWN -> victim.data().finetune();
      case UNRELATED -> drawn(SampleSource.load(GENERAL), count, seed);
      default -> nearest(victim, drawn(victim.data().keep(), POOL, seed), count);
    };
  }

  /** A random subset in the order of the data, from the stream (seed, "relearn", 1, 0). */
  private static List<Sample> drawn(List<Sample> samples, int count, long seed) {
    int[] order = RandomStream.of(seed, "relearn", 1, 0).permutation(samples.size());
    return Arrays.stream(order, 0, Math.min(count, order.length))
        .sorted()
        .mapToObj(samples::get)
        .toList();
  }

  private static List<Sample> nearest(Victim victim, List<Sample> pool, int count) {
    List<double[]> wanted =
        Representations.of(victim.model(), victim.model().samples().tokenize(victim.samples()));
    List<double[]> offered =
        Representations.of(victim.model(), victim.model().samples().tokenize(pool));
    return Arrays.stream(nearest(wanted, offered, count)).mapToObj(pool::get).toList();
  }

  /**
   * The vectors of a pool that are nearest to any of the wanted ones: those with the largest
   * cosine, after the pool's mean is taken off all of them.
   *
   * @return their places, ascending; all if there are no more than {@code count}
   */
  static int[] nearest(List<double[]> wanted, List<double[]> pool, int count) {
    double[][] cosines = Representations.cosines(wanted, pool);
    double[] closeness = new double[pool.size()];
    for (int i = 0; i < closeness.length; i++) {
      int one = i;
      closeness[i] = Arrays.stream(cosines).mapToDouble(own -> own[one]).max().orElse(Double.NaN);
    }
    return Representations.largest(closeness, count);
  }

  @Override
  public SortedMap<String, Double> facts(Compared plain, Compared attacked, boolean retrained) {
    SortedMap<String, Double> facts = new TreeMap<>();
    if (retrained) {
      for (Measure measure : List.of(Measure.MEMORIZATION, Measure.STRENGTH)) {
        double unlearned = plain.rise(attacked, Role.AFTER, measure.key());
        double never = plain.rise(attacked, Role.CONTROL, measure.key());
        facts.put("relearning_r_" + measure.key(), robustness(never, unlearned));
      }
    }
    return facts;
  }

  /**
   * {@code R = min(Δ_r / Δ_u, 1)}; 1 if the unlearned model learns nothing, 0 if only it does.
   *
   * @param never Δ_r, the rise under the retrained model
   * @param unlearned Δ_u
   */
  static double robustness(double never, double unlearned) {
    return unlearned <= 0 ? 1 : Math.max(0, Math.min(1, never / unlearned));
  }
}
