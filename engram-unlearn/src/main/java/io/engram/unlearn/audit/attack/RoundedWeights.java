package io.engram.unlearn.audit.attack;

import io.engram.core.run.AuditSummary.Mean;
import io.engram.model.LanguageModel;
import io.engram.model.quantize.Quantization;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Compared;
import io.engram.unlearn.audit.Role;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The weights of all linear layers rounded to few bits and back, as by a file made for small
 * machines: a change smaller than half a step is undone, and the knowledge is back.
 *
 * <p>Facts of the model after: {@code codes_changed}, the share of the changed weights whose code
 * changed; {@code change_kept}, {@code ‖q(w_u) − q(w_o)‖ / ‖w_u − w_o‖}; and {@code
 * quantization_q_MEASURE}, open-unlearning's {@code Q = min(m_after / m_before, 1)}.
 *
 * <p><b>Source:</b> Zhang et al. 2024 (arXiv 2410.16454); formats and forecast: {@link
 * Quantization}. <b>Cost:</b> a pass over the weights and one over the samples.
 */
public record RoundedWeights(Quantization format) implements Attack {
  private static final String SOURCE = "arXiv 2410.16454";

  /** Eight bits, Q8_0. */
  public static final AttackKind INT8 =
      kind("int8", "weights rounded to 8 bits (Q8_0)", Quantization.INT8);

  /** Four bits, Q4_0. */
  public static final AttackKind INT4 =
      kind("int4", "weights rounded to 4 bits (Q4_0)", Quantization.INT4);

  /** NormalFloat. */
  public static final AttackKind NF4 =
      kind("nf4", "weights rounded to NF4 (bitsandbytes)", Quantization.NF4);

  private static AttackKind kind(String name, String summary, Quantization format) {
    return new AttackKind(name, summary, SOURCE, Set.of(), 1, () -> new RoundedWeights(format));
  }

  @Override
  public Outcome on(Victim victim) {
    victim.requireMemory(1);
    SortedMap<String, Double> facts = new TreeMap<>();
    if (victim.role() == Role.AFTER) {
      try (LanguageModel original = victim.data().models().before().get()) {
        Quantization.Survival survival = format.survival(victim.model(), original);
        if (survival.changed() > 0) {
          facts.put("codes_changed", survival.share());
          facts.put("change_kept", survival.ratio());
        }
      }
    }
    try (WeightSnapshot weights = new WeightSnapshot(victim.model())) {
      try {
        format.roundTrip(victim.model());
        List<Row> rows = Row.of(victim.samples(), "", victim.knowledge());
        return new Outcome(rows, facts, List.of());
      } finally {
        weights.restore();
      }
    }
  }

  @Override
  public SortedMap<String, Double> facts(Compared plain, Compared attacked, boolean retrained) {
    SortedMap<String, Double> facts = new TreeMap<>();
    for (Measure measure : List.of(Measure.MEMORIZATION, Measure.STRENGTH)) {
      Mean before = plain.means(Role.AFTER).get(measure.key());
      Mean after = attacked.means(Role.AFTER).get(measure.key());
      if (before != null && after != null) {
        facts.put("quantization_q_" + measure.key(), robustness(after.mean(), before.mean()));
      }
    }
    return facts;
  }

  /** {@code Q = min(m_after / m_before, 1)}; 1 if there was nothing before. */
  static double robustness(double after, double before) {
    return before == 0 ? 1 : Math.min(1, after / before);
  }
}
