package io.engram.unlearn.audit.attack;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.Exposure;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.Sample.PlainText;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.score.ContinuationScorer.Score;
import io.engram.unlearn.audit.Attack;
import io.engram.unlearn.audit.AttackKind;
import io.engram.unlearn.audit.Need;
import io.engram.unlearn.audit.Row;
import io.engram.unlearn.audit.StructuredValue;
import io.engram.unlearn.audit.Victim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether a number, date, telephone number or e-mail address of an answer is more probable to the
 * model than others of its format: {@link Exposure}, by the summed log-probability of its tokens
 * after the question and what stands before it. An attacker who can try values needs no answer.
 *
 * <p>m = 1,000 random values of the same format ({@link StructuredValue#candidate}), 250 for models
 * of more than 50 million parameters, fewer where time is short, the same for all models; of a
 * sample's values the most exposed counts. Candidate j of a sample's value i is drawn from the
 * stream (seed, "exposure", i, sample), in order. Samples without such a value have no row.
 *
 * <p><b>Source:</b> Carlini et al. 2019 (arXiv 1802.08232). <b>Cost:</b> a pass over some thousand
 * tokens for each value, since all share what stands before them.
 */
public final class ExposedValues implements Attack {
  private static final int MOST = 1000;
  private static final int FEWER = 250;
  private static final long LARGE = 50_000_000;

  /** The fewest candidates, and those that show how long one takes. */
  private static final int LEAST = 50;

  /** Share of the time that is planned for. */
  private static final double PLANNED = 0.7;

  /** Values of one sample. */
  private static final int VALUES = 3;

  /** As it is registered. */
  public static final AttackKind KIND =
      new AttackKind(
              "exposure",
              "numbers, dates and addresses compared with random ones of their format",
              "arXiv 1802.08232",
              Set.of(Need.VALUES),
              1,
              ExposedValues::new)
          .goingByTime();

  /** Candidates a value; 0 until a first model has shown what there is time for. */
  private int candidates;

  /** A value of a sample. */
  private record Place(Sample sample, int index, StructuredValue value, int number) {}

  @Override
  public boolean onlyReads() {
    return true;
  }

  @Override
  public Outcome on(Victim victim) {
    List<Place> places = places(victim.samples());
    if (places.isEmpty()) {
      throw EngramException.usage("found no numbers, dates or addresses in these samples");
    }
    if (candidates == 0) {
      candidates = affordable(victim, places);
    }
    victim.progress().start("values of their format", places.size(), "values");
    List<Row> rows = new ArrayList<>();
    for (Place place : places) {
      double exposure = exposure(victim, place, candidates);
      rows.add(new Row(place.sample().id(), "", 0, new TreeMap<>(Map.of(Exposure.NAME, exposure))));
      victim.progress().advance(1);
    }
    victim.progress().finish();
    String note =
        "%d random values for each; known by heart is %.1f bits, never seen 1.4 on average";
    return new Outcome(
        rows,
        new TreeMap<>(),
        List.of(note.formatted(candidates, Math.log(candidates + 1) / Math.log(2))));
  }

  private static List<Place> places(List<Sample> samples) {
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String text = StructuredValue.searched(samples.get(i));
      List<StructuredValue> values = text == null ? List.of() : StructuredValue.of(text, VALUES);
      for (int k = 0; k < values.size(); k++) {
        places.add(new Place(samples.get(i), i, values.get(k), k));
      }
    }
    return places;
  }

  private static int affordable(Victim victim, List<Place> places) {
    long size = victim.model().decoder().parameters().count();
    int most = size > LARGE ? FEWER : MOST;
    if (Double.isInfinite(victim.fairSeconds())) {
      return most;
    }
    long begun = System.nanoTime();
    exposure(victim, places.get(0), LEAST);
    double each = (System.nanoTime() - begun) / 1e9 / LEAST;
    double all = PLANNED * victim.fairSeconds() / (each * places.size());
    return (int) Math.max(LEAST, Math.min(most, all));
  }

  private static double exposure(Victim victim, Place place, int candidates) {
    LanguageModel model = victim.model();
    RandomStream random =
        RandomStream.of(victim.data().seed(), Exposure.NAME, place.number(), place.index());
    List<int[]> texts = new ArrayList<>();
    texts.add(tokens(model, place, place.value().text()));
    for (int j = 0; j < candidates; j++) {
      texts.add(tokens(model, place, place.value().candidate(random)));
    }
    int shared = shared(texts);
    List<Request> requests =
        texts.stream()
            .map(
                t -> new Request(Arrays.copyOf(t, shared), Arrays.copyOfRange(t, shared, t.length)))
            .toList();
    double[] scores =
        new ContinuationScorer(model)
            .score(requests, ProgressListener.NONE).stream().mapToDouble(Score::logProb).toArray();
    return Exposure.of(scores[0], Arrays.copyOfRange(scores, 1, scores.length));
  }

  /** The sample up to a value, with another value in its place; without an end token. */
  private static int[] tokens(LanguageModel model, Place place, String value) {
    Sample sample = place.sample();
    int from = place.value().from();
    int[] ids;
    if (sample.content() instanceof Asked asked) {
      String answer = asked.answer().substring(0, from) + value;
      ids = model.samples().tokenize(new Sample(sample.id(), asked.withAnswer(answer))).ids();
      return model.stopIds().contains(ids[ids.length - 1])
          ? Arrays.copyOf(ids, ids.length - 1)
          : ids;
    }
    String text = ((PlainText) sample.content()).text().substring(0, from) + value;
    return model.samples().tokenize(new Sample(sample.id(), new PlainText(text))).ids();
  }

  /**
   * Tokens that all begin with, at least one: what stands before the value, and whatever of it is
   * the same in all candidates, which changes no rank.
   */
  private static int shared(List<int[]> texts) {
    int[] first = texts.get(0);
    int shared = first.length - 1;
    for (int[] text : texts) {
      int same = 0;
      while (same < Math.min(shared, text.length - 1) && text[same] == first[same]) {
        same++;
      }
      shared = same;
    }
    return Math.max(1, shared);
  }
}
