package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters of a model a scope trains, without a {@link Trainer}: the adapters if there are
 * any, else the weights of the scope's layers.
 *
 * @param adapters whether the adapters move
 */
public record ScopedWeights(Decoder decoder, boolean adapters, TrainingScope scope) {
  /**
   * For a model in its current state.
   *
   * @throws EngramException if the scope trains nothing
   */
  public static ScopedWeights of(Decoder decoder, TrainingScope scope) {
    boolean adapted = !decoder.parameters().adapters().isEmpty();
    ScopedWeights scoped = new ScopedWeights(decoder, adapted, scope);
    if (!adapted && decoder.parameters().names().stream().noneMatch(scoped::weight)) {
      throw EngramException.usage(
          "No weight of the model is in layers %s; it has layers 0 to %d."
              .formatted(scope.layers(), decoder.config().layers() - 1));
    }
    return scoped;
  }

  /** Whether the model has a weight of this name, and it is trained. */
  public boolean weight(String name) {
    return !adapters
        && decoder.parameters().find(name) != null
        && scope.includes(decoder.config().names(), name);
  }

  /** Whether the LM head is the embedding. */
  public boolean tiedHead() {
    return decoder.config().tiedHead();
  }

  /** Whether the embedding moves. */
  public boolean embedding() {
    return weight(decoder.config().names().embedding());
  }

  /** Whether the LM head moves. */
  public boolean lmHead() {
    return weight(decoder.config().lmHeadName());
  }

  /** Whether the position embedding moves. */
  public boolean positions() {
    String name = decoder.config().names().positions();
    return name != null && weight(name);
  }

  /** The adapter on the weight of this name, if it moves. */
  public Parameters.@Nullable Adapter adapter(String weight) {
    return adapters ? decoder.parameters().adapter(weight) : null;
  }
}
