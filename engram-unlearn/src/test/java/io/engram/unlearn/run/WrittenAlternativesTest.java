package io.engram.unlearn.run;

import static io.engram.unlearn.run.WrittenAlternatives.Unusable.BLANK;
import static io.engram.unlearn.run.WrittenAlternatives.Unusable.REPEATS;
import static io.engram.unlearn.run.WrittenAlternatives.Unusable.TWICE;
import static io.engram.unlearn.run.WrittenAlternatives.Unusable.UNFINISHED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.SampleTokenizer;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.WrittenAlternatives.Unusable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenAlternativesTest {
  private static final String ORDER = "name: uniform";

  @TempDir private Path folder;
  private SmallRuns runs;

  @BeforeEach
  void writeData() throws IOException {
    runs = new SmallRuns(folder);
    runs.writeData();
  }

  private static Optional<Unusable> fault(String draft, boolean cut, String... others) {
    return WrittenAlternatives.fault(draft, cut, "She was born in Cairo.", List.of(others));
  }

  @Test
  void aDraftIsItsFirstParagraph() {
    assertThat(WrittenAlternatives.cleaned(" Answer: In Oslo.\n\nI changed the city.\n"))
        .isEqualTo("In Oslo.");
    assertThat(WrittenAlternatives.cleaned("In Oslo,\nin 1950.\nQuestion: And why?"))
        .isEqualTo("In Oslo,\nin 1950.");
    assertThat(WrittenAlternatives.cleaned(" \n ")).isEmpty();
  }

  @Test
  void draftsThatTeachNothingElseAreUnusable() {
    assertThat(fault("She was born in Oslo.", false)).isEmpty();
    assertThat(fault("", false)).contains(BLANK);
    assertThat(fault("she was  born in Cairo", false)).contains(REPEATS);
    assertThat(fault("Not quite: she was born in Cairo, in May.", false)).contains(REPEATS);
    assertThat(fault("She was born in Cairomont.", false)).isEmpty();
    assertThat(fault("She was born in Oslo and then", true)).contains(UNFINISHED);
    // What was cut off is a second paragraph.
    assertThat(fault("She was born in Oslo.\n\nI have changed the", true)).isEmpty();
    assertThat(fault("She was born in  oslo.", false, "In Lima.", "She was born in Oslo."))
        .contains(TWICE);
  }

  @Test
  void theFileIsOfTheFormThatTheMethodReads() {
    Recipe recipe = runs.recipe("name: altpo, sampled_alternatives: 2", ORDER);
    try (LanguageModel model = open(Golden.model("with-tokenizer"))) {
      RunData data = RunData.load(recipe, model.samples());
      List<List<String>> answers =
          data.forget().stream().map(s -> List.of("One of " + s.id(), "It's \"two\".")).toList();
      WrittenAlternatives written =
          new WrittenAlternatives(
              data.forget().stream().map(sample -> sample.id()).toList(),
              answers,
              3,
              20,
              Map.of(REPEATS, 8));
      written.write(folder.resolve("written.jsonl"));
      assertThat(Alternatives.read(folder.resolve("written.jsonl").toString(), data.forget(), 5))
          .isEqualTo(written.alternatives(5));
      assertThat(written.told())
          .isEqualTo(
              "The model wrote 12 other answers for 6 samples; they are in alternatives.jsonl. Of 20 drafts 8 repeated the true answer. 6 samples have fewer than 3.");
    }
  }

  /** A sample that just fits leaves no room for the request to write another answer. */
  @Test
  void aModelThatWritesNothingUsableIsRefusedAndNothingIsLeft() throws IOException {
    Recipe recipe = runs.recipe("name: altpo, sampled_alternatives: 8", ORDER);
    Path data = folder.resolve("forget.jsonl");
    try (LanguageModel model = open(Golden.model("with-tokenizer"))) {
      StringBuilder question = new StringBuilder("Who?");
      int most = model.config().maxPositions() - 8;
      while (model.samples().promptOf(question.toString()).length < most) {
        question.append('x');
      }
      Files.writeString(
          data,
          Files.readString(data)
              + "{\"id\": \"long\", \"question\": \"%s\", \"answer\": \"I\"}\n"
                  .formatted(question));
    }
    Path out = folder.resolve("out");
    try (RunFolder run = RunFolder.create(out)) {
      assertThatThrownBy(() -> Experiment.run(recipe, run, SmallRuns.setup(() -> false)))
          .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessageContaining("method.sampled_alternatives = 8: ")
          .hasMessageContaining("wrote no usable other answer for 1 of 7 samples: long.\nOf ")
          .hasMessageContaining(" 8 had no room in the model's context.\nGive a file of other");
    }
    // Without a manifest there is no run yet, so the command deletes the folder.
    assertThat(out.resolve("manifest.json")).doesNotExist();
    assertThat(out.resolve(WrittenAlternatives.FILE)).doesNotExist();
  }

  @Test
  void aResumedRunUsesWhatWasWritten() throws IOException {
    Recipe recipe = runs.recipe("name: altpo, sampled_alternatives: 8", ORDER);
    Path out = folder.resolve("out");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(out)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 4));
      assertThat(run.journal().read().toString()).contains("The model wrote ");
    }
    Path file = out.resolve(WrittenAlternatives.FILE);
    assertThat(Files.readAllLines(file)).hasSize(6);
    Path given = Files.copy(file, folder.resolve("given.jsonl"));
    try (RunFolder run = RunFolder.resume(out)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
      assertThat(run.journal().read().toString()).containsOnlyOnce("The model wrote ");
    }
    // The same answers from a file make the same model.
    Path other =
        runs.run("other", runs.recipe("name: altpo, alternatives: '" + given + "'", ORDER));
    assertThat(SmallRuns.weights(out)).isEqualTo(SmallRuns.weights(other));
  }

  /** Asked in its own format, a model that was trained to follow instructions can do it. */
  @Test
  void theModelsOwnChatTemplateIsUsedIfItHasOne() throws IOException {
    Path chat = Files.createDirectory(folder.resolve("chat"));
    try (Stream<Path> files = Files.list(Golden.model("with-tokenizer"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, chat.resolve(file.getFileName()));
      }
    }
    Files.writeString(
        chat.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}");
    try (LanguageModel plain = open(Golden.model("with-tokenizer"));
        LanguageModel own = open(chat)) {
      assertThat(plain.chatSamples()).isEmpty();
      SampleTokenizer samples = own.chatSamples().orElseThrow();
      assertThat(own.tokenizer().decode(samples.promptOf("Who?")))
          .isEqualTo("<user>Who?</s><assistant>");
      assertThat(own.samples().template().name()).isEqualTo("plain");
    }
  }

  private static LanguageModel open(Path model) {
    return LanguageModel.open(model.toString(), ModelOptions.defaults());
  }
}
