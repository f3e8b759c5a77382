package io.engram.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tiny random encoders against transformers and the pooling of sentence-transformers. */
class EncoderGoldenTest {
  private static final int ALL_AT_ONCE = 4096;
  private static final int ONE_BY_ONE = 1;

  private static SentenceEmbedder embedder(String name, int batchTokens) {
    return SentenceEmbedder.open(Golden.path("encoder/" + name), Device.CPU, batchTokens);
  }

  private static SequenceClassifier classifier(String name, int batchTokens) {
    return SequenceClassifier.open(Golden.path("encoder/" + name), Device.CPU, batchTokens);
  }

  private static JsonNode expected(String name) {
    return Golden.json("encoder/" + name + "/expected.json");
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(each -> strings.add(each.asString()));
    return strings;
  }

  private static double[] doubles(float[] floats) {
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sentence-bert",
        "sentence-roberta",
        "sentence-cls",
        "plain-xlm-roberta",
        "plain-distilbert"
      })
  void vectorsEqualThoseOfTransformersAndDoNotDependOnTheirNeighbours(String name) {
    JsonNode expected = expected(name);
    List<String> texts = strings(expected.path("texts"));
    for (int batchTokens : new int[] {ALL_AT_ONCE, 40, ONE_BY_ONE}) {
      try (SentenceEmbedder embedder = embedder(name, batchTokens)) {
        assertThat(embedder.dimension()).isEqualTo(32);
        assertThat(embedder.mostTokens()).isEqualTo(expected.path("max_tokens").asInt());
        List<float[]> vectors = embedder.embed(texts);
        assertThat(vectors).hasSize(texts.size());
        for (int i = 0; i < texts.size(); i++) {
          assertThat(doubles(vectors.get(i)))
              .as(texts.get(i))
              .containsExactly(Golden.doubles(expected.path("vectors").get(i)), within(1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"toxic-bert", "class-roberta", "class-distilbert"})
  void probabilitiesEqualThoseOfTransformersAndDoNotDependOnTheirNeighbours(String name) {
    JsonNode expected = expected(name);
    List<String> texts = strings(expected.path("texts"));
    for (int batchTokens : new int[] {ALL_AT_ONCE, 40, ONE_BY_ONE}) {
      try (SequenceClassifier classifier = classifier(name, batchTokens)) {
        assertThat(classifier.labels()).isEqualTo(strings(expected.path("labels")));
        assertThat(classifier.exclusive()).isEqualTo(!name.equals("toxic-bert"));
        assertThat(classifier.mostTokens()).isEqualTo(expected.path("max_tokens").asInt());
        double[][] logits = classifier.logits(texts);
        List<Map<String, Double>> found = classifier.probabilities(texts);
        for (int i = 0; i < texts.size(); i++) {
          assertThat(logits[i])
              .as(texts.get(i))
              .containsExactly(Golden.doubles(expected.path("logits").get(i)), within(1e-5));
          assertThat(found.get(i).keySet()).containsExactlyElementsOf(classifier.labels());
          assertThat(found.get(i).values().stream().mapToDouble(p -> p).toArray())
              .containsExactly(Golden.doubles(expected.path("probabilities").get(i)), within(1e-5));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sentence-bert",
        "sentence-cls",
        "plain-xlm-roberta",
        "plain-distilbert",
        "toxic-bert",
        "class-roberta"
      })
  void textsAreCutBeforeTheirClosingSpecialToken(String name) {
    JsonNode expected = expected(name);
    boolean embeds = expected.has("vectors");
    EncoderFolder folder = EncoderFolder.read(Golden.path("encoder/" + name));
    int most = expected.path("max_tokens").asInt();
    try (EncoderTokenizer tokenizer = EncoderTokenizer.open(folder.path(), folder.config(), most)) {
      for (int i = 0; i < expected.path("texts").size(); i++) {
        String text = expected.path("texts").get(i).asString();
        assertThat(tokenizer.encode(embeds ? SentenceEmbedder.strip(text) : text))
            .as(text)
            .containsExactly(Golden.ints(expected.path("ids").get(i)));
      }
    }
  }

  @Test
  void nothingGivesNothing() {
    try (SentenceEmbedder embedder = embedder("sentence-bert", ALL_AT_ONCE);
        SequenceClassifier classifier = classifier("toxic-bert", ALL_AT_ONCE)) {
      assertThat(embedder.embed(List.of())).isEmpty();
      assertThat(classifier.probabilities(List.of())).isEmpty();
    }
  }

  @Test
  void blanksAreThoseOfPython() {
    assertThat(SentenceEmbedder.strip("\u00a0\u2007 \t\n\u001c\u0085a \u00a0b\u202f\u2029"))
        .isEqualTo("a \u00a0b");
    assertThat(SentenceEmbedder.strip("\u200b")).isEqualTo("\u200b");
    assertThat(SentenceEmbedder.strip(" \u3000")).isEmpty();
  }

  @Test
  void leaksNoNativeMemory() {
    useBoth();
    long objects = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    for (int i = 0; i < 3; i++) {
      useBoth();
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
  }

  private static void useBoth() {
    List<String> texts = List.of("a", "the author of the book", "b");
    try (SentenceEmbedder embedder = embedder("sentence-bert", ALL_AT_ONCE);
        SequenceClassifier classifier = classifier("class-roberta", 4)) {
      assertThat(embedder.embed(texts)).hasSize(3);
      assertThat(classifier.probabilities(texts)).hasSize(3);
    }
  }
}
