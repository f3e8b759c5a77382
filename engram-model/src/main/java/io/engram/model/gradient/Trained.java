package io.engram.model.gradient;

import io.engram.core.EngramException;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.train.TrainingScope;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which parameters move: the adapters where the model has some, else the weights of some layers.
 *
 * @param adapters whether it's the adapters
 * @param layers numbers of the layers; empty: all weights, those of no layer too
 */
record Trained(Decoder decoder, boolean adapters, List<Integer> layers) {
  /**
   * What a scope trains of a model as it is.
   *
   * @throws EngramException if that's nothing
   */
  static Trained of(Decoder decoder, TrainingScope scope) {
    boolean adapted = !decoder.parameters().adapters().isEmpty();
    Trained trained = new Trained(decoder, adapted, scope.layers());
    if (!adapted && decoder.parameters().names().stream().noneMatch(trained::weight)) {
      throw EngramException.usage(
          "No weight of the model is in layers %s; it has layers 0 to %d."
              .formatted(scope.layers(), decoder.config().layers() - 1));
    }
    return trained;
  }

  /** Whether the model has a weight of this name and it moves. */
  boolean weight(String name) {
    return !adapters && decoder.parameters().find(name) != null && inLayers(name);
  }

  private boolean inLayers(String name) {
    OptionalInt layer = decoder.config().names().layerOf(name);
    return layers.isEmpty() || (layer.isPresent() && layers.contains(layer.getAsInt()));
  }

  boolean tiedHead() {
    return decoder.config().tiedHead();
  }

  boolean embedding() {
    return weight(decoder.config().names().embedding());
  }

  boolean head() {
    return weight(decoder.config().lmHeadName());
  }

  boolean positions() {
    String name = decoder.config().names().positions();
    return name != null && weight(name);
  }

  /** The adapter on the weight of this name, if it moves. */
  Parameters.@Nullable Adapter adapter(String weight) {
    return adapters ? decoder.parameters().adapter(weight) : null;
  }
}
