package io.engram.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Folders that are no encoder, or one that isn't built, or that don't hold together. */
class EncoderRefusalTest {
  @TempDir Path temporary;

  private Path copy(String name) throws IOException {
    Path from = Golden.path("encoder/" + name);
    Path to = temporary.resolve(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
    return to;
  }

  private static void set(Path file, String key, String json) {
    ObjectNode settings =
        Files.isRegularFile(file)
            ? (ObjectNode) JsonMapper.shared().readTree(file.toFile())
            : JsonMapper.shared().createObjectNode();
    settings.set(key, JsonMapper.shared().readTree(json));
    JsonMapper.shared().writeValue(file.toFile(), settings);
  }

  private static void open(Path folder) {
    boolean embeds = !Objects.toString(folder.getFileName()).matches("(toxic|class)-.*");
    if (embeds) {
      SentenceEmbedder.open(folder, Device.CPU, 64).close();
    } else {
      SequenceClassifier.open(folder, Device.CPU, 64).close();
    }
  }

  private static void assertRefused(Path folder, String... messages) {
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(EngramException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(messages));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "sentence-bert|config.json|model_type|\"mpnet\"|model_type \"mpnet\" is not supported as an"
            + " encoder; an encoder's is bert, roberta",
        "sentence-bert|config.json|model_type|null|model_type is missing",
        "sentence-bert|config.json|hidden_act|\"silu\"|hidden_act \"silu\" is not supported; gelu,",
        "plain-distilbert|config.json|activation|\"mish\"|activation \"mish\" is not supported",
        "sentence-bert|config.json|position_embedding_type|\"relative_key\"|position_embedding_type",
        "sentence-bert|config.json|is_decoder|true|is_decoder true is not supported",
        "sentence-bert|config.json|add_cross_attention|true|add_cross_attention true",
        "sentence-bert|config.json|pruned_heads|{\"0\": [1]}|pruned_heads is not supported",
        "sentence-bert|config.json|quantization_config|{}|quantization_config is not supported",
        "sentence-bert|config.json|num_attention_heads|5|32 isn't a multiple of 5 heads",
        "sentence-bert|config.json|num_attention_heads|-4|num_attention_heads -4 isn't a whole"
            + " number",
        "sentence-bert|config.json|hidden_size|null|hidden_size is missing",
        "sentence-bert|config.json|vocab_size|2000000000|vocab_size 2000000000 isn't a whole"
            + " number",
        "sentence-bert|config.json|layer_norm_eps|0|layer_norm_eps 0 isn't a positive number",
        "sentence-roberta|config.json|pad_token_id|40|max_position_embeddings 34 leaves no"
            + " position",
        "sentence-roberta|config.json|pad_token_id|-1|pad_token_id -1 isn't a token",
        "sentence-bert|config.json|vocab_size|161|embeddings.word_embeddings.weight has shape [160,"
            + " 32]; config.json asks for [161, 32]",
        "sentence-bert|config.json|intermediate_size|64|encoder.layer.0.intermediate.dense.weight"
            + " has shape [48, 32]; config.json asks for [64, 32]",
        "sentence-bert|config.json|num_hidden_layers|3|has no weight"
            + " encoder.layer.2.attention.self",
        "sentence-bert|config.json|max_position_embeddings|64|position_embeddings.weight has shape",
        "sentence-bert|config.json|type_vocab_size|1|token_type_embeddings.weight has shape [2,"
            + " 32]",
        "sentence-bert|config.json|model_type|\"distilbert\"|dim is missing; hidden_dim is missing",
        "sentence-bert|1_Pooling/config.json|pooling_mode_max_tokens|true|pooling [mean, max] is"
            + " not supported; one of mean and cls is",
        "sentence-bert|1_Pooling/config.json|pooling_mode_mean_tokens|false|pooling [] is not",
        "sentence-roberta|1_Pooling/config.json|pooling_mode|\"lasttoken\"|pooling [lasttoken] is"
            + " not",
        "sentence-roberta|1_Pooling/config.json|pooling_mode|[\"mean\"]|is not supported; one of",
        "sentence-roberta|1_Pooling/config.json|weights|[1]|weights [1] is not supported",
        "sentence-bert|sentence_bert_config.json|max_seq_length|0|max_seq_length 0 isn't a whole"
            + " number",
        "sentence-bert|sentence_bert_config.json|max_seq_length|2|at most 2 tokens has no room",
        "sentence-bert|sentence_bert_config.json|tokenizer_args|{\"a\":1}|tokenizer_args {\"a\":1}"
            + " is",
        "sentence-roberta|sentence_bert_config.json|transformer_task|\"fill-mask\"|transformer_task",
        "sentence-bert|config_sentence_transformers.json|default_prompt_name|\"query\"|default_prompt",
        "sentence-bert|tokenizer_config.json|truncation_side|\"left\"|truncation_side \"left\" is"
            + " not",
        "sentence-bert|tokenizer_config.json|do_lower_case|false|do_lower_case is false, and"
            + " lowercase",
        "sentence-bert|tokenizer.json|model|{}|tokenizer.json is not a tokenizer",
        "sentence-bert|tokenizer.json|post_processor|null|adds no special tokens to a text",
        "toxic-bert|config.json|problem_type|\"regression\"|problem_type \"regression\" gives no",
        "toxic-bert|config.json|architectures|[\"BertModel\"]|[\"BertModel\"] isn't a sequence",
        "toxic-bert|config.json|function_to_apply|\"none\"|function_to_apply is not supported",
        "toxic-bert|config.json|id2label|{\"0\":\"a\",\"1\":\"a\"}|must name each class once",
        "toxic-bert|config.json|id2label|{}|must name each class once",
        "toxic-bert|config.json|id2label|{\"1\":\"a\"}|1 labels and none of number 0",
        "toxic-bert|config.json|id2label|{\"0\":\"a\",\"1\":\"b\"}|classifier.weight has shape [3,"
            + " 32]; config.json asks for [2, 32]"
      })
  void whatIsNotBuiltOrDoesNotFitIsNamed(
      String name, String file, String key, String value, String message) throws IOException {
    Path folder = copy(name);
    set(folder.resolve(file), key, value);
    assertRefused(folder, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[\"\", \"1_Pooling\", \"2_Dense\"]|Transformer Pooling Dense|[Transformer, Pooling,"
            + " Dense]",
        "[\"\"]|Transformer|modules [Transformer] are not supported",
        "[\"../x\", \"1_Pooling\"]|Transformer Pooling|\"../x\" is not a folder in this one",
        "[\"/etc\", \"1_Pooling\"]|Transformer Pooling|\"/etc\" is not a folder in this one",
        "[\"\", \"../sentence-bert/1_Pooling\"]|Transformer Pooling|is not a folder in this one"
      })
  void modulesThatAreNotBuiltAreNamed(String paths, String kinds, String message)
      throws IOException {
    Path folder = copy("sentence-bert");
    List<String> types = List.of(kinds.split(" "));
    StringBuilder modules = new StringBuilder("[");
    for (int i = 0; i < types.size(); i++) {
      modules
          .append(i == 0 ? "" : ",")
          .append("{\"type\":\"sentence_transformers.models.%s\"".formatted(types.get(i)))
          .append(",\"path\":%s}".formatted(JsonMapper.shared().readTree(paths).get(i)));
    }
    Files.writeString(folder.resolve("modules.json"), modules.append(']'));
    assertRefused(folder, "modules.json", message);
  }

  @Test
  void foldersThatAreNoEncoderAreNamed() throws IOException {
    assertRefused(temporary.resolve("nowhere"), "nowhere: no such folder");
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    assertRefused(empty, "empty has no config.json");
    assertRefused(Golden.path("llama/with-tokenizer"), "model_type \"llama\" is not supported");
    Path noTokenizer = copy("sentence-bert");
    Files.delete(noTokenizer.resolve("tokenizer.json"));
    assertRefused(noTokenizer, "has no tokenizer.json");
  }

  @Test
  void aHeadlessModelIsNoClassifierAndAClassifierCanEmbed() throws IOException {
    Path folder = copy("plain-distilbert");
    set(folder.resolve("config.json"), "architectures", "null");
    assertThatThrownBy(() -> SequenceClassifier.open(folder, Device.CPU, 64).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("has no weight pre_classifier.weight");
    assertThatCode(
            () -> SentenceEmbedder.open(Golden.path("encoder/toxic-bert"), Device.CPU, 64).close())
        .doesNotThrowAnyException();
  }

  @Test
  void weightsOfAnotherFamilyAreNamed() throws IOException {
    Path folder = copy("sentence-bert");
    Path other = Golden.path("llama/gqa-tied/model.safetensors");
    Files.delete(folder.resolve("model.safetensors"));
    Files.copy(other, folder.resolve("model.safetensors"));
    assertRefused(folder, "neither a weight embeddings.word_embeddings.weight nor bert.embed");
  }

  @Test
  void tokensOutsideTheVocabularyAreNamed() throws IOException {
    Path folder = copy("sentence-bert");
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(
        file, Files.readString(file).replaceFirst("\"book\": *\\d+", "\"book\": 4000"));
    try (SentenceEmbedder embedder = SentenceEmbedder.open(folder, Device.CPU, 64)) {
      assertThatThrownBy(() -> embedder.embed(List.of("a book")))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("gives the token 4000; the model's config.json has a vocab_size");
    }
  }

  @Test
  void vectorsThatAreNotNumbersAreRefused() throws IOException {
    Path folder = copy("sentence-bert");
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    int half = bytes.length / 2; // within the layers
    Arrays.fill(bytes, half, half + 400, (byte) 0xff); // NaN as float32
    Files.write(file, bytes);
    try (SentenceEmbedder embedder = SentenceEmbedder.open(folder, Device.CPU, 64)) {
      assertThatThrownBy(() -> embedder.embed(List.of("a book")))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("gives numbers that are not finite");
    }
  }

  @Test
  void theHashIsThatOfWhatDecidesAVector() throws IOException {
    Path folder = copy("sentence-bert");
    String before = hash(folder);
    Files.writeString(folder.resolve("README.md"), "x");
    assertThat(hash(folder)).isEqualTo(before).hasSize(64);
    set(folder.resolve("sentence_bert_config.json"), "max_seq_length", "12");
    assertThat(hash(folder)).isNotEqualTo(before);
  }

  private static String hash(Path folder) {
    try (SentenceEmbedder embedder = SentenceEmbedder.open(folder, Device.CPU, 64)) {
      return embedder.hash();
    }
  }
}
