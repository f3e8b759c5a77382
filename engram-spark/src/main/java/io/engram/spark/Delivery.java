package io.engram.spark;

import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import io.engram.model.tensor.Device;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How an executor comes by a model.
 *
 * @param source what to open, under the driver's paths
 * @param model how its folder or file gets to the executor
 * @param base the same of an adapter's base; null: it isn't an adapter
 */
record Delivery(ModelSource source, Way model, @Nullable Way base) implements Serializable {
  /** How a folder or file gets to an executor. Equal ways give the same path. */
  interface Way extends Serializable {
    /**
     * Its path there.
     *
     * @param host the executor's machine, for messages
     * @throws io.engram.core.EngramException if it can't be had there
     */
    String path(String host);
  }

  /** By being under the same path everywhere. */
  record SamePath(String path) implements Way {
    @Override
    public String path(String host) {
      return path;
    }
  }

  /** By what each path's own place is: the same everywhere, or a URI that each machine copies. */
  static Delivery of(ModelSource source) {
    String base = source.base();
    return new Delivery(source, way(source.model()), base == null ? null : way(base));
  }

  private static Way way(String path) {
    Way copied = HadoopModels.wayOf(path);
    return copied == null ? new SamePath(path) : copied;
  }

  /** The same on another device. */
  Delivery on(Device device) {
    return new Delivery(source.on(device), model, base);
  }

  /** Opens it on an executor; the caller closes it. */
  LanguageModel open(String host) {
    return source.at(model.path(host), base == null ? null : base.path(host)).open(host);
  }
}
