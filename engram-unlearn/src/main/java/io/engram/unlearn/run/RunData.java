package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.Hashes;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.text.SampleTokenizer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.SampleSets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The samples of a run, as text and as tokens.
 *
 * @param forget the samples to draw from: the forget set, or the training set when fine-tuning
 * @param forgetTokens the same, tokenised
 * @param retainTokens the retain set; empty if nothing uses it
 */
record RunData(
    List<Sample> forget, List<TokenizedSample> forgetTokens, List<TokenizedSample> retainTokens) {
  static RunData load(Recipe recipe, SampleTokenizer tokenizer) {
    boolean finetune = !recipe.method().forgets();
    DataSection drawn = recipe.drawn();
    String section = finetune ? "train" : "forget";
    List<Sample> forget = SampleSets.load(drawn, section, recipe.seed(), tokenizer);
    if (forget.isEmpty()) {
      throw EngramException.usage(
          section + ".data " + drawn.data() + " has no samples; at least one is needed.");
    }
    List<Sample> retain =
        !finetune && recipe.method().retainWeight() > 0
            ? SampleSets.load(recipe.retain(), "retain", recipe.seed(), tokenizer)
            : List.of();
    return new RunData(forget, tokenizer.tokenize(forget), tokenizer.tokenize(retain));
  }

  /**
   * Tokens in the longest forward pass that an update can need.
   *
   * @param batchTokens limit of a pass; a single longer sequence exceeds it
   * @param samples samples per update, each paired with a retain sample if there is a retain set
   */
  int longestUpdate(int batchTokens, int samples) {
    int forget = longest(forgetTokens);
    int retain = longest(retainTokens);
    long all = (long) samples * (forget + retain);
    return (int) Math.max(Math.max(forget, retain), Math.min(batchTokens, all));
  }

  private static int longest(List<TokenizedSample> samples) {
    return samples.stream().mapToInt(sample -> sample.ids().length).max().orElse(0);
  }

  /** SHA-256 of each data file, by the file's name in the recipe. */
  static Map<String, String> hashes(Recipe recipe) {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (DataSection section : List.of(recipe.forget(), recipe.retain(), recipe.train())) {
      for (String name : section.data()) {
        hashes.put(name, Hashes.sha256(SampleSource.file(name)));
      }
    }
    return hashes;
  }
}
