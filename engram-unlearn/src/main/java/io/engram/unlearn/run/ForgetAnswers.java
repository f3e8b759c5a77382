package io.engram.unlearn.run;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.unlearn.eval.tofu.EvaluationRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model's answers to the forget set's own questions, before and after unlearning. Answers that
 * the stage's evaluation has already generated are reused from its rows; the rest are generated
 * here.
 */
final class ForgetAnswers {
  private static final String FILE = "answers.jsonl";

  /** Limit for prompt and answer together, as in the TOFU suite. */
  private static final int TOTAL_TOKENS = 200;

  /** The same for the answer alone, whatever the prompt's length. */
  private static final int LEAST_TOKENS = 32;

  /** How many samples are asked at most. */
  static final int MOST_ASKED = 1000;

  /** A line of eval/STAGE/answers.jsonl. */
  record Answer(String id, String output) {}

  private final RunFolder folder;
  private final Map<String, Map<String, String>> byStage = new HashMap<>();

  ForgetAnswers(RunFolder folder) {
    this.folder = folder;
  }

  /**
   * Asks the current model. Does nothing if this stage's answers are already in the folder, as in a
   * resumed run.
   */
  void ask(String stage, LanguageModel model, RunData data, Setup setup) {
    Path file = folder.evaluationRows(stage).resolve(FILE);
    if (!Files.exists(file)) {
      Map<String, String> known = evaluated(stage);
      List<Sample> unknown = new ArrayList<>();
      Map<String, String> answers = new LinkedHashMap<>();
      for (Sample sample : data.forget()) {
        if (sample.content() instanceof Sample.Asked asked) {
          // The suite asks the bare question; within a conversation the answer may differ.
          boolean bare = asked instanceof Sample.QuestionAnswer;
          String output = bare ? known.get(asked.question()) : null;
          if (output == null) {
            unknown.add(sample);
          } else {
            answers.put(sample.id(), output);
          }
        }
      }
      answers.putAll(generate(asked(unknown), model, setup));
      JsonFiles.writeLines(
          file,
          answers.entrySet().stream().map(e -> new Answer(e.getKey(), e.getValue())).toList());
    }
    Map<String, String> read = new HashMap<>();
    JsonFiles.readLines(file, Answer.class).forEach(a -> read.put(a.id(), a.output()));
    byStage.put(stage, read);
  }

  /** The first of them: nobody reads more, and a run would wait hours for its first update. */
  static List<Sample> asked(List<Sample> samples) {
    return samples.subList(0, Math.min(MOST_ASKED, samples.size()));
  }

  private Map<String, String> evaluated(String stage) {
    Path rows = folder.evaluationRows(stage).resolve("forget.jsonl");
    Map<String, String> outputs = new HashMap<>();
    if (Files.exists(rows)) {
      JsonFiles.readLines(rows, EvaluationRow.class)
          .forEach(row -> outputs.put(row.question(), row.output()));
    }
    return outputs;
  }

  private static Map<String, String> generate(
      List<Sample> samples, LanguageModel model, Setup setup) {
    List<int[]> prompts = samples.stream().map(model.samples()::prompt).toList();
    int[] limits =
        prompts.stream().mapToInt(p -> Math.max(LEAST_TOKENS, TOTAL_TOKENS - p.length)).toArray();
    setup.progress().start("answers to the forget set", samples.size(), "questions");
    List<Generation> written = new Generator(model).greedy(prompts, limits, setup.progress());
    setup.progress().finish();
    Map<String, String> answers = new LinkedHashMap<>();
    for (int i = 0; i < samples.size(); i++) {
      answers.put(samples.get(i).id(), model.tokenizer().decode(written.get(i).ids()).strip());
    }
    return answers;
  }

  /** The answer to a sample at a stage; null if the sample has no question. */
  @Nullable String of(String stage, String id) {
    return byStage.getOrDefault(stage, Map.of()).get(id);
  }
}
