package io.engram.unlearn.audit;

import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What attacks may use.
 *
 * @param requests what was to be forgotten
 * @param controls samples of the same kind that the original never saw; empty if there are none
 * @param keep samples that the model was to keep; empty if there are none
 * @param finetune samples that the model's owner will train it on; empty if not given
 * @param probes a file of other questions about the requests; null if not given
 * @param deployed the GGUF file that is served; null if not given
 * @param adapter whether the model after is an adapter on the original
 * @param models opens models
 * @param seed source of an attack's randomness
 * @param ignoreMemory whether attacks are made even if there seems to be too little memory
 */
public record AuditData(
    List<Sample> requests,
    List<Sample> controls,
    List<Sample> keep,
    List<Sample> finetune,
    @Nullable Path probes,
    @Nullable Path deployed,
    boolean adapter,
    Models models,
    long seed,
    boolean ignoreMemory) {
  /** With a check of the memory. */
  public AuditData(
      List<Sample> requests,
      List<Sample> controls,
      List<Sample> keep,
      List<Sample> finetune,
      @Nullable Path probes,
      @Nullable Path deployed,
      boolean adapter,
      Models models,
      long seed) {
    this(requests, controls, keep, finetune, probes, deployed, adapter, models, seed, false);
  }

  /** Copies the lists. */
  public AuditData {
    requests = List.copyOf(requests);
    controls = List.copyOf(controls);
    keep = List.copyOf(keep);
    finetune = List.copyOf(finetune);
  }

  /**
   * Opens models beside the victim. Each call opens one, which its caller closes.
   *
   * @param after the model that was made to forget
   * @param before the original
   * @param retrained a model that never saw the requests; null if there is none
   * @param deployed the GGUF file that is served; null if not given
   */
  public record Models(
      Supplier<LanguageModel> after,
      Supplier<LanguageModel> before,
      @Nullable Supplier<LanguageModel> retrained,
      @Nullable Supplier<LanguageModel> deployed) {}
}
