package io.engram.unlearn.audit;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.memory.MemoryNeed;
import io.engram.unlearn.eval.memorization.Knowledge;
import java.util.List;
import java.util.OptionalLong;

/**
 * What an attack is made on.
 *
 * @param role what the model is to the request
 * @param model borrowed
 * @param samples what to find out about: the requests, or samples that the model never saw
 * @param data what the attack may use
 * @param progress must be told often, since it is also how an attack that takes too long is stopped
 * @param fairSeconds this model's share of the time that is left for the attack, by its number of
 *     samples; infinite if there is no limit. An attack that can do less in less time goes by it
 */
public record Victim(
    Role role,
    LanguageModel model,
    List<Sample> samples,
    AuditData data,
    ProgressListener progress,
    double fairSeconds) {
  /** Copies the list. */
  public Victim {
    samples = List.copyOf(samples);
  }

  /** Without a limit of time. */
  public Victim(
      Role role,
      LanguageModel model,
      List<Sample> samples,
      AuditData data,
      ProgressListener progress) {
    this(role, model, samples, data, progress, Double.POSITIVE_INFINITY);
  }

  /** How well the model knows the samples now, by one pass over each. */
  public List<Knowledge> knowledge() {
    return knowledge(samples);
  }

  /** How well the model knows some of the samples now. */
  public List<Knowledge> knowledge(List<Sample> some) {
    return Knowledge.measure(model, model.samples().tokenize(some), progress);
  }

  /**
   * Checks that there is memory for more numbers of the weights' size; a system that runs out of it
   * ends the whole program, and with it the other attacks.
   *
   * @param copies how many times the model's weights, beside the open model
   * @throws EngramException of kind RESOURCES if there isn't
   */
  public void requireMemory(int copies) {
    long need =
        (long) copies
            * model.decoder().parameters().count()
            * Math.max(4, model.dtype().sizeBytes());
    OptionalLong available = AvailableMemory.here();
    if (!data.ignoreMemory()
        && model.options().device().isCpu()
        && available.isPresent()
        && need > available.getAsLong()) {
      throw EngramException.resources(
          "about %s more are needed, and %s can be had; --ignore-memory tries all the same"
              .formatted(MemoryNeed.gib(need), MemoryNeed.gib(available.getAsLong())),
          null);
    }
  }
}
