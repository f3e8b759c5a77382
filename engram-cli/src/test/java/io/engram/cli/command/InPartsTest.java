package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class InPartsTest {
  private static List<List<Integer>> parts(int most, int block, int... tokens) {
    List<Sample> samples =
        IntStream.range(0, tokens.length).mapToObj(i -> Sample.of("" + i, "q", "a")).toList();
    List<List<Integer>> parts = new ArrayList<>();
    int count =
        InParts.each(
            samples,
            some -> some.stream().map(s -> tokens[Integer.parseInt(s.id())]).toList(),
            value -> value,
            part -> {
              assertThat(part.samples()).hasSameSizeAs(part.values());
              assertThat(part.samples().stream().map(s -> tokens[Integer.parseInt(s.id())]))
                  .isEqualTo(part.values());
              parts.add(part.values());
            },
            most,
            block);
    assertThat(count).isEqualTo(parts.size());
    return parts;
  }

  @Test
  void aPartEndsWhereItHasEnoughTokens() {
    assertThat(parts(10, 1, 4, 5, 3, 10, 1, 2))
        .containsExactly(List.of(4, 5, 3), List.of(10), List.of(1, 2));
    assertThat(parts(10, 2, 4, 5, 3, 10, 1, 2))
        .as("in blocks of two")
        .containsExactly(List.of(4, 5, 3, 10), List.of(1, 2));
    assertThat(parts(10, 1, 4, 6)).containsExactly(List.of(4, 6));
    assertThat(parts(10, 1)).isEmpty();
  }

  @Test
  void usualFilesAreOnePart() {
    assertThat(parts(InParts.TOKENS, 1, 1000, 1000, 1000)).hasSize(1);
  }
}
