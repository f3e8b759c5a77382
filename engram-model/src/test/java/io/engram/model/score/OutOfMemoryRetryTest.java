package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutOfMemoryRetryTest {
  /** Ten samples of 10 tokens. */
  private static final List<TokenizedSample> SAMPLES =
      IntStream.range(0, 10).mapToObj(i -> new TokenizedSample("s" + i, new int[10], 1)).toList();

  private final List<Integer> asked = new ArrayList<>();

  /** Passes that fail where a group has more than {@code most} samples. */
  private int passes(int tokens, int most, RuntimeException failure) {
    asked.add(tokens);
    List<int[]> groups = LabelledBatch.groups(SAMPLES, tokens);
    if (groups.stream().anyMatch(group -> group.length > most)) {
      throw failure;
    }
    return groups.size();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory:"
            + " you tried to allocate 68719476736 bytes. Error code 12 (Cannot allocate memory)",
        "[enforce fail] data. DefaultCPUAllocator: not enough memory: you tried to allocate 8"
            + " bytes.",
        "CUDA out of memory. Tried to allocate 20.00 GiB."
      })
  void halvesUntilItFitsAndStaysThere(String message) {
    OutOfMemoryRetry batches = new OutOfMemoryRetry(4096);
    RuntimeException failure = new RuntimeException(message);
    // 100 tokens in all: 50 at once is the first half that changes anything, then 25, two samples.
    int groups = batches.run(SAMPLES, tokens -> passes(tokens, 2, failure));
    assertThat(groups).isEqualTo(5);
    assertThat(asked).containsExactly(4096, 50, 25);
    assertThat(batches.tokens()).isEqualTo(25);
    groups = batches.run(SAMPLES, tokens -> passes(tokens, 2, failure));
    assertThat(groups).isEqualTo(5);
    assertThat(asked).containsExactly(4096, 50, 25, 25);
  }

  @Test
  void goesDownToOneSampleThenSaysWhatWouldHelp() {
    OutOfMemoryRetry batches = new OutOfMemoryRetry(64);
    RuntimeException failure = new RuntimeException("CUDA out of memory.");
    assertThatThrownBy(() -> batches.run(SAMPLES, tokens -> passes(tokens, 0, failure)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "There isn't enough memory for one sample of 10 tokens at a time.%nShorter samples,"
                    .formatted()
                + " bfloat16 weights, a smaller model or a machine with more memory would"
                + " help.")
        .hasCause(failure)
        .extracting(e -> ((EngramException) e).exitCode())
        .isEqualTo(4);
    assertThat(asked).containsExactly(64, 30, 15);
  }

  @Test
  void javasOwnFailureCountsAndOthersPass() {
    OutOfMemoryRetry batches = new OutOfMemoryRetry(100);
    int found =
        batches.run(
            SAMPLES,
            tokens -> {
              if (tokens == 100) {
                throw new OutOfMemoryError("Physical memory usage is too high");
              }
              return tokens;
            });
    assertThat(found).isEqualTo(50);
    RuntimeException other = new RuntimeException("size mismatch");
    assertThatThrownBy(() -> batches.run(SAMPLES, tokens -> passes(tokens, 0, other)))
        .isSameAs(other);
  }
}
