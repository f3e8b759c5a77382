package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.RefusalUse;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds the batch of one update: the method's loss on each drawn forget sample, and the retain
 * term on as many retain samples.
 *
 * @param reference what the method needs from the model as it was at the start
 * @param others refusals or alternatives; null if the method uses neither
 * @param referenceNll S_ref of sequences, for methods that need the reference as a model
 * @param retainTerm null if its weight is 0: its forward pass is then skipped
 * @param retainDraws null if {@code retainTerm} is
 * @param worded samples that are trained on in other words, by index; see {@link ToldFacts}
 */
record Batches(
    RunData data,
    SampleTokenizer tokenizer,
    UnlearningMethod method,
    Reference reference,
    @Nullable OtherAnswers others,
    Function<List<TokenizedSample>, double[]> referenceNll,
    @Nullable RetainTerm retainTerm,
    @Nullable RetainDraws retainDraws,
    boolean forgets,
    Map<Integer, Sample> worded) {
  /** The same with other words for some samples. */
  Batches saying(Map<Integer, Sample> words) {
    return words.equals(worded)
        ? this
        : new Batches(
            data,
            tokenizer,
            method,
            reference,
            others,
            referenceNll,
            retainTerm,
            retainDraws,
            forgets,
            words);
  }

  /**
   * Builds an update's batch.
   *
   * @param draws indices of forget samples
   * @param firstDraw number of the first of them within the epoch
   * @param retained number of samples to keep
   * @param forgetScale by what the forget loss is multiplied
   * @param retainScale by what the retain weight is multiplied
   * @param weighting factors of the forget samples' losses
   */
  UnlearningLoop.Batch of(
      int epoch,
      int[] draws,
      int firstDraw,
      int retained,
      double forgetScale,
      double retainScale,
      Weighting weighting) {
    List<TrainingSequence> sequences = new ArrayList<>();
    int[] sequenceOf = new int[0];
    if (forgets && draws.length > 0) {
      List<Drawn> forget = forget(epoch, draws, firstDraw);
      UpdateSize size = UpdateSize.of(forget.stream().map(Drawn::sample).toList());
      sequenceOf = sequences(draws);
      for (int i = 0; i < draws.length; i++) {
        weighting.drawn(draws[i], method.share(forget.get(i).sample(), size));
        if (sequenceOf[i] == sequences.size()) {
          Drawn drawn = forget.get(i);
          int sequence = sequenceOf[i];
          long times = Arrays.stream(sequenceOf).filter(k -> k == sequence).count();
          Objective objective =
              method.objective(drawn, size, reference).scaled(forgetScale * times);
          sequences.add(
              new TrainingSequence(
                  drawn.sequences(), weighting.applied(objective, draws[i], drawn.sample())));
        }
      }
    }
    int forgotten = sequences.size();
    if (retainTerm != null && retainDraws != null) {
      List<TokenizedSample> retain = new ArrayList<>();
      for (int i = 0; i < retained; i++) {
        int beside = i < draws.length ? draws[i] : RetainDraws.ANY;
        retain.add(data.retainTokens().get(retainDraws.at(epoch, firstDraw + i, beside)));
      }
      UpdateSize size = UpdateSize.of(retain);
      for (TokenizedSample sample : retain) {
        sequences.add(
            new TrainingSequence(sample, retainTerm.scaled(retainScale).of(sample, size)));
      }
    }
    return new UnlearningLoop.Batch(sequences, forgotten, sequenceOf);
  }

  /**
   * The sequence of each draw, numbered in the order in which they first occur: the draws of one
   * sample share one, unless each of them has another refusal or alternative beside it.
   */
  private int[] sequences(int[] draws) {
    if (others != null) {
      return IntStream.range(0, draws.length).toArray();
    }
    int[] distinct = Arrays.stream(draws).distinct().toArray();
    return Arrays.stream(draws).map(draw -> indexOf(distinct, draw)).toArray();
  }

  private static int indexOf(int[] distinct, int draw) {
    return IntStream.range(0, distinct.length)
        .filter(k -> distinct[k] == draw)
        .findFirst()
        .orElseThrow();
  }

  private List<Drawn> forget(int epoch, int[] draws, int firstDraw) {
    List<Drawn> own = Arrays.stream(draws).mapToObj(this::own).toList();
    if (others == null) {
      return own;
    }
    List<TokenizedSample> refused = new ArrayList<>();
    for (int i = 0; i < draws.length; i++) {
      String other = others.at(draws[i], epoch, firstDraw + i);
      refused.add(tokenizer.withAnswer(data.forget().get(draws[i]), other));
    }
    return method.refusalUse() == RefusalUse.INSTEAD
        ? refused.stream().map(Drawn::new).toList()
        : beside(own, refused);
  }

  /** A forget sample in its own words, or in those in which the model told its fact. */
  private Drawn own(int index) {
    Sample own = data.forget().get(index);
    Sample worded = this.worded.get(index);
    TokenizedSample tokens =
        worded == null ? data.forgetTokens().get(index) : tokenizer.tokenize(worded);
    return new Drawn(
        tokens,
        null,
        method.otherWords() < 1 && own.content() instanceof Sample.Asked asked
            ? tokenizer.ofFact(worded == null ? own : worded, asked.question(), asked.answer())
            : null);
  }

  private List<Drawn> beside(List<Drawn> own, List<TokenizedSample> refused) {
    double[] nll = method.needsModel() ? referenceNll.apply(refused) : new double[0];
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < refused.size(); i++) {
      double start = nll.length == 0 ? Double.NaN : nll[i];
      Drawn one = own.get(i);
      drawn.add(new Drawn(one.sample(), new Drawn.Refused(refused.get(i), start), one.ofFact()));
    }
    return drawn;
  }

  /** What is trained in an answer's place, or beside it: {@link Refusals}, {@link Alternatives}. */
  interface OtherAnswers {
    /**
     * The text for a draw of a sample.
     *
     * @param sample index of the forget sample
     * @param draw number of the draw within the epoch
     */
    String at(int sample, int epoch, int draw);
  }

  /** How much a drawn sample's loss counts, and who wants to know its log-probabilities. */
  interface Weighting {
    /** All samples count the same. */
    Weighting NONE =
        new Weighting() {
          @Override
          public double factor(int sample) {
            return 1;
          }

          @Override
          public void drawn(int sample, double share) {}

          @Override
          public boolean watches() {
            return false;
          }

          @Override
          public void seen(int sample, double meanLoss) {}
        };

    /** By what the sample's loss is multiplied. */
    double factor(int sample);

    /**
     * Called for each draw of an update.
     *
     * @param share {@link UnlearningMethod#share}
     */
    void drawn(int sample, double share);

    /** Whether {@link #seen} is to be called. */
    boolean watches();

    /** Called with the mean −ℓ_t of a drawn sample when its loss is computed, nats a token. */
    void seen(int sample, double meanLoss);

    /** The objective, multiplied and watched. */
    private Objective applied(Objective objective, int index, TokenizedSample sample) {
      Objective weighted = objective.scaled(factor(index));
      if (!watches() || !(weighted instanceof Objective.OfLogProbs ofLogProbs)) {
        return weighted;
      }
      return new Objective.OfLogProbs(
          logProbs -> {
            // A refusal may follow.
            seen(index, -Arrays.stream(logProbs, 0, sample.labels()).average().orElse(0));
            return ofLogProbs.loss().at(logProbs);
          });
    }
  }

  /**
   * Pairs each draw with a retain sample, chosen uniformly with replacement, of all or of those
   * nearest to the drawn sample. The choice depends on the draw's number and its sample alone, so
   * the retain samples that a whole run may draw are known at its start.
   *
   * @param size number of retain samples
   * @param nearest for each forget sample the retain samples to choose from; empty: all
   * @param seed names the streams (seed, "retain", epoch, draw)
   */
  record RetainDraws(int size, List<int[]> nearest, long seed) {
    /** No forget sample: any retain sample goes with the draw. */
    static final int ANY = -1;

    /** How many of the nearest retain samples a draw chooses from. */
    static final int NEAREST = 8;

    /**
     * Index of the retain sample that goes with a draw.
     *
     * @param sample the drawn forget sample, or {@link #ANY}
     */
    int at(int epoch, int draw, int sample) {
      RandomStream random = RandomStream.of(seed, "retain", epoch, draw);
      if (sample == ANY || nearest.isEmpty()) {
        return random.nextInt(size);
      }
      int[] near = nearest.get(sample);
      return near[random.nextInt(near.length)];
    }

    /** Indices of all retain samples that a plan may draw, ascending. */
    Set<Integer> all(Plan plan) {
      Set<Integer> drawn = new TreeSet<>();
      nearest.forEach(near -> Arrays.stream(near).forEach(drawn::add));
      for (int update = 0; update < plan.updates(); update++) {
        for (int draw = plan.from(update); draw < plan.to(update); draw++) {
          drawn.add(at(plan.epoch(update), draw, ANY));
        }
      }
      return drawn;
    }
  }

  /**
   * Refusals for preference optimisation, such as "I don't know". Each draw of a sample gets a
   * newly chosen one.
   *
   * @param lines the refusals
   * @param seed names the streams (seed, "refusal", epoch, draw)
   */
  record Refusals(List<String> lines, long seed) implements OtherAnswers {
    private static final String TOFU = "tofu";

    /** The three kinds of refusal in Table 3. */
    private static final Map<String, String> BUILT_IN =
        Map.of(
            TOFU,
            "data/refusals/idontknow.txt",
            "copyright",
            "data/refusals/copyright.txt",
            "polite",
            "data/refusals/polite.txt");

    /**
     * Reads refusals, one per line.
     *
     * @param named the name of a built-in list, or a file; null selects the TOFU list
     */
    static Refusals read(@Nullable String named, long seed) {
      String name = named == null ? TOFU : named;
      String own = BUILT_IN.get(name);
      Path path = own == null ? Path.of(name) : EngramHome.resolve(own);
      try {
        List<String> lines =
            Files.readAllLines(path).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
        if (lines.isEmpty()) {
          throw EngramException.usage(
              "method.refusals: " + path + " is empty; it must hold one refusal per line.");
        }
        return new Refusals(lines, seed);
      } catch (IOException e) {
        throw EngramException.file(
            "method.refusals: " + path + " can't be read as UTF-8 text: " + e.getMessage(), e);
      }
    }

    /** The refusal chosen for a draw, whatever the sample. */
    @Override
    public String at(int sample, int epoch, int draw) {
      return lines.get(RandomStream.of(seed, "refusal", epoch, draw).nextInt(lines.size()));
    }
  }
}
