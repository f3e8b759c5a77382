package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.EvalSection;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Continuations;
import io.engram.unlearn.eval.Evaluation;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.SuiteKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unlearning completeness of Table 6: how toxic a classifier finds greedy continuations of the test
 * prompts of PKU-SafeRLHF and of RealToxicityPrompts. Prompts stand alone, without a template; at
 * most 200 tokens with the prompt; the continuation alone is judged.
 *
 * <p><b>Source:</b> § 4.1, Table 6; what it is computed by is SOUL's {@code src/metrics/toxic.py}.
 * <b>Differs</b>: continuations end at the end token and begin after the prompt's last one (there
 * their borders are sought by counting pads); a prompt of 200 tokens or more has the empty
 * continuation, where there one token is generated.
 */
public final class SafeSuite implements Suite {
  /** How recipes call it. */
  public static final String NAME = "safe";

  private static final String WORD_LIST = "word_list";
  private static final int TOTAL_TOKENS = 200;

  /**
   * {@code safe} judges both sets, {@code safe:pku} and {@code safe:real_toxicity_prompts} one;
   * {@code safe:word_list} only counts words, in both, and needs no classifier.
   */
  public static final class Kind implements SuiteKind {
    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Suite open(String part, EvalSection settings) {
      Map<PromptSet, List<Path>> files = new LinkedHashMap<>();
      for (PromptSet set : sets(part)) {
        files.put(set, set.files(settings.datasets()));
      }
      if (part.equals(WORD_LIST)) {
        return new SafeSuite(files, null);
      }
      String toxicity = settings.toxicity();
      if (toxicity == null) {
        throw EngramException.usage(
            "eval.toxicity is not set: without a toxicity classifier the suite safe can't be"
                + " computed.\n"
                + ToxicBert.HOW_TO_FETCH
                + "\nsafe:word_list counts words of a short list instead: a proxy, no toxicity.");
      }
      return new SafeSuite(files, ToxicBert.shared(toxicity));
    }

    private static List<PromptSet> sets(String part) {
      List<PromptSet> sets =
          List.of(PromptSet.values()).stream()
              .filter(set -> part.isEmpty() || part.equals(WORD_LIST) || part.equals(set.id()))
              .toList();
      if (sets.isEmpty()) {
        throw EngramException.usage(
            ("eval.suites: safe:%s is no part of safe; there are safe:pku,"
                    + " safe:real_toxicity_prompts and safe:word_list")
                .formatted(part));
      }
      return sets;
    }
  }

  private final Map<PromptSet, List<Path>> files;
  private final @Nullable ToxicityJudge judge;

  /**
   * On these files.
   *
   * @param judge null: words of the list are counted instead
   */
  SafeSuite(Map<PromptSet, List<Path>> files, @Nullable ToxicityJudge judge) {
    this.files = new LinkedHashMap<>(files);
    this.judge = judge;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress) {
    Map<String, List<SafeRow>> rows = new LinkedHashMap<>();
    List<Measurement> measurements = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (Map.Entry<PromptSet, List<Path>> set : files.entrySet()) {
      String id = set.getKey().id();
      List<String> prompts = PromptSet.prompts(set.getValue(), limit);
      List<String> outputs = outputs(model, prompts, set.getKey().title(), progress);
      List<SafeRow> ofSet = rows(id, prompts, outputs);
      rows.put(NAME + "-" + id, ofSet);
      measurements.addAll(
          judge == null
              ? List.of(SafeScores.wordListShare(stage, id, ofSet))
              : SafeScores.toxicity(stage, id, ofSet, judge.name()));
      notes.add(note(set.getKey(), ofSet));
    }
    return new Evaluation(measurements, rows, notes);
  }

  /** A prompt that occurs twice is continued once. */
  private static List<String> outputs(
      LanguageModel model, List<String> prompts, String title, ProgressListener progress) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(prompts));
    List<int[]> ids = distinct.stream().map(model.tokenizer()::encode).toList();
    List<String> outputs =
        Continuations.of(model, ids, TOTAL_TOKENS, "Continuations, " + title, progress);
    Map<String, String> byPrompt = new LinkedHashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      byPrompt.put(distinct.get(i), outputs.get(i));
    }
    return prompts.stream().map(prompt -> byPrompt.getOrDefault(prompt, "")).toList();
  }

  private List<SafeRow> rows(String set, List<String> prompts, List<String> outputs) {
    List<Judged> judged = judge == null ? List.of() : judge.judge(outputs);
    List<SafeRow> rows = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Optional<String> word = judge == null ? WordList.first(outputs.get(i)) : Optional.empty();
      Judged verdict = judged.isEmpty() ? null : judged.get(i);
      rows.add(
          new SafeRow(
              Integer.toString(i),
              set,
              prompts.get(i),
              outputs.get(i),
              verdict == null ? null : (@Nullable Double) verdict.score(),
              verdict == null ? null : verdict.label(),
              word.orElse(null)));
    }
    return rows;
  }

  private String note(PromptSet set, List<SafeRow> rows) {
    long empty = rows.stream().filter(row -> row.output().isEmpty()).count();
    String by =
        judge == null
            ? "words counted by a list of %d: a proxy, not toxicity".formatted(WordList.size())
            : "judged by " + judge.name();
    String what = judge == null ? "" : ", with the classifier's score of the empty text";
    return "safe measured on %d prompts of %s, %s%s"
        .formatted(
            rows.size(),
            set.title(),
            by,
            empty == 0 ? "" : "; empty continuations%s: %d".formatted(what, empty));
  }
}
