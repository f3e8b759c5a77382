package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.random.RandomStream;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Drawn;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.RefusalUse;
import io.engram.unlearn.method.UpdateSize;
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
import org.jspecify.annotations.Nullable;

/**
 * Puts together what one update minimises: the method's losses on the drawn forget samples, and the
 * retain term on as many retain samples.
 *
 * @param reference what the method needs of the model at the start
 * @param refusals null where the method has no use for them
 * @param referenceNll S_ref of sequences, asked for where refusals come beside the answers
 * @param retainTerm null where its weight is 0: that forward pass is left out
 * @param retainDraws null with it
 */
record Batches(
    RunData data,
    SampleTokenizer tokenizer,
    UnlearningMethod method,
    Reference reference,
    @Nullable Refusals refusals,
    Function<List<TokenizedSample>, double[]> referenceNll,
    @Nullable RetainTerm retainTerm,
    @Nullable RetainDraws retainDraws,
    boolean forgets) {
  /**
   * What an update minimises.
   *
   * @param draws indices of forget samples
   * @param firstDraw number of the first of them within the epoch
   */
  UnlearningLoop.Batch of(int epoch, int[] draws, int firstDraw) {
    List<TrainingSequence> sequences = new ArrayList<>();
    int forgotten = 0;
    if (forgets) {
      List<Drawn> forget = forget(epoch, draws, firstDraw);
      UpdateSize size = UpdateSize.of(forget.stream().map(Drawn::sample).toList());
      for (Drawn drawn : forget) {
        sequences.add(
            new TrainingSequence(drawn.sequences(), method.objective(drawn, size, reference)));
      }
      forgotten = forget.size();
    }
    if (retainTerm != null && retainDraws != null) {
      List<TokenizedSample> retain = new ArrayList<>();
      for (int i = 0; i < draws.length; i++) {
        retain.add(data.retainTokens().get(retainDraws.at(epoch, firstDraw + i)));
      }
      UpdateSize size = UpdateSize.of(retain);
      for (TokenizedSample sample : retain) {
        sequences.add(new TrainingSequence(sample, retainTerm.of(sample, size)));
      }
    }
    return new UnlearningLoop.Batch(sequences, forgotten);
  }

  private List<Drawn> forget(int epoch, int[] draws, int firstDraw) {
    List<TokenizedSample> own =
        Arrays.stream(draws).mapToObj(index -> data.forgetTokens().get(index)).toList();
    if (refusals == null) {
      return own.stream().map(Drawn::new).toList();
    }
    List<TokenizedSample> refused = new ArrayList<>();
    for (int i = 0; i < draws.length; i++) {
      String refusal = refusals.at(epoch, firstDraw + i);
      refused.add(tokenizer.withAnswer(data.forget().get(draws[i]), refusal));
    }
    return method.refusalUse() == RefusalUse.INSTEAD
        ? refused.stream().map(Drawn::new).toList()
        : beside(own, refused);
  }

  private List<Drawn> beside(List<TokenizedSample> own, List<TokenizedSample> refused) {
    double[] nll = referenceNll.apply(refused);
    List<Drawn> drawn = new ArrayList<>();
    for (int i = 0; i < nll.length; i++) {
      drawn.add(new Drawn(own.get(i), new Drawn.Refused(refused.get(i), nll[i])));
    }
    return drawn;
  }

  /**
   * Which retain samples go with which draws: one for each, uniformly with replacement. A function
   * of the draw's name alone, so that the samples of the whole run are known at its start.
   *
   * @param size of the retain set
   * @param seed names the streams (seed, "retain", epoch, draw)
   */
  record RetainDraws(int size, long seed) {
    /** The retain sample of a draw. */
    int at(int epoch, int draw) {
      return RandomStream.of(seed, "retain", epoch, draw).nextInt(size);
    }

    /** All that a plan will draw, ascending. */
    Set<Integer> all(Plan plan) {
      Set<Integer> drawn = new TreeSet<>();
      for (int update = 0; update < plan.updates(); update++) {
        for (int draw = plan.from(update); draw < plan.to(update); draw++) {
          drawn.add(at(plan.epoch(update), draw));
        }
      }
      return drawn;
    }
  }

  /**
   * Answers that refuse, for preference optimisation: a new one is drawn each time a sample is
   * drawn.
   *
   * @param lines the refusals
   * @param seed names the streams (seed, "refusal", epoch, draw)
   */
  record Refusals(List<String> lines, long seed) {
    private static final String TOFU = "tofu";

    /** Table 3's three kinds of answers. */
    private static final Map<String, String> BUILT_IN =
        Map.of(
            TOFU,
            "data/refusals/idontknow.txt",
            "copyright",
            "data/refusals/copyright.txt",
            "polite",
            "data/refusals/polite.txt");

    /**
     * Reads refusals, one a line.
     *
     * @param named a list that comes with Engram, or a file; null: the TOFU list
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
              "method.refusals: " + path + " is empty; one refusal a line is needed.");
        }
        return new Refusals(lines, seed);
      } catch (IOException e) {
        throw EngramException.file(
            "method.refusals: " + path + " can't be read as UTF-8 text: " + e.getMessage(), e);
      }
    }

    /** The refusal of a draw. */
    String at(int epoch, int draw) {
      return lines.get(RandomStream.of(seed, "refusal", epoch, draw).nextInt(lines.size()));
    }
  }
}
