package io.engram.unlearn.audit;

import io.engram.unlearn.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is audited.
 *
 * @param recipe names the original model, the requests, and, unless options replace them, samples
 *     to keep, controls and a retrained model
 * @param after the model that was made to forget
 * @param folder where {@code audit/} and {@code verdicts.jsonl} go
 * @param kind what the folder is
 * @param options what the user gave
 */
public record AuditSubject(Recipe recipe, String after, Path folder, Kind kind, Options options) {
  /** What the folder is besides that of the audit. */
  public enum Kind {
    /** A run of {@code engram forget}: its verdicts are added to. */
    FORGET,
    /** Another run: all verdicts are the audit's. */
    RUN,
    /** The audit's alone: the model is another program's, and all verdicts are the audit's. */
    MODEL
  }

  /**
   * What the user gave.
   *
   * @param attacks names of attacks; empty: all that can be made
   * @param keep samples that the model was to keep; null: the recipe's
   * @param controls samples never seen; null: the recipe's, or made from the requests
   * @param retrained a model that never saw the requests; null: the recipe's
   * @param probes a file of other questions about the requests; null: none
   * @param finetune samples that the model's owner will train it on; null: none
   * @param deployed the GGUF file that is served; null: none
   * @param minutes time for the attacks; null: as long as it takes
   */
  public record Options(
      List<String> attacks,
      @Nullable String keep,
      @Nullable String controls,
      @Nullable String retrained,
      @Nullable Path probes,
      @Nullable String finetune,
      @Nullable Path deployed,
      @Nullable Double minutes) {
    /** All attacks that can be made with the recipe's data. */
    public static final Options NONE =
        new Options(List.of(), null, null, null, null, null, null, null);

    /** Copies the list. */
    public Options {
      attacks = List.copyOf(attacks);
    }
  }
}
