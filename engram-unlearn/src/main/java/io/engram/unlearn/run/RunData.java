package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.run.Hashes;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.SampleSets;
import io.engram.unlearn.stop.StoppingRule.Keep;
import io.engram.unlearn.stop.StoppingRule.Standard;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a run, as text and as tokens.
 *
 * @param forget the samples to draw from: the forget set, or the training set when fine-tuning
 * @param forgetTokens the same, tokenised
 * @param retainTokens the retain set to train on; empty if nothing uses it
 * @param held retain samples that only measure what is kept; empty if nothing does
 * @param heldTokens the same, tokenised
 * @param controls samples that the model has never seen; empty if nothing uses them
 * @param controlTokens the same, tokenised
 * @param alternatives other answers of the forget samples; null if the method has none, or the
 *     model has yet to write them
 */
record RunData(
    List<Sample> forget,
    List<TokenizedSample> forgetTokens,
    List<TokenizedSample> retainTokens,
    List<Sample> held,
    List<TokenizedSample> heldTokens,
    List<Sample> controls,
    List<TokenizedSample> controlTokens,
    @Nullable Alternatives alternatives) {
  /** The most retain samples that are held back to measure with. */
  private static final int MOST_HELD = 40;

  /** Of how many retain samples one is held back. */
  private static final int HELD_OF = 5;

  static RunData load(Recipe recipe, SampleTokenizer tokenizer) {
    boolean finetune = !recipe.method().forgets();
    DataSection drawn = recipe.drawn();
    String section = finetune ? "train" : "forget";
    List<Sample> forget = SampleSets.load(drawn, section, recipe.seed(), tokenizer);
    if (forget.isEmpty()) {
      throw EngramException.usage(
          section + ".data " + drawn.data() + " has no samples; at least one is needed.");
    }
    return of(recipe, forget, tokenizer);
  }

  /** The data of a recipe with these samples in place of those that it draws from. */
  static RunData of(Recipe recipe, List<Sample> forget, SampleTokenizer tokenizer) {
    boolean finetune = !recipe.method().forgets();
    String file = recipe.method().alternatives();
    Alternatives alternatives =
        file == null ? null : Alternatives.read(file, forget, recipe.seed());
    List<Sample> retain =
        !finetune && recipe.method().retainWeight() > 0
            ? SampleSets.load(recipe.retain(), "retain", recipe.seed(), tokenizer)
            : List.of();
    List<Sample> controls =
        recipe.stop().standard() == Standard.CONTROLS
            ? SampleSets.load(recipe.controls(), "controls", recipe.seed(), tokenizer)
            : List.of();
    boolean measures = !retain.isEmpty() && measuresKept(recipe);
    Set<Integer> chosen = measures ? held(retain.size(), recipe.seed()) : Set.of();
    List<Sample> held = some(retain, chosen::contains);
    return new RunData(
        forget,
        tokenizer.tokenize(forget),
        LateTokens.of(some(retain, i -> !chosen.contains(i)), tokenizer),
        held,
        tokenizer.tokenize(held),
        controls,
        tokenizer.tokenize(controls),
        alternatives);
  }

  /** The same with other answers of the forget samples. */
  RunData with(Alternatives others) {
    return new RunData(
        forget, forgetTokens, retainTokens, held, heldTokens, controls, controlTokens, others);
  }

  /** The same with other answers that the model writes now, if it is to and has not yet. */
  RunData withWritten(Recipe recipe, LanguageModel model, ProgressListener progress) {
    return recipe.method().sampledAlternatives() == 0 || alternatives != null
        ? this
        : with(WrittenAlternatives.of(recipe, model, this, progress).alternatives(recipe.seed()));
  }

  private static boolean measuresKept(Recipe recipe) {
    return recipe.method().retainBound() != null || recipe.stop().keep() == Keep.BEST;
  }

  private static List<Sample> some(List<Sample> samples, IntPredicate chosen) {
    return IntStream.range(0, samples.size()).filter(chosen).mapToObj(samples::get).toList();
  }

  /**
   * Which retain samples to hold back: a random fifth, at most 40. They are never trained on, so
   * that they show what happens to samples like them which aren't in the file.
   *
   * @throws EngramException if there is only one sample, which can't both train and measure
   */
  static Set<Integer> held(int retain, long seed) {
    if (retain < 2) {
      throw EngramException.usage(
          "retain.data has 1 sample: at least 2 are needed, one to train on and one to measure what"
              + " is kept.\n"
              + "Give more samples to keep, or set method.retain_bound=null and stop.keep=last.");
    }
    int count = Math.max(1, Math.min(MOST_HELD, retain / HELD_OF));
    int[] order = RandomStream.of(seed, "held", 0, 0).permutation(retain);
    return Arrays.stream(order, 0, count).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Tokens in the longest forward pass that an update can need. Workers divide an update's
   * sequences, the longest first, each to the one that has least: none has more than an equal share
   * and what of one sequence lies beyond it, {@code all / W + longest (W − 1) / W}.
   *
   * @param batchTokens limit of a pass; a single longer sequence exceeds it
   * @param samples samples per update, each paired with a retain sample if there is a retain set
   * @param workers W, who make an update together
   */
  int longestUpdate(int batchTokens, int samples, int workers) {
    int forget = LateTokens.longest(forgetTokens);
    int retain = LateTokens.longest(retainTokens);
    return longestPass(batchTokens, samples, workers, forget, retain);
  }

  static int longestPass(int batchTokens, int samples, int workers, int forget, int retain) {
    int longest = Math.max(forget, retain);
    long all = (long) samples * (forget + retain);
    long own = (all + (workers - 1L) * longest + workers - 1) / workers;
    return (int) Math.max(longest, Math.min(batchTokens, own));
  }

  /** SHA-256 of each data file, by the file's name in the recipe. */
  static Map<String, String> hashes(Recipe recipe) {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (DataSection section :
        List.of(recipe.forget(), recipe.retain(), recipe.train(), recipe.controls())) {
      for (String name : section.data()) {
        hashes.put(name, Hashes.sha256(SampleSource.file(name)));
      }
    }
    return hashes;
  }
}
