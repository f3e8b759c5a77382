package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.decoder.Groups;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Runs texts through an encoder in batches.
 *
 * @param folder what it was opened from, for messages
 * @param batchTokens maximum tokens in a batch
 */
record TextBatches(Path folder, Encoder encoder, EncoderTokenizer tokenizer, int batchTokens) {
  /**
   * A row of numbers for each text.
   *
   * @param head from hidden states {@code [N, C]} and their batch to rows {@code [B, K]}, texts in
   *     the order given
   * @return {@code [texts][K]}
   * @throws EngramException if a number isn't finite
   */
  double[][] run(List<String> texts, BiFunction<Tensor, PackedBatch, Tensor> head) {
    List<int[]> tokens = texts.stream().map(tokenizer::encode).toList();
    int[] lengths = tokens.stream().mapToInt(ids -> ids.length).toArray();
    double[][] rows = new double[texts.size()][];
    long total = Arrays.stream(lengths).asLongStream().sum();
    int most = Groups.pieceTokens(total, batchTokens, Workers.threads(encoder.device()));
    List<int[]> pieces = Groups.byTokens(lengths, most);
    Workers.run(
        pieces.size(),
        encoder.device(),
        piece -> {
          int[] group = pieces.get(piece);
          PackedBatch batch = PackedBatch.of(Arrays.stream(group).mapToObj(tokens::get).toList());
          double[] numbers = numbers(batch, head);
          int width = numbers.length / group.length;
          for (int i = 0; i < group.length; i++) {
            rows[group[i]] = Arrays.copyOfRange(numbers, i * width, (i + 1) * width);
          }
        });
    return rows;
  }

  private double[] numbers(PackedBatch batch, BiFunction<Tensor, PackedBatch, Tensor> head) {
    double[] numbers;
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      numbers = Tensors.toDoubles(head.apply(encoder.hidden(batch), batch));
    }
    // Comparisons with NaN are false, which would look like an answer.
    if (!Arrays.stream(numbers).allMatch(Double::isFinite)) {
      throw EngramException.file(
          folder + ": this encoder gives numbers that are not finite; its weights are damaged.");
    }
    return numbers;
  }
}
