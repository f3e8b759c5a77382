package io.engram.unlearn.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import io.engram.unlearn.eval.judge.SentenceEncoders.CachingEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentenceEncoderTest {
  private static final List<String> TEXTS =
      List.of(
          "Hsiao Yun-Hwa's father works as a civil engineer.",
          "The father of Hsiao Yun-Hwa is a civil engineer.",
          "Photosynthesis turns sunlight into sugar.");

  private static MiniLmEncoder miniLm;

  @BeforeAll
  static void open() {
    miniLm = new MiniLmEncoder(2);
  }

  @AfterAll
  static void close() {
    miniLm.close();
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void miniLmPutsAParaphraseNearerThanAnotherSubject() {
    List<float[]> vectors = miniLm.encode(TEXTS);
    assertThat(vectors).hasSize(3).allSatisfy(vector -> assertThat(vector).hasSize(384));
    assertThat(dot(vectors.get(0), vectors.get(1))).isGreaterThan(0.9);
    assertThat(dot(vectors.get(0), vectors.get(2))).isLessThan(0.3);
    assertThat(miniLm.encode(List.of())).isEmpty();
    assertThat(miniLm.name())
        .isEqualTo("all-MiniLM-L6-v2, quantised; the paper uses paraphrase-MiniLM-L6-v2");
  }

  @Test
  void aVectorDoesNotDependOnItsNeighbours() {
    List<float[]> together = miniLm.encode(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(miniLm.encode(List.of(TEXTS.get(i))).get(0)).containsExactly(together.get(i));
    }
  }

  @Test
  void anEncoderOfAFolderIsNamedByTheFolderAndWhatIsInIt() {
    Path folder = Golden.encoder("sentence-bert");
    try (SentenceEncoders.FolderEncoder encoder = new SentenceEncoders.FolderEncoder(folder)) {
      assertThat(encoder.name()).matches("sentence-bert, sha256 [0-9a-f]{12}");
      List<float[]> vectors = encoder.encode(TEXTS);
      assertThat(vectors).hasSize(3).allSatisfy(vector -> assertThat(vector).hasSize(32));
      assertThat(dot(vectors.get(0), vectors.get(0))).isCloseTo(1, within(1e-6));
      SentenceEncoder shared = SentenceEncoders.shared(folder.toString());
      assertThat(shared.name()).isEqualTo(encoder.name());
      assertThat(SentenceEncoders.shared(folder.resolve("../sentence-bert").toString()))
          .isSameAs(shared);
    }
    assertThat(
            SentenceEncoders.FolderEncoder.nameOf(
                Path.of("a/models--org--all-MiniLM/snapshots/1f3")))
        .isEqualTo("all-MiniLM");
    assertThat(SentenceEncoders.FolderEncoder.nameOf(Path.of("x/a;b/."))).isEqualTo("a_b");
  }

  @Test
  void cacheAsksForEachTextOnceUntilItIsForgotten() {
    List<String> asked = new ArrayList<>();
    CachingEncoder cache =
        new CachingEncoder(
            new SentenceEncoder() {
              @Override
              public String name() {
                return "length";
              }

              @Override
              public List<float[]> encode(List<String> texts) {
                asked.addAll(texts);
                return texts.stream().map(text -> new float[] {text.length()}).toList();
              }

              @Override
              public void close() {}
            },
            2);
    assertThat(cache.encode(List.of("a", "bb", "a")))
        .containsExactly(new float[] {1}, new float[] {2}, new float[] {1});
    assertThat(cache.encode(List.of("bb", "ccc")))
        .containsExactly(new float[] {2}, new float[] {3});
    assertThat(asked).containsExactly("a", "bb", "ccc");
    assertThat(cache.encode(List.of("a", "bb", "ccc", "dddd")))
        .containsExactly(new float[] {1}, new float[] {2}, new float[] {3}, new float[] {4});
    assertThat(asked).containsExactly("a", "bb", "ccc", "a", "dddd");
    assertThat(cache.name()).isEqualTo("length");
  }
}
