package io.engram.core.recipe;

import static io.engram.core.recipe.Allowed.listOf;
import static io.engram.core.recipe.Allowed.wholeFrom;
import static io.engram.core.recipe.Allowed.wholeNumber;
import static io.engram.core.recipe.Allowed.words;

import io.engram.core.recipe.KeyTable.Entry;
import java.util.List;

/** The keys of {@code eval}, and those that belong to no section. */
final class EvalKeys {
  static final List<Entry> ENTRIES =
      List.of(
          new Entry(
              "eval.suites",
              listOf(words()),
              "[tofu]",
              "",
              "What is measured before and after; a part of a suite after a colon:"
                  + " harness:boolq. Empty: nothing."),
          new Entry(
              "eval.every_epochs",
              wholeFrom(0),
              "0",
              "epochs",
              "Measure also every so many epochs. 0: before and after only."),
          new Entry(
              "eval.limit",
              wholeFrom(0),
              "0",
              "rows",
              "The first so many rows of each set are measured: quicker, noisier. 0: all."),
          new Entry(
              "eval.encoder",
              words(),
              EvalSection.BUILT_IN,
              "path",
              "The sentence encoder that judges answers by meaning: built-in (all-MiniLM-L6-v2,"
                  + " quantised), or the Hugging Face folder of another, such as the paper's"
                  + " paraphrase-MiniLM-L6-v2. What one encoder judged can't be compared with what"
                  + " another did."),
          new Entry(
              "eval.datasets",
              words(),
              "null",
              "path",
              "The folder that holds the data sets of the suites that bring none of their own."),
          new Entry(
              "eval.retrained",
              words(),
              "null",
              "path",
              "A model that never saw the forget set, which the unlearned one should come to be"
                  + " like: forget quality and PrivLeak compare with it."),
          new Entry(
              "eval.toxicity",
              words(),
              "null",
              "path",
              "The Hugging Face folder of a toxicity classifier, such as Toxic-BERT, for the suite"
                  + " safe."),
          new Entry(
              "eval.gibberish",
              words(),
              "null",
              "path",
              "The Hugging Face folder of a classifier whose first class is clean text, such as"
                  + " autonlp-Gibberish-Detector-492513457: the suite tofu_benchmark says with it"
                  + " whether answers are still text."),
          new Entry(
              "eval.book",
              words(),
              "null",
              "path",
              "The book as plain text, for the suite whp. none: an excerpt of a book in the public"
                  + " domain that comes with Engram."),
          new Entry(
              "trials",
              wholeFrom(1),
              "1",
              "runs",
              "Runs with the seeds seed, seed + 1, …, to see how much of a difference is chance."),
          new Entry(
              "seed",
              wholeNumber(),
              "42",
              "",
              "All randomness comes from it: the same seed gives the same run."));

  private EvalKeys() {}
}
