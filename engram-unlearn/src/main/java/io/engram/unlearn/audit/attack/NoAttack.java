package io.engram.unlearn.audit.attack;

import io.engram.core.metric.FactRecall;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.Victim;
import io.engram.unlearn.forget.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The model as it is: the measures by which {@code engram forget} judges. */
public final class NoAttack implements Attack {
  /** Always made. */
  public static final AttackKind KIND =
      new AttackKind(
          AttackKind.NONE,
          "as it is, without an attack",
          "docs/forget.md",
          Set.of(),
          1,
          NoAttack::new);

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public Outcome on(Victim victim) {
    List<Probe> probes = Probe.of(victim.model(), victim.samples(), victim.progress());
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < probes.size(); i++) {
      Probe probe = probes.get(i);
      Row row = Row.of(victim.samples().get(i).id(), "", probe.knowledge());
      if (!Double.isNaN(probe.fact())) {
        row.measures().put(FactRecall.NAME, probe.fact());
      }
      rows.add(row);
    }
    return Outcome.of(rows);
  }
}
