package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.metric.FactRecall;
import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.run.AuditSummary.Mean;
import io.engram.core.run.AuditSummary.NotChecked;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.OutOfMemoryRetry;
import io.engram.unlearn.audit.Attack.Outcome;
import io.engram.unlearn.audit.AuditFiles.Made;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.forget.Probe;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes attacks on a model that was made to forget, and gives a verdict for each request. Results
 * go to {@code audit/} attack by attack; one that is whole and was made with the same models, data
 * and seed is not made again.
 *
 * @param subject what is audited
 * @param kinds the attacks, the plain measurement first
 * @param setup how to compute
 * @param say receives a line for each step, in words for the person who asked
 */
public record Audit(
    AuditSubject subject, List<AttackKind> kinds, Setup setup, Consumer<String> say) {
  /** Copies the list. */
  public Audit {
    kinds = List.copyOf(kinds);
  }

  /**
   * What came of it.
   *
   * @param summary the numbers
   * @param verdicts one for each request
   */
  public record Judged(AuditSummary summary, List<VerdictRow> verdicts) {
    /** Whether something that was known before is known or hidden. */
    public boolean isSomethingLeft() {
      return verdicts.stream().anyMatch(VerdictRow::isLeft);
    }
  }

  /**
   * Makes all attacks that aren't made yet, then judges and writes.
   *
   * @return null if it was interrupted; to resume, do the same again
   * @throws EngramException if an attack was asked for by name and lacks what it needs, or a model
   *     doesn't fit the others
   */
  public @Nullable Judged run() {
    try (AuditModels models = AuditModels.open(subject, setup)) {
      AuditData data = models.data();
      List<NotChecked> notChecked = new ArrayList<>();
      List<AttackKind> possible = possible(data, notChecked);
      say.accept("Compares with %s.".formatted(models.comparedWithText()));
      AuditFiles files = new AuditFiles(subject.folder().resolve("audit"));
      if (subject.kind() == AuditSubject.Kind.MODEL) {
        requireOwn(files, models);
      }
      Map<AttackKind, Made> made = new LinkedHashMap<>();
      setup.progress().start("audit", possible.size() * 3L, "measurements");
      try {
        Clock clock = new Clock(subject.options().minutes());
        for (int i = 0; i < possible.size(); i++) {
          AttackKind kind = possible.get(i);
          String digest = models.digest(kind, subject.options().minutes());
          Made found = files.find(kind.name(), models.subject(), digest);
          if (found == null) {
            found = made(kind, digest, models, clock.deadline(i, possible.size()), notChecked);
            if (found != null) {
              files.write(kind.name(), found);
            }
          } else {
            setup.progress().advance(3);
          }
          if (found != null) {
            made.put(kind, found);
          }
        }
      } catch (Stopped stopped) {
        return null;
      } finally {
        setup.progress().finish();
      }
      return judged(models, made, notChecked);
    }
  }

  /** Results of other models or requests stay where they are. */
  private void requireOwn(AuditFiles files, AuditModels models) {
    AttackKind plain = kinds.get(0);
    boolean judged = Files.exists(subject.folder().resolve(VerdictRow.FILE));
    boolean others =
        files.isOfOthers(
            plain.name(), models.subject(), models.digest(plain, subject.options().minutes()));
    if (others || (judged && !files.has(plain.name()))) {
      throw EngramException.usage(
          "%s holds verdicts on other models or requests.\nGive this audit a folder of its own with --out DIR, or leave --out out."
              .formatted(subject.folder()));
    }
  }

  private List<AttackKind> possible(AuditData data, List<NotChecked> notChecked) {
    List<AttackKind> possible = new ArrayList<>();
    for (AttackKind kind : kinds) {
      List<Need> missing = kind.needs().stream().filter(n -> !n.isMet(data)).sorted().toList();
      if (missing.isEmpty()) {
        possible.add(kind);
      } else if (subject.options().attacks().contains(kind.name())) {
        throw EngramException.usage(
            "The attack %s needs %s.".formatted(kind.name(), missing.get(0).text()));
      } else if (!missing.contains(Need.ADAPTER)) {
        notChecked.add(new NotChecked(kind.name(), "needs " + missing.get(0).text(), false));
      }
    }
    return possible;
  }

  /** Makes one attack on all models; null if it failed, which is noted. */
  private @Nullable Made made(
      AttackKind kind,
      String digest,
      AuditModels models,
      double deadline,
      List<NotChecked> notChecked) {
    long begun = System.nanoTime();
    Map<Role, Outcome> outcomes = new EnumMap<>(Role.class);
    Attack attack = kind.opener().get();
    LimitedProgress progress =
        new LimitedProgress(
            setup.progress(),
            setup.interrupted(),
            kind.name().equals(AttackKind.NONE) ? Double.POSITIVE_INFINITY : deadline);
    List<Role> order = models.order();
    for (int i = 0; i < order.size(); i++) {
      Role role = order.get(i);
      List<Sample> samples = models.samples(role);
      long left = order.subList(i, order.size()).stream().mapToLong(models::count).sum();
      double seconds = (deadline - System.nanoTime() / 1e9) * samples.size() / left;
      try {
        progress.start(kind.name() + ", " + role.text(), samples.size(), "samples");
        LanguageModel model = models.model(role, attack.onlyReads());
        outcomes.put(
            role, attack.on(new Victim(role, model, samples, models.data(), progress, seconds)));
      } catch (EngramException | LimitedProgress.OutOfTime | OutOfMemoryError e) {
        return failed(kind, e, models, notChecked);
      } catch (RuntimeException e) {
        if (e instanceof Stopped || !OutOfMemoryRetry.isAllocation(e)) {
          throw e;
        }
        return failed(kind, e, models, notChecked);
      } finally {
        progress.finishAll();
      }
      setup.progress().advance(1);
    }
    return new Made(models.subject(), digest, (System.nanoTime() - begun) / 1e9, outcomes);
  }

  private @Nullable Made failed(
      AttackKind kind, Throwable e, AuditModels models, List<NotChecked> notChecked) {
    models.discard();
    if (kind.name().equals(AttackKind.NONE)) {
      if (e instanceof EngramException own) {
        throw own;
      }
      throw EngramException.resources("Memory ran out while the model was measured.", e);
    }
    String why = why(e);
    notChecked.add(new NotChecked(kind.name(), why, true));
    say.accept("The attack %s %s; the others go on.".formatted(kind.name(), why));
    return null;
  }

  private static String why(Throwable e) {
    if (e instanceof LimitedProgress.OutOfTime) {
      return "ran out of time (--minutes)";
    }
    if (!(e instanceof EngramException own)) {
      return "ran out of memory";
    }
    String first =
        Objects.requireNonNullElse(own.getMessage(), "failed").lines().findFirst().orElse("");
    return own.kind() == EngramException.Kind.RESOURCES ? "ran out of memory: " + first : first;
  }

  private Judged judged(
      AuditModels models, Map<AttackKind, Made> made, List<NotChecked> notChecked) {
    Map<AttackKind, Compared> compared = new LinkedHashMap<>();
    made.forEach(
        (kind, results) ->
            compared.put(kind, new Compared(kind.name(), results.rows(), models.isRetrained())));
    Compared plain = compared.values().iterator().next();
    boolean deletionShows =
        made.values().stream().anyMatch(m -> Verdicts.isBelowChance(m.facts(Role.AFTER)));
    Verdicts verdicts = new Verdicts(plain, deciding(compared, plain), deletionShows);
    List<VerdictRow> rows = rows(models, verdicts);
    SortedMap<String, Integer> counts = new TreeMap<>();
    rows.forEach(row -> counts.merge(row.verdict(), 1, Integer::sum));
    List<Attacked> attacked = new ArrayList<>();
    compared.forEach(
        (kind, own) -> {
          Made results = Objects.requireNonNull(made.get(kind));
          SortedMap<String, Double> facts = new TreeMap<>(results.facts(Role.AFTER));
          facts.putAll(kind.opener().get().facts(plain, own, models.isRetrained()));
          List<String> notes = new ArrayList<>(results.notes());
          String informs = kind.whyNoVerdict();
          if (informs != null) {
            notes.add(informs);
          } else if (own != plain && !Verdicts.decides(own)) {
            notes.add(
                "decides no verdict: %d samples never seen, and %d are needed"
                    .formatted(own.controls().size(), NeverSeen.FEWEST));
          }
          attacked.add(attacked(kind, own, results, facts, notes, rows));
        });
    AuditSummary summary =
        new AuditSummary(
            models.comparedWith(),
            plain.controls().size(),
            rows.size(),
            attacked,
            notChecked,
            counts,
            plain.controls().size() < 2 ? null : verdicts.falseAlarms(),
            made.values().stream().mapToDouble(Made::seconds).sum());
    JsonFiles.write(subject.folder().resolve(AuditSummary.FILE), summary);
    JsonFiles.writeLines(subject.folder().resolve(VerdictRow.FILE), rows);
    return new Judged(summary, rows);
  }

  private static List<Compared> deciding(Map<AttackKind, Compared> compared, Compared plain) {
    List<Compared> deciding = new ArrayList<>();
    compared.forEach(
        (kind, own) -> {
          if (own != plain && kind.whyNoVerdict() == null) {
            deciding.add(own);
          }
        });
    return deciding;
  }

  private static Attacked attacked(
      AttackKind kind,
      Compared own,
      Made made,
      SortedMap<String, Double> facts,
      List<String> notes,
      List<VerdictRow> rows) {
    SortedMap<String, String> best = new TreeMap<>();
    SortedMap<String, Integer> n = new TreeMap<>();
    SortedMap<String, SortedMap<String, Mean>> measures = new TreeMap<>();
    for (Role role : own.roles()) {
      best.put(role.key(), own.best(role));
      n.put(role.key(), own.n(role));
      measures.put(role.key(), own.means(role));
    }
    long known =
        rows.stream()
            .filter(row -> !row.knownBefore().equals("not_known"))
            .filter(row -> Verdicts.isKnown(own, row.id()))
            .count();
    return new Attacked(
        kind.name(),
        kind.summary(),
        own.settings().equals(List.of("")) ? List.of() : own.settings(),
        best,
        n,
        measures,
        own.limits(),
        (int) known,
        Verdicts.falseAlarms(own),
        facts,
        notes,
        made.seconds());
  }

  /**
   * Verdicts, with the values, forecasts and answers of the run's own where there are such. Whether
   * a request was known before is told by the same controls as the rest.
   */
  private List<VerdictRow> rows(AuditModels models, Verdicts verdicts) {
    Map<String, VerdictRow> earlier = new HashMap<>();
    Path file = subject.folder().resolve(VerdictRow.FILE);
    if (subject.kind() == AuditSubject.Kind.FORGET && Files.exists(file)) {
      JsonFiles.readLines(file, VerdictRow.class).forEach(row -> earlier.put(row.id(), row));
    }
    List<VerdictRow> rows = new ArrayList<>();
    for (Sample request : models.data().requests()) {
      rows.add(row(request.id(), earlier.get(request.id()), verdicts));
    }
    return rows;
  }

  private static VerdictRow row(String id, @Nullable VerdictRow earlier, Verdicts verdicts) {
    Compared plain = verdicts.plain();
    Row before = Objects.requireNonNull(plain.row(Role.BEFORE, id));
    Row after = Objects.requireNonNull(plain.row(Role.AFTER, id));
    String known = verdicts.knownBefore(id);
    Verdicts.Verdict verdict = verdicts.of(id, known);
    Compared worst = verdict.worst();
    Row under = verdict.row();
    SortedMap<String, Double> limits = null;
    if (worst != null && under != null) {
      limits = new TreeMap<>();
      for (String measure : under.measures().keySet()) {
        limits.put(measure, worst.limit(measure, under));
      }
    }
    return new VerdictRow(
        id,
        verdict.verdict(),
        known,
        plain.above(before),
        verdict.above(),
        earlier == null ? values(before.measures()) : earlier.before(),
        earlier == null ? values(after.measures()) : earlier.after(),
        values(plain.limits()),
        earlier == null ? null : earlier.updatesForecast(),
        earlier == null ? null : earlier.forgottenAtUpdate(),
        earlier == null ? null : earlier.answeredForOthers(),
        worst == null ? null : worst.attack(),
        worst == null || under == null ? null : worst.above(under),
        under == null ? null : under.measures(),
        limits);
  }

  private static VerdictRow.Values values(SortedMap<String, Double> measures) {
    return new VerdictRow.Values(
        measures.getOrDefault(Measure.LOG_PROB.key(), Double.NaN),
        measures.getOrDefault(Measure.MEMORIZATION.key(), Double.NaN),
        measures.getOrDefault(Measure.STRENGTH.key(), Double.NaN),
        measures.get(Probe.RECALL),
        measures.get(FactRecall.NAME),
        null);
  }

  /**
   * Divides the time among the attacks that are left. Equal shares would be too short for each of
   * the dear ones, so an attack may take a third of what is left; most take less.
   */
  record Clock(long begun, double seconds) {
    Clock(@Nullable Double minutes) {
      this(System.nanoTime(), minutes == null ? Double.POSITIVE_INFINITY : 60 * minutes);
    }

    /** When attack i of n has to end, in seconds of {@link System#nanoTime}. */
    double deadline(int i, int n) {
      double now = System.nanoTime() / 1e9;
      double left = begun / 1e9 + seconds - now;
      return now + share(Math.max(0, left), n - i);
    }

    /** The most that the next of n attacks may take of the time that is left. */
    static double share(double left, int n) {
      return Math.max(left / n, left / 3);
    }
  }

  /** The user has interrupted the audit. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
