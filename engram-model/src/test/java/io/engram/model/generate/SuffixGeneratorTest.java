package io.engram.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Decoder;
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against a generation from a prompt of its own for each place. */
class SuffixGeneratorTest {
  private static final int LONG = 22;

  private static List<List<int[]>> oneByOne(
      Decoder decoder, Set<Integer> stopIds, List<SuffixGenerator.Places> texts) {
    Generator generator = new Generator(decoder, stopIds);
    List<List<int[]>> all = new ArrayList<>();
    for (SuffixGenerator.Places text : texts) {
      List<int[]> prompts = new ArrayList<>();
      for (int from = text.from(); from < text.to(); from++) {
        prompts.add(Arrays.copyOf(text.ids(), from));
      }
      int[] limits = prompts.stream().mapToInt(p -> text.ids().length - p.length).toArray();
      List<int[]> own =
          generator.greedy(prompts, limits, ProgressListener.NONE).stream()
              .map(Generation::ids)
              .toList();
      all.add(own);
    }
    return all;
  }

  /** What the model writes after two tokens: it knows that text by heart. */
  private static int[] known(Decoder decoder, int first) {
    int[] prompt = {first, first + 3};
    int[] written =
        new Generator(decoder, Set.of())
            .greedy(List.of(prompt), LONG - 2, ProgressListener.NONE)
            .get(0)
            .ids();
    int[] text = Arrays.copyOf(prompt, LONG);
    System.arraycopy(written, 0, text, 2, written.length);
    return text;
  }

  private static int[] unknown(int length) {
    int[] text = new int[length];
    Arrays.setAll(text, i -> (i * i * 7 + 11 * i + 5) % 71);
    return text;
  }

  /** Known by heart, with a mistake now and then, not known at all; short and long. */
  private static List<SuffixGenerator.Places> texts(Decoder decoder) {
    int[] wrong = known(decoder, 21);
    for (int i : new int[] {6, 12, 13, 19, 21}) {
      wrong[i] = (wrong[i] + 1) % 71;
    }
    return List.of(
        new SuffixGenerator.Places(known(decoder, 4), 1, LONG),
        new SuffixGenerator.Places(wrong, 1, LONG),
        new SuffixGenerator.Places(wrong, 9, 16),
        new SuffixGenerator.Places(unknown(19), 3, 12),
        new SuffixGenerator.Places(unknown(2), 1, 2),
        new SuffixGenerator.Places(unknown(9), 9, 9),
        new SuffixGenerator.Places(unknown(1), 1, 1));
  }

  private static void assertSame(List<List<int[]>> found, List<List<int[]>> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).toArray(new int[0][]))
          .as("text " + i)
          .isDeepEqualTo(expected.get(i).toArray(new int[0][]));
    }
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void everyPlaceGoesOnAsIfItsBeginningHadBeenGivenAlone(String name) {
    try (LanguageModel model = Families.open(name)) {
      Decoder decoder = model.decoder();
      List<SuffixGenerator.Places> texts = texts(decoder);
      int end = texts.get(0).ids()[11];
      assertSame(all(decoder, Set.of(), 4096, texts), oneByOne(decoder, Set.of(), texts));
      Set<Integer> stopIds = Set.of(end);
      assertSame(all(decoder, stopIds, 40, texts), oneByOne(decoder, stopIds, texts));
    }
  }

  private static List<List<int[]>> all(
      Decoder decoder, Set<Integer> stopIds, int batchTokens, List<SuffixGenerator.Places> texts) {
    return new SuffixGenerator(decoder, stopIds, batchTokens).greedy(texts, ProgressListener.NONE);
  }

  @Test
  void manyPlacesAtOnce() {
    try (LanguageModel model = TinyModels.open("gqa-untied")) {
      List<SuffixGenerator.Places> texts = new ArrayList<>();
      for (int length = 20; length < 28; length++) {
        texts.add(new SuffixGenerator.Places(unknown(length), 1, length));
      }
      assertSame(
          new SuffixGenerator(model).greedy(texts, ProgressListener.NONE),
          oneByOne(model.decoder(), model.stopIds(), texts));
    }
  }

  @Test
  void placesOutsideTheTextAreRefused() {
    assertThatThrownBy(() -> new SuffixGenerator.Places(new int[4], 2, 5))
        .hasMessage("places 2..5 of a text of 4 tokens");
    assertThatThrownBy(() -> new SuffixGenerator.Places(new int[4], 0, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
