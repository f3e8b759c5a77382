package io.engram.model.family;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Settings of a config.json, each checked as it's read. A wrong one is added to the faults and read
 * as its least value, so that all faults are found before any is reported.
 */
public record ConfigReader(JsonNode config, List<String> faults) {
  /**
   * Whether the setting is there; null counts as absent, as in transformers.
   *
   * @param key its name
   */
  public boolean has(String key) {
    return config.hasNonNull(key);
  }

  /** A required integer from 1 to {@code most}. */
  public int count(String key, int most) {
    if (!has(key)) {
      faults.add(key + " is missing");
      return 1;
    }
    return whole(key, 1, most);
  }

  /** An integer from 0 to {@code most}. */
  int countFromZero(String key, int most, int otherwise) {
    return has(key) ? whole(key, 0, most) : otherwise;
  }

  private int whole(String key, int least, int most) {
    JsonNode value = config.path(key);
    if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
      faults.add(key + " " + value + " isn't a whole number from " + least + " to " + most);
      return least;
    }
    return value.intValue();
  }

  /** An integer from 1 to {@code most}. */
  public int count(String key, int most, int otherwise) {
    return has(key) ? count(key, most) : otherwise;
  }

  /** An integer from 1 to {@code most}; 0 if the file says null, meaning "none". */
  int countOrNone(String key, int most, int otherwise) {
    return config.path(key).isNull() ? 0 : count(key, most, otherwise);
  }

  /** A finite number above 0; 0 if the file says null, meaning "none". */
  double positiveOrNone(String key, double otherwise) {
    return config.path(key).isNull() ? 0 : positive(key, otherwise);
  }

  /** A required finite number above 0. */
  double positive(String key) {
    if (!has(key)) {
      faults.add(key + " is missing");
      return 1;
    }
    return positive(key, config.path(key));
  }

  /** A finite number above 0. */
  public double positive(String key, double otherwise) {
    return has(key) ? positive(key, config.path(key)) : otherwise;
  }

  /** The value as a finite number above 0; {@code key} names it. */
  double positive(String key, JsonNode value) {
    // An integer beyond all doubles has no double value.
    double number = value.isNumber() ? value.asDouble(Double.NaN) : Double.NaN;
    if (!(number > 0) || Double.isInfinite(number)) {
      faults.add(key + " " + value + " isn't a positive number");
      return 1;
    }
    return number;
  }

  /** True or false; false if it isn't there. */
  public boolean flag(String key) {
    return flag(key, false);
  }

  /** True or false. */
  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!config.path(key).isBoolean()) {
      faults.add(key + " " + config.path(key) + " is neither true nor false");
    }
    return config.path(key).asBoolean(false);
  }

  /** Refuses a setting that isn't supported; null and false are fine. */
  public void refuse(String key) {
    boolean off = config.path(key).isBoolean() && !config.path(key).booleanValue();
    if (has(key) && !off) {
      faults.add(key + " is not supported");
    }
  }

  /** The settings in an object within this one; none if it is missing. */
  ConfigReader inside(String key) {
    if (has(key) && !config.path(key).isObject()) {
      faults.add(key + " " + config.path(key) + " isn't an object");
    }
    return new ConfigReader(config.path(key), faults);
  }
}
