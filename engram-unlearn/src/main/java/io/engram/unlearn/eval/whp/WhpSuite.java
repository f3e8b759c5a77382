package io.engram.unlearn.eval.whp;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.ProgressListener;
import io.engram.core.metric.Bleu;
import io.engram.core.metric.RougeL;
import io.engram.core.sample.CompletionInstructions;
import io.engram.core.stats.Jackknife;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.whp.Book.Passage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Unlearning completeness of Table 5, who's Harry Potter: passages of 512 tokens of a book, of
 * which the first 300 are shown under each of Table 2's instructions; greedy completions, 600
 * tokens with the prompt; ROUGE-L recall, with stems, and BLEU of the completion against the rest
 * of the passage.
 *
 * <p><b>Source:</b> § 4.1, App. C.2, Tables 2 and 5; computed in the paper by SOUL's {@code
 * src/metrics/copyright.py}, whose 300 excerpts have 300 words each and answers of 6 to 127 words.
 * <b>Differs</b>: excerpts are counted in tokens, as the paper says; the first token of a
 * completion isn't dropped; no template tag precedes the answer. SOUL's BLEU, a mean over
 * completions with each as its own corpus, is {@code bleu_by_completion} here. Users bring their
 * own book, since the paper's is under copyright.
 */
public final class WhpSuite implements Suite {
  /** Its name in recipes. */
  public static final String NAME = "whp";

  private static final Map<String, List<String>> SETS =
      Map.of("seen", CompletionInstructions.SEEN, "unseen", CompletionInstructions.UNSEEN);

  private static final List<SuiteMetric> METRICS =
      List.of(
          ratio("seen.rouge_l_recall", false),
          ratio("seen.bleu", false).in("percent"),
          ratio("seen.bleu_by_completion", false).in("percent"),
          ratio("unseen.rouge_l_recall", false),
          ratio("unseen.bleu", false).in("percent"),
          ratio("unseen.bleu_by_completion", false).in("percent"));

  /** {@code whp} uses all instructions, {@code whp:seen} and {@code whp:unseen} some of them. */
  public static final SuiteKind KIND =
      new SuiteKind(
          NAME,
          "Table 5: how much of a book comes back when an excerpt is to be continued",
          List.of("seen", "unseen"),
          List.of(EvalSection.Key.BOOK),
          () -> METRICS,
          (part, settings) ->
              new WhpSuite(
                  Book.read(settings.book()),
                  part.isEmpty() ? List.of("seen", "unseen") : List.of(part)));

  /**
   * A line of {@code eval/STAGE/whp-seen.jsonl}: one excerpt under one instruction.
   *
   * @param id the excerpt's id and the instruction's number, from 1: {@code 17/2}
   * @param set {@code seen} or {@code unseen}
   * @param excerpt the passage's number in the book, from 0
   * @param question instruction and excerpt
   * @param answer the book's continuation
   * @param output the model's continuation
   * @param rougeRecall ROUGE-L recall of {@code output} against {@code answer}, [0, 1]
   * @param bleu of {@code output} against {@code answer}, [0, 100]
   */
  record Row(
      String id,
      String set,
      String excerpt,
      String question,
      String answer,
      String output,
      double rougeRecall,
      double bleu) {}

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
  public Evaluation measure(Stage stage) {
    LanguageModel model = stage.model();
    int context = model.config().maxPositions();
    List<Passage> excerpts = stage.first(book.passages(model.samples().pieces(), context));
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    Measurements measurements = new Measurements(NAME, stage.name(), METRICS);
    for (String set : sets) {
      List<Row> ofSet = rows(model, set, excerpts, stage.progress());
      rows.put(NAME + "-" + set, ofSet);
      measurements.add(set + ".rouge_l_recall", mean(ofSet, Row::rougeRecall));
      measurements.add(set + ".bleu", corpusBleu(ofSet));
      measurements.add(set + ".bleu_by_completion", mean(ofSet, Row::bleu));
    }
    List<String> notes = new ArrayList<>(measurements.notes());
    notes.addAll(notes(excerpts.size(), context, rows));
    return new Evaluation(measurements.all(), rows, notes);
  }

  private static List<Row> rows(
      LanguageModel model, String set, List<Passage> excerpts, ProgressListener progress) {
    List<String> instructions = SETS.getOrDefault(set, List.of());
    List<String> questions = new ArrayList<>();
    for (Passage excerpt : excerpts) {
      instructions.forEach(
          words -> questions.add(CompletionInstructions.asked(words, excerpt.text())));
    }
    List<int[]> prompts = questions.stream().map(model.samples()::promptOf).toList();
    List<String> outputs =
        GreedyAnswers.continuations(
            model, prompts, Book.TOTAL_TOKENS, "Completions, " + set + " instructions", progress);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Passage excerpt = excerpts.get(i / instructions.size());
      String id = excerpt.id() + "/" + (1 + i % instructions.size());
      String output = outputs.get(i);
      rows.add(
          new Row(
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

  /**
   * A mean over completions, with the error of the excerpts' means: {@code s(x̄_e) / √E}.
   *
   * @param rows equally many for each excerpt
   * @return n counts completions; the error is NaN for a single excerpt
   */
  static MeanWithError mean(List<Row> rows, ToDoubleFunction<Row> value) {
    double[] ofExcerpts =
        byExcerpt(rows).values().stream()
            .mapToDouble(own -> own.stream().collect(Collectors.averagingDouble(value)))
            .toArray();
    MeanWithError mean = MeanWithError.of(ofExcerpts);
    return new MeanWithError(mean.mean(), mean.standardError(), rows.size());
  }

  /**
   * BLEU of all completions as one corpus, with the jackknife error over excerpts.
   *
   * @return in [0, 100]; n counts completions; the error is NaN for a single excerpt
   */
  static MeanWithError corpusBleu(List<Row> rows) {
    List<Bleu.Counts> excerpts =
        byExcerpt(rows).values().stream()
            .map(own -> Bleu.Counts.sum(own.stream().map(WhpSuite::counts).toList()))
            .toList();
    double error = Jackknife.standardError(excerpts, WhpSuite::bleu);
    return new MeanWithError(bleu(excerpts), error, rows.size());
  }

  private static Bleu.Counts counts(Row row) {
    return Bleu.counts(row.output(), row.answer());
  }

  private static double bleu(List<Bleu.Counts> counts) {
    return Bleu.of(Bleu.Counts.sum(counts));
  }

  /** Groups an excerpt's completions under several instructions. */
  private static Map<String, List<Row>> byExcerpt(List<Row> rows) {
    return rows.stream()
        .collect(Collectors.groupingBy(Row::excerpt, LinkedHashMap::new, Collectors.toList()));
  }

  private List<String> notes(int excerpts, int context, Map<String, List<Row>> rows) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "whp measured on %d excerpts of %s%s"
            .formatted(
                excerpts,
                book.named(),
                book.standIn()
                    ? ": a stand-in, not the paper's Harry Potter; eval.book names another"
                    : ""));
    if (context < Book.TOTAL_TOKENS) {
      notes.add(
          "whp: the model's context is %d tokens, so %d of passages of %d are shown and completed to %d in all; the paper has 300 of 512, to 600"
              .formatted(context, Book.shownTokens(context), Book.passageTokens(context), context));
    }
    RowCounts empty = new RowCounts();
    rows.values().forEach(set -> empty.count(set.get(0).set(), set, row -> row.output().isEmpty()));
    notes.addAll(empty.note("whp: empty completions, with a recall and a BLEU of 0"));
    return notes;
  }
}
