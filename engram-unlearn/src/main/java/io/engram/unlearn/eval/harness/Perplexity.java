package io.engram.unlearn.eval.harness;

import io.engram.core.stats.MeanWithError;

/** Perplexity of texts per word or per byte. */
final class Perplexity {
  /**
   * A line of {@code eval/STAGE/harness_wikitext.jsonl}.
   *
   * @param id the page's number, from 0
   * @param logProb of the whole page, nats
   * @param words of the tokenised page
   * @param bytes of the same in UTF-8
   * @param tokens of the page in the model's tokenizer
   * @param windows the number of passes
   */
  record Row(String id, double logProb, int words, int bytes, int tokens, int windows) {}

  private Perplexity() {}

  /**
   * {@code r = −Σ ℓ_i / Σ u_i}, nats per unit, with the error of a ratio: {@code √(n/(n−1) Σ (−ℓ_i
   * − r u_i)²) / Σ u_i}.
   *
   * <p><b>Source:</b> the delta method; Cochran, Sampling Techniques (1977), section 2.11.
   *
   * @param logProbs ℓ_i of each text, nats
   * @param units u_i, its words or bytes
   * @return the error is NaN for fewer than two texts
   */
  static MeanWithError nats(double[] logProbs, int[] units) {
    double loss = 0;
    double size = 0;
    for (int i = 0; i < units.length; i++) {
      loss -= logProbs[i];
      size += units[i];
    }
    double rate = loss / size;
    double squares = 0;
    for (int i = 0; i < units.length; i++) {
      double residual = -logProbs[i] - rate * units[i];
      squares += residual * residual;
    }
    int n = units.length;
    double error = n < 2 ? Double.NaN : Math.sqrt(squares * n / (n - 1)) / size;
    return new MeanWithError(rate, error, n);
  }

  /** {@code e^r}, its error {@code e^r · SE(r)}. */
  static MeanWithError of(MeanWithError nats) {
    double value = Math.exp(nats.mean());
    return new MeanWithError(value, value * nats.standardError(), nats.n());
  }

  /** {@code r / ln 2}. */
  static MeanWithError bits(MeanWithError nats) {
    double bit = Math.log(2);
    return new MeanWithError(nats.mean() / bit, nats.standardError() / bit, nats.n());
  }
}
