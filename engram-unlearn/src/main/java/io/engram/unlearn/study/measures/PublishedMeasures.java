package io.engram.unlearn.study.measures;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What others found of the same measures: AUC between 30 models that were trained with the facts
 * and 30 that were not, R after relearning and Q after rounding to NF4.
 *
 * <p><b>Source:</b> meta-evaluation of open-unlearning (arXiv 2506.12618) as published with UDS
 * (arXiv 2605.24614): TOFU forget10, Llama-3.2-1B. R and Q there are about unlearned models, here
 * about models that know. <b>Differs:</b> the four membership measures there are AUCs against a
 * holdout set for each model, here means over samples; the logit lens reads hidden states by the
 * original's LM head and compares with a retrained model, here by the model's own.
 */
final class PublishedMeasures {
  /** Where the numbers are from, in a few words. */
  static final String SOURCE = "Llama-3.2-1B, TOFU forget10, 30 and 30 models; arXiv 2605.24614";

  /**
   * The published numbers of a measure.
   *
   * @param auc between models with and without the facts
   * @param relearning R, 1 is best
   * @param quantization Q, 1 is best
   */
  record Published(double auc, double relearning, double quantization) {}

  private static final Map<String, Published> ALL = new LinkedHashMap<>();

  static {
    ALL.put(Measuring.STRENGTH, new Published(0.891, 0.770, 0.970));
    ALL.put(Measuring.MEMORIZATION, new Published(0.817, 0.605, 0.984));
    ALL.put(Measuring.PROBABILITY, new Published(0.816, 0.642, 0.924));
    ALL.put(Measuring.PARAPHRASED_PROBABILITY, new Published(0.707, 0.899, 0.853));
    ALL.put(Measuring.TRUTH_PROBABILITY, new Published(0.947, 0.234, 0.996));
    ALL.put(Measuring.RECALL, new Published(0.722, 0.203, 0.934));
    ALL.put(Measuring.PARAPHRASED_RECALL, new Published(0.832, 0.064, 0.951));
    ALL.put("forced_answer_recall", new Published(0.757, 0.183, 0.971));
    ALL.put("mia_loss", new Published(0.902, 0.519, 0.935));
    ALL.put("mia_zlib", new Published(0.867, 0.487, 0.938));
    ALL.put("mia_min_k", new Published(0.907, 0.532, 0.923));
    ALL.put("mia_min_k_plus_plus", new Published(0.816, 0.431, 0.883));
    ALL.put("lens_log_prob", new Published(0.927, 0.812, 0.959));
  }

  private PublishedMeasures() {}

  /** What was published of a measure; null if nothing was. */
  static @Nullable Published of(String measure) {
    return ALL.get(measure);
  }
}
