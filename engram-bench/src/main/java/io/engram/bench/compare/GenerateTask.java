package io.engram.bench.compare;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.text.TokenizedSample;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Greedy continuation of prompts, with no end token, so that all are of the same length. */
record GenerateTask(LanguageModel model, Workload workload) implements Task {
  @Override
  public Reading measure(boolean warmUp) {
    Settings settings = workload.settings();
    List<int[]> prompts =
        workload.forget(settings.promptSamples()).stream().map(TokenizedSample::promptIds).toList();
    long start = System.nanoTime();
    List<Generation> written =
        new Generator(model.decoder(), Set.of())
            .greedy(prompts, settings.newTokens(), ProgressListener.NONE);
    double seconds = Reading.since(start);
    List<int[]> ids = written.stream().map(Generation::ids).toList();
    return new Reading(seconds, ids.stream().mapToInt(i -> i.length).sum(), Map.of("ids", ids));
  }
}
