package io.engram.unlearn.forget;

import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.MadeControls;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a model knows of the requests before anything is changed.
 *
 * @param standard what they are compared with
 * @param requests in the order of the data
 * @param seconds that asking about the requests took
 */
record Triage(Standard standard, List<Request> requests, double seconds) {
  /** Nats a token by which an answer to the same question about others may be less likely. */
  private static final double SAME = 0.1;

  Triage {
    requests = List.copyOf(requests);
  }

  /**
   * One request.
   *
   * @param known {@code known}, {@code not_known} or {@code undecided}
   * @param above measures above the range of samples never seen
   * @param answeredForOthers whether the same answer is as likely to the question about someone
   *     else; null if that can't be asked
   */
  record Request(
      String id,
      Probe before,
      String known,
      List<String> above,
      @Nullable Boolean answeredForOthers) {}

  /** How many requests there are of a kind. */
  long count(String known) {
    return requests.stream().filter(request -> request.known().equals(known)).count();
  }

  /**
   * Whether a run would change anything: a request is above the range by a measure that runs check.
   * Of its own answer they check only whether it gives the whole fact away.
   */
  boolean hasSomethingToForget() {
    return requests.stream()
        .anyMatch(
            r ->
                r.above().stream()
                    .anyMatch(m -> !m.equals(FactRecall.NAME) || r.before().givesFact()));
  }

  /**
   * Asks a model about requests.
   *
   * @param controls samples that it has never seen; the requests' own are not among them
   */
  static Triage of(
      LanguageModel model,
      List<Sample> requests,
      List<Sample> controls,
      Standard.Origin origin,
      ProgressListener progress) {
    return judged(
        model,
        requests,
        Standard.of(origin, Probe.of(model, controls, progress), List.of()),
        progress);
  }

  /**
   * Asks a model about requests, compared with a model that never saw them.
   *
   * @param more other samples that it never saw, where the requests are few
   */
  static Triage against(
      LanguageModel model,
      List<Sample> requests,
      LanguageModel retrained,
      List<Sample> more,
      ProgressListener progress) {
    return judged(
        model,
        requests,
        Standard.of(
            Standard.Origin.RETRAINED,
            Probe.of(retrained, requests, progress),
            Probe.of(retrained, more, progress)),
        progress);
  }

  private static Triage judged(
      LanguageModel model, List<Sample> samples, Standard standard, ProgressListener progress) {
    long begun = System.nanoTime();
    List<Probe> before = Probe.of(model, samples, progress);
    double seconds = (System.nanoTime() - begun) / 1e9;
    List<@Nullable Boolean> others = answeredForOthers(model, samples, before, progress);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      List<String> above = standard.above(i, before.get(i));
      requests.add(
          new Request(
              samples.get(i).id(),
              before.get(i),
              standard.known(before.get(i), above),
              above,
              others.get(i)));
    }
    return new Triage(standard, requests, seconds);
  }

  /**
   * Asks the same about someone else, the answer about the same one: if it is about as likely, it
   * follows from the question's form.
   */
  private static List<@Nullable Boolean> answeredForOthers(
      LanguageModel model, List<Sample> samples, List<Probe> before, ProgressListener progress) {
    List<@Nullable Sample> others = MadeControls.aboutOthers(samples);
    List<Sample> asked = others.stream().filter(Objects::nonNull).toList();
    progress.start("the same about someone else", asked.size(), "samples");
    List<Knowledge> known = Knowledge.measure(model, model.samples().tokenize(asked), progress);
    progress.finish();
    List<@Nullable Boolean> same = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < samples.size(); i++) {
      Knowledge own = before.get(i).knowledge();
      same.add(
          others.get(i) == null
              ? null
              : Boolean.valueOf(known.get(next++).logProb() >= own.logProb() - SAME));
    }
    return same;
  }
}
