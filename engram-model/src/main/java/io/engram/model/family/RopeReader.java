package io.engram.model.family;

import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.RotarySettings.RopeScaling;
import io.engram.model.decoder.config.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Rotary positions of a config.json. Newer files keep all settings under {@code rope_parameters},
 * older ones {@code rope_theta} at the top level and the rest under {@code rope_scaling}; if both
 * are there, {@code rope_scaling} counts, as in transformers.
 */
record RopeReader(ConfigReader reader, Shape shape) {
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String THETA = "rope_theta";
  private static final Set<String> KNOWN =
      Set.of(
          "rope_type",
          "type",
          THETA,
          PARTIAL,
          ORIGINAL,
          "factor",
          "low_freq_factor",
          "high_freq_factor",
          "attention_factor",
          "beta_fast",
          "beta_slow",
          "mscale",
          "mscale_all_dim",
          "truncate",
          "short_factor",
          "long_factor");

  /** The settings, under whichever name the file has them. */
  ConfigReader settings() {
    ConfigReader older = reader.inside("rope_scaling");
    return older.config().isEmpty() ? reader.inside("rope_parameters") : older;
  }

  /** The model's only rotary positions, over whole heads. */
  RotarySettings read(double theta) {
    return read(settings(), theta);
  }

  /** Those in {@code settings}, over whole heads. */
  RotarySettings read(ConfigReader settings, double theta) {
    double partial = partial(settings);
    if (partial != 1) {
      reader.faults().add(PARTIAL + " " + partial + " is not supported in this family");
    }
    return read(settings, type(settings), theta, shape.headDim());
  }

  /** Which part of each head is rotated. */
  double partial(ConfigReader settings) {
    return settings.has(PARTIAL) ? settings.positive(PARTIAL, 1) : reader.positive(PARTIAL, 1);
  }

  /** How many numbers of a head are rotated if this part of it is. */
  int turned(double part) {
    int dim = (int) (shape.headDim() * part);
    if (reader.faults().isEmpty() && (dim < 2 || dim % 2 != 0 || dim > shape.headDim())) {
      reader
          .faults()
          .add(
              PARTIAL
                  + " turns "
                  + dim
                  + " numbers of a head of "
                  + shape.headDim()
                  + "; pairs of them are right");
    }
    return dim;
  }

  /** The name of the scaling. */
  String type(ConfigReader settings) {
    JsonNode older = settings.config().path("type");
    return settings.config().path("rope_type").asString(older.asString("default"));
  }

  /** Those in {@code settings} with this scaling, over the first {@code dim} numbers of a head. */
  RotarySettings read(ConfigReader settings, String type, double theta, int dim) {
    for (String key : settings.config().propertyNames()) {
      if (!KNOWN.contains(key)) {
        reader.faults().add("rope setting " + key + " is not supported");
      }
    }
    double base =
        settings.has(THETA) ? settings.positive(THETA, theta) : reader.positive(THETA, theta);
    RotarySettings read = new RotarySettings(base, dim, scaling(settings, type, base, dim));
    if (reader.faults().isEmpty() && !read.isFinite()) {
      reader.faults().add("the rope settings give frequencies that aren't finite");
    }
    return read;
  }

  private RopeScaling scaling(ConfigReader settings, String type, double theta, int dim) {
    return switch (type) {
      case "default" -> RopeScaling.none();
      case "dynamic" -> dynamic(settings);
      case "linear" -> new RopeScaling.Linear(settings.positive("factor"));
      case "llama3" ->
          new RopeScaling.Llama3(
              settings.positive("factor"),
              settings.positive("low_freq_factor"),
              settings.positive("high_freq_factor"),
              original(settings));
      case "yarn" -> yarn(settings, theta, dim);
      case "longrope" -> longRope(settings, dim);
      default -> {
        reader
            .faults()
            .add(
                "rope_type \""
                    + type
                    + "\" is not supported; supported: default, linear, dynamic, llama3, yarn,"
                    + " longrope");
        yield RopeScaling.none();
      }
    };
  }

  /** It changes nothing within max_position_embeddings, where Engram's contexts end. */
  private static RopeScaling dynamic(ConfigReader settings) {
    settings.positive("factor");
    return RopeScaling.none();
  }

  /** The context of the first training; at the top level it counts before the settings' own. */
  private int original(ConfigReader settings) {
    return reader.has(ORIGINAL)
        ? reader.count(ORIGINAL, Integer.MAX_VALUE)
        : settings.count(ORIGINAL, Integer.MAX_VALUE, shape.maxPositions());
  }

  private RopeScaling yarn(ConfigReader settings, double theta, int dim) {
    int original = original(settings);
    double factor = settings.positive("factor", (double) shape.maxPositions() / original);
    double low = number(settings.positive("beta_fast", 32), original, theta, dim);
    double high = number(settings.positive("beta_slow", 1), original, theta, dim);
    boolean truncate = settings.flag("truncate", true);
    return new RopeScaling.Yarn(
        factor,
        Math.max(truncate ? Math.floor(low) : low, 0),
        Math.min(truncate ? Math.ceil(high) : high, dim - 1),
        settings.positive("attention_factor", yarnAttention(settings, factor)));
  }

  /** The index i of the frequency that makes this many turns over the original context. */
  private static double number(double turns, int original, double theta, int dim) {
    return dim * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }

  private static double yarnAttention(ConfigReader settings, double factor) {
    if (settings.has("mscale") && settings.has("mscale_all_dim")) {
      return mscale(factor, settings.positive("mscale"))
          / mscale(factor, settings.positive("mscale_all_dim"));
    }
    return mscale(factor, 1);
  }

  private static double mscale(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private RopeScaling longRope(ConfigReader settings, int dim) {
    int original = original(settings);
    double factor = settings.positive("factor", (double) shape.maxPositions() / original);
    double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RopeScaling.LongRope(
        factors(settings, "short_factor", dim / 2),
        factors(settings, "long_factor", dim / 2),
        original,
        settings.positive("attention_factor", attention));
  }

  private List<Double> factors(ConfigReader settings, String key, int count) {
    JsonNode list = settings.config().path(key);
    if (!list.isArray() || list.size() != count) {
      reader.faults().add(key + " isn't a list of " + count + " numbers");
      return List.of();
    }
    List<Double> factors = new ArrayList<>();
    list.forEach(each -> factors.add(settings.positive(key, each)));
    return factors;
  }
}
