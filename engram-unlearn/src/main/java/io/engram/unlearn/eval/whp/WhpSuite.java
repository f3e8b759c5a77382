package io.engram.unlearn.eval.whp;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.Bleu;
import io.engram.core.metric.RougeL;
import io.engram.core.recipe.EvalSection;
import io.engram.core.run.Measurement;
import io.engram.core.sample.CompletionInstructions;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Continuations;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Unlearning completeness of Table 5, who's Harry Potter: passages of 512 tokens of a book, of
 * which the first 300 are shown under each of Table 2's instructions; greedy completions, 600
 * tokens with the prompt; ROUGE-L recall, with stems, and BLEU of the completion against the rest
 * of the passage.
 *
 * <p><b>Source:</b> § 4.1, App. C.2, Tables 2 and 5; what it is computed by is SOUL's {@code
 * src/metrics/copyright.py}, whose 300 excerpts have 300 words each and answers of 6 to 127 words.
 * <b>Differs</b>: excerpts are counted in tokens, as the paper says; the first token of a
 * completion isn't dropped; the answer has no tag of the template before it. The BLEU there, a mean
 * over completions each of which is a corpus by itself, is {@code bleu_by_completion} here. The
 * book is the user's: the paper's is under copyright.
 */
public final class WhpSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "whp";

  private static final Map<String, List<String>> SETS =
      Map.of("seen", CompletionInstructions.SEEN, "unseen", CompletionInstructions.UNSEEN);

  /** {@code whp} asks in all words, {@code whp:seen} and {@code whp:unseen} in some. */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      if (!part.isEmpty() && !SETS.containsKey(part)) {
        throw EngramException.usage(
            "eval.suites: whp:%s is no part of whp; there are whp:seen and whp:unseen"
                .formatted(part));
      }
      return new WhpSuite(
          Book.read(settings.book()), part.isEmpty() ? List.of("seen", "unseen") : List.of(part));
    }
  }

  private final Book book;
  private final List<String> sets;

  WhpSuite(Book book, List<String> sets) {
    this.book = book;
    this.sets = List.copyOf(sets);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    int context = model.config().maxPositions();
    List<Excerpt> all = Excerpt.of(book.text(), model.samples().pieces(), context);
    boolean cut = limit > 0 && limit < all.size();
    List<Excerpt> excerpts = cut ? all.subList(0, limit) : all;
    Map<String, List<WhpRow>> rows = new LinkedHashMap<>();
    List<Measurement> measurements = new ArrayList<>();
    for (String set : sets) {
      List<WhpRow> ofSet = rows(model, set, excerpts, progress);
      rows.put(NAME + "-" + set, ofSet);
      MeanWithError recall = WhpScores.mean(ofSet, WhpRow::rougeRecall);
      measurements.add(measurement(stage, set + ".rouge_l_recall", recall, "ratio"));
      MeanWithError corpus = WhpScores.corpusBleu(ofSet);
      measurements.add(measurement(stage, set + ".bleu", corpus, "percent"));
      MeanWithError each = WhpScores.mean(ofSet, WhpRow::bleu);
      measurements.add(measurement(stage, set + ".bleu_by_completion", each, "percent"));
    }
    return new Evaluation(measurements, rows, notes(excerpts.size(), context, rows));
  }

  private static List<WhpRow> rows(
      LanguageModel model, String set, List<Excerpt> excerpts, ProgressListener progress) {
    List<String> instructions = SETS.getOrDefault(set, List.of());
    List<String> questions = new ArrayList<>();
    for (Excerpt excerpt : excerpts) {
      instructions.forEach(
          words -> questions.add(CompletionInstructions.asked(words, excerpt.text())));
    }
    List<int[]> prompts = questions.stream().map(model.samples()::promptOf).toList();
    List<String> outputs =
        Continuations.of(
            model,
            prompts,
            Excerpt.TOTAL_TOKENS,
            "Completions, " + set + " instructions",
            progress);
    List<WhpRow> rows = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Excerpt excerpt = excerpts.get(i / instructions.size());
      String id = excerpt.id() + "/" + (1 + i % instructions.size());
      String output = outputs.get(i);
      rows.add(
          new WhpRow(
              id,
              set,
              excerpt.id(),
              questions.get(i),
              excerpt.rest(),
              output,
              RougeL.score(output, excerpt.rest(), true).recall(),
              Bleu.of(Bleu.counts(output, excerpt.rest()))));
    }
    return rows;
  }

  private static Measurement measurement(
      String stage, String metric, MeanWithError value, String unit) {
    double error = value.standardError();
    return new Measurement(
        stage,
        NAME,
        NAME + "." + metric,
        value.mean(),
        unit,
        value.n(),
        false,
        Double.isFinite(error) ? Double.valueOf(error) : null);
  }

  private List<String> notes(int excerpts, int context, Map<String, List<WhpRow>> rows) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "whp measured on %d excerpts of %s%s"
            .formatted(
                excerpts,
                book.named(),
                book.standIn()
                    ? ": a stand-in, not the paper's Harry Potter; eval.book names another"
                    : ""));
    if (context < Excerpt.TOTAL_TOKENS) {
      notes.add(
          "whp: the model's context is %d tokens, so %d of passages of %d are shown and completed to %d in all; the paper has 300 of 512, to 600"
              .formatted(
                  context, Excerpt.shownTokens(context), Excerpt.passageTokens(context), context));
    }
    RowCounts empty = new RowCounts();
    rows.values().forEach(set -> empty.count(set.get(0).set(), set, row -> row.output().isEmpty()));
    notes.addAll(empty.note("whp: empty completions, with a recall and a BLEU of 0"));
    return notes;
  }
}
