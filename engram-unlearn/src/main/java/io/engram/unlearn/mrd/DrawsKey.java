package io.engram.unlearn.mrd;

import io.engram.core.Version;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import java.util.List;

/**
 * All that determines the draws of a measurement. How many there are to be doesn't.
 *
 * @param model SHA-256 of the model's files
 * @param opened its number format and device
 * @param batchTokens tokens of a pass at most
 * @param samples SHA-256 of the samples' ids, tokens and label starts
 * @param estimator its options, without the number of draws where that makes no difference
 */
public record DrawsKey(
    String model,
    String opened,
    int batchTokens,
    String samples,
    Object estimator,
    long seed,
    int epoch,
    String version) {
  /** Of a measurement with this code. */
  public static DrawsKey of(
      LanguageModel model, List<Sample> samples, Object estimator, long seed, int epoch) {
    List<TokenizedSample> tokens = samples.stream().map(model.samples()::tokenize).toList();
    return new DrawsKey(
        model.hash(),
        model.describe(),
        model.options().batchTokens(),
        Hashes.sha256(JsonFiles.line(tokens)),
        estimator,
        seed,
        epoch,
        Version.code());
  }

  /** SHA-256. */
  public String hash() {
    return Hashes.sha256(JsonFiles.line(this));
  }
}
