package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HubNameTest {
  @ParameterizedTest
  @CsvSource({
    "hf:HuggingFaceTB/SmolLM2-135M-Instruct, MODEL, HuggingFaceTB/SmolLM2-135M-Instruct,",
    "meta-llama/Llama-3.2-1B@main, MODEL, meta-llama/Llama-3.2-1B, main",
    "hf:gpt2, MODEL, gpt2,",
    "hf:a/b@refs/pr/1, MODEL, a/b, refs/pr/1",
    "dataset:locuslab/TOFU@v1.0, DATASET, locuslab/TOFU, v1.0",
  })
  void names(String typed, HubName.Kind kind, String id, String revision) {
    assertThat(HubName.parse(typed)).isEqualTo(new HubName(kind, id, revision));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hf:",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/..",
        "hf:a/.b",
        "hf:a/b.",
        "hf:-a/b",
        "hf:a--b/c",
        "hf:a b/c",
        "hf:a\\b",
        "hf:/a",
        "hf:a/",
        "dataset:",
        "hf:é/b"
      })
  void noNames(String typed) {
    assertThatThrownBy(() -> HubName.parse(typed))
        .hasMessageContaining("isn't the name of a repository");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/../b", "/a", "a//b", "a/.git", "a\n", "a b", "a."})
  void noRevisions(String revision) {
    assertThatThrownBy(() -> HubName.parse("hf:a/b@" + revision))
        .hasMessageContaining("isn't a revision");
  }

  @Test
  void aDatasetInTheHubsSpelling() {
    assertThatThrownBy(() -> HubName.parse("hf:datasets/locuslab/TOFU"))
        .hasMessageContaining("dataset:locuslab/TOFU");
  }

  @Test
  void whatMayBeAModel() {
    assertThat(HubName.ofModel("hf:gpt2")).isPresent();
    assertThat(HubName.ofModel("a/b@v1")).isPresent();
    for (String path : new String[] {"mini", "a/b/c", "./a", "../a", "/a/b", "a/b@", "a/b c"}) {
      assertThat(HubName.ofModel(path)).as(path).isEmpty();
    }
  }

  @Test
  void foldersAndCommands() {
    HubName name = HubName.parse("dataset:locuslab/TOFU@v1");
    assertThat(name.folder()).isEqualTo("datasets--locuslab--TOFU");
    assertThat(name.command()).isEqualTo("engram fetch dataset:locuslab/TOFU@v1");
    assertThat(HubName.parse("hf:gpt2").folder()).isEqualTo("models--gpt2");
  }

  @Test
  void foldersDontDependOnTheLanguage() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(HubName.parse("hf:a/I").folder()).isEqualTo("models--a--I");
    } finally {
      Locale.setDefault(before);
    }
  }
}
