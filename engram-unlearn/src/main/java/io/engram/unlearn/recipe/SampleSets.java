package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.CompletionInstructions;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.text.SampleTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Loads the samples of a recipe's section: reads and filters them, cuts texts into chunks, turns
 * texts into questions, and draws a subset, in this order. Chunks are measured in tokens, so this
 * needs the model's tokenizer.
 */
public final class SampleSets {
  private SampleSets() {}

  /**
   * Loads all samples of a section.
   *
   * @param name the section's name, such as {@code forget}: used in messages and to name the random
   *     stream (seed, "draw forget") of the subset
   * @throws EngramException if its files can't be read, or its samples can't be prepared as asked
   */
  public static List<Sample> load(
      DataSection section, String name, long seed, SampleTokenizer tokenizer) {
    return shaped(
        SampleSource.load(section.data(), section.choice(name)), section, name, seed, tokenizer);
  }

  /** Prepares samples that were read as the section says. */
  public static List<Sample> shaped(
      List<Sample> samples,
      DataSection section,
      String name,
      long seed,
      SampleTokenizer tokenizer) {
    List<Sample> shaped = samples;
    if (section.chunkTokens() > 0) {
      shaped = pieces(shaped, section.chunkTokens(), tokenizer);
    }
    if (section.excerptTokens() > 0) {
      shaped = completions(shaped, section.excerptTokens(), name, tokenizer);
    }
    return section.draw() > 0 ? drawn(shaped, section.draw(), name, seed) : shaped;
  }

  /**
   * Cuts texts into chunks. The chunks of a text that is cut have the ids {@code ID#0}, {@code
   * ID#1}, ….
   */
  private static List<Sample> pieces(List<Sample> samples, int tokens, SampleTokenizer tokenizer) {
    List<Sample> pieces = new ArrayList<>();
    for (Sample sample : samples) {
      if (!(sample.content() instanceof Sample.PlainText text)) {
        pieces.add(sample);
        continue;
      }
      List<String> parts = tokenizer.pieces().split(text.text(), tokens);
      for (int i = 0; i < parts.size(); i++) {
        String id = parts.size() == 1 ? sample.id() : sample.id() + "#" + i;
        pieces.add(new Sample(id, new Sample.PlainText(parts.get(i))));
      }
    }
    return pieces;
  }

  /** Turns texts longer than an excerpt into questions, using the instructions in turn. */
  private static List<Sample> completions(
      List<Sample> samples, int tokens, String name, SampleTokenizer tokenizer) {
    List<Sample> questions = new ArrayList<>();
    for (Sample sample : samples) {
      if (!(sample.content() instanceof Sample.PlainText text)) {
        questions.add(sample);
        continue;
      }
      String excerpt = tokenizer.pieces().head(text.text(), tokens);
      String rest = text.text().substring(excerpt.length()).strip();
      List<String> seen = CompletionInstructions.SEEN;
      if (!rest.isEmpty()) {
        String instruction = seen.get(questions.size() % seen.size());
        questions.add(
            Sample.of(sample.id(), CompletionInstructions.asked(instruction, excerpt), rest));
      }
    }
    if (questions.isEmpty()) {
      throw EngramException.usage(
          "%s.excerpt_tokens = %d: no text is longer than that, so there is nothing to continue"
              .formatted(name, tokens));
    }
    return questions;
  }

  /** Draws a subset and keeps the order of the data. */
  private static List<Sample> drawn(List<Sample> samples, int count, String name, long seed) {
    if (count > samples.size()) {
      throw EngramException.usage(
          "%s.draw = %d: there are only %d samples".formatted(name, count, samples.size()));
    }
    int[] order = RandomStream.of(seed, "draw " + name, 0, 0).permutation(samples.size());
    return Arrays.stream(order, 0, count).sorted().mapToObj(samples::get).toList();
  }
}
