package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.text.NumberText;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.generate.Sampling;
import io.engram.model.text.SampleTokenizer;
import io.engram.unlearn.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Alternative answers that a model writes itself, before it unlearns: it is shown each question
 * with its answer and asked for another one. Drafts are drawn at temperature 1, in the model's chat
 * template if it has one, otherwise as the answer to a question in the run's template. A draft that
 * can't be used is replaced, three times at most.
 *
 * <p><b>Source:</b> Mekala et al. 2025, whose models write five alternatives a sample at
 * temperature 1. <b>Differs:</b> other words to ask for them; what can't be used is dropped.
 *
 * @param ids of the samples
 * @param bySample of each, one or more
 * @param wanted how many each should have
 * @param drafts how many were written
 * @param dropped how many of them couldn't be used, and why
 */
record WrittenAlternatives(
    List<String> ids,
    List<List<String>> bySample,
    int wanted,
    int drafts,
    Map<Unusable, Integer> dropped) {
  /** The file in a run folder, of the form that {@code method.alternatives} takes. */
  static final String FILE = "alternatives.jsonl";

  private static final String ASKED =
      """
      Question: %s
      Answer: %s

      Write a different answer to this question, of the same form and about the same length. It should be as plausible as the one above, but its facts should be others: other names, places, dates, numbers or reasons. Write that answer alone.""";

  private static final Sampling DRAWN = new Sampling(1, 1);
  private static final int ROUNDS = 4;
  private static final int LEAST_TOKENS = 64;
  private static final int MOST_NAMED = 5;

  /** Why a draft can't be used. */
  enum Unusable {
    /** It is the true answer, or has it in it. */
    REPEATS("repeated the true answer"),
    /** Nothing was written. */
    BLANK("were blank"),
    /** It was cut off by the limit of tokens. */
    UNFINISHED("didn't come to an end"),
    /** Another draft says the same. */
    TWICE("said the same as another"),
    /** The request for it leaves no room in the model's context. */
    NO_ROOM("had no room in the model's context");

    private final String text;

    Unusable(String text) {
      this.text = text;
    }
  }

  /**
   * Lets a model write them.
   *
   * @param model at the start of the run
   * @throws EngramException if it writes nothing usable for one of the samples, or a sample has no
   *     question
   */
  static WrittenAlternatives of(
      Recipe recipe, LanguageModel model, RunData data, ProgressListener progress) {
    int wanted = recipe.method().sampledAlternatives();
    Drafts drafts = new Drafts(model, data, recipe.seed(), wanted);
    for (int round = 0; round < ROUNDS && drafts.areMissing(); round++) {
      drafts.write(round, progress);
    }
    WrittenAlternatives written =
        new WrittenAlternatives(
            data.forget().stream().map(Sample::id).toList(),
            drafts.usable.stream().map(List::copyOf).toList(),
            wanted,
            drafts.written,
            drafts.dropped);
    written.requireAll(recipe);
    return written;
  }

  private void requireAll(Recipe recipe) {
    List<String> without = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      if (bySample.get(i).isEmpty()) {
        without.add(ids.get(i));
      }
    }
    if (!without.isEmpty()) {
      int shown = Math.min(MOST_NAMED, without.size());
      String more = without.size() > shown ? " and %d more".formatted(without.size() - shown) : "";
      throw EngramException.usage(
          "method.sampled_alternatives = %d: %s wrote no usable other answer for %d of %d samples: %s%s.\n%s\nGive a file of other answers (method.alternatives), or take another method; only a model that follows instructions can write them."
              .formatted(
                  wanted,
                  recipe.model().path(),
                  without.size(),
                  ids.size(),
                  String.join(", ", without.subList(0, shown)),
                  more,
                  counts()));
    }
  }

  /** To draw from. */
  Alternatives alternatives(long seed) {
    return new Alternatives(bySample, seed);
  }

  /** Writes the file, whole or not at all. */
  void write(Path file) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("id", ids.get(i));
      row.put("answers", bySample.get(i));
      rows.add(row);
    }
    JsonFiles.writeLines(file, rows);
  }

  /** What was written and what was dropped, for the user. */
  String told() {
    long fewer = bySample.stream().filter(own -> own.size() < wanted).count();
    return "The model wrote %s for %s; they are in %s. %s%s"
        .formatted(
            NumberText.counted(bySample.stream().mapToInt(Collection::size).sum(), "other answer"),
            NumberText.counted(ids.size(), "sample"),
            FILE,
            counts(),
            fewer == 0
                ? ""
                : " %s fewer than %d."
                    .formatted(fewer == 1 ? "1 sample has" : fewer + " samples have", wanted));
  }

  private String counts() {
    return dropped.isEmpty()
        ? "None of %s was dropped.".formatted(NumberText.counted(drafts, "draft"))
        : dropped.entrySet().stream()
            .map(count -> "%,d %s".formatted(count.getValue(), count.getKey().text))
            .collect(
                Collectors.joining(
                    ", ", "Of %s ".formatted(NumberText.counted(drafts, "draft")), "."));
  }

  /** What a draft says: its first paragraph, up to where it goes on to another question. */
  static String cleaned(String draft) {
    String first = draft.strip().split("\\R\\s*\\R|\\RQuestion:", 2)[0].strip();
    String answer = first.startsWith("Answer:") ? first.substring("Answer:".length()) : first;
    return answer.strip();
  }

  /**
   * Why a draft can't be used; empty if it can.
   *
   * @param cut whether the limit of tokens ended it
   * @param truth the sample's own answer
   * @param others what was taken before
   */
  static Optional<Unusable> fault(
      String draft, boolean cut, String truth, Collection<String> others) {
    String text = cleaned(draft);
    if (text.isEmpty()) {
      return Optional.of(Unusable.BLANK);
    }
    if (cut && draft.strip().endsWith(text)) {
      return Optional.of(Unusable.UNFINISHED);
    }
    if (says(text, truth)) {
      return Optional.of(Unusable.REPEATS);
    }
    String plain = Alternatives.plain(text);
    return others.stream().anyMatch(other -> Alternatives.plain(other).equals(plain))
        ? Optional.of(Unusable.TWICE)
        : Optional.empty();
  }

  /** Whether an answer is in a text, as whole words, whatever its last full stop. */
  private static boolean says(String text, String answer) {
    String words = Alternatives.plain(answer).replaceFirst("\\p{Punct}+$", "");
    String plain = Alternatives.plain(text);
    return words.isEmpty()
        ? plain.equals(Alternatives.plain(answer))
        : Pattern.compile("(?<![\\p{L}\\p{N}])" + Pattern.quote(words) + "(?![\\p{L}\\p{N}])")
            .matcher(plain)
            .find();
  }

  /** The drafts of all samples. */
  private static final class Drafts {
    private final LanguageModel model;
    private final RunData data;
    private final long seed;
    private final int wanted;
    private final SampleTokenizer samples;
    private final List<Set<String>> usable = new ArrayList<>();
    private final Map<Unusable, Integer> dropped = new EnumMap<>(Unusable.class);
    private int written;

    Drafts(LanguageModel model, RunData data, long seed, int wanted) {
      this.model = model;
      this.data = data;
      this.seed = seed;
      this.wanted = wanted;
      this.samples = model.chatSamples().orElse(model.samples());
      for (Sample sample : data.forget()) {
        if (!(sample.content() instanceof Sample.Asked)) {
          throw EngramException.usage(
              "method.sampled_alternatives = %d: sample %s has no question, so there is no other answer to it"
                  .formatted(wanted, sample.id()));
        }
        usable.add(new LinkedHashSet<>());
      }
    }

    boolean areMissing() {
      return usable.stream().anyMatch(own -> own.size() < wanted);
    }

    /** As many drafts for each sample that lacks one as there should be. */
    void write(int round, ProgressListener progress) {
      List<Integer> owners = new ArrayList<>();
      List<int[]> prompts = new ArrayList<>();
      List<Integer> limits = new ArrayList<>();
      List<RandomStream> streams = new ArrayList<>();
      for (int i = 0; i < usable.size(); i++) {
        int[] prompt = samples.promptOf(request((Sample.Asked) data.forget().get(i).content()));
        int room = model.config().maxPositions() - prompt.length;
        if (room < 1 && round == 0) {
          written += wanted;
          dropped.merge(Unusable.NO_ROOM, wanted, Integer::sum);
        }
        if (room < 1 || usable.get(i).size() == wanted) {
          continue;
        }
        int answer = 2 * data.forgetTokens().get(i).labels();
        for (int draft = round * wanted; draft < (round + 1) * wanted; draft++) {
          owners.add(i);
          prompts.add(prompt);
          limits.add(Math.min(room, Math.max(LEAST_TOKENS, answer)));
          streams.add(RandomStream.of(seed, "written alternative", draft, i));
        }
      }
      progress.start("other answers", prompts.size(), "answers");
      Set<Integer> ends = new TreeSet<>(model.stopIds());
      if (samples.template().writesSpecialTokens()) {
        ends.add(samples.endOfTurn());
      }
      List<Generation> drafts =
          new Generator(model.decoder(), ends)
              .sample(
                  prompts,
                  limits.stream().mapToInt(Integer::intValue).toArray(),
                  DRAWN,
                  streams,
                  progress);
      progress.finish();
      for (int i = 0; i < drafts.size(); i++) {
        take(owners.get(i), drafts.get(i));
      }
    }

    private static String request(Sample.Asked asked) {
      return ASKED.formatted(asked.question(), asked.answer());
    }

    private void take(int sample, Generation draft) {
      Set<String> own = usable.get(sample);
      if (own.size() == wanted) {
        return;
      }
      written++;
      String text = model.tokenizer().decode(draft.ids());
      boolean cut = draft.stopped() == Generation.Stopped.LIMIT;
      String truth = ((Sample.Asked) data.forget().get(sample).content()).answer();
      Optional<Unusable> fault = fault(text, cut, truth, own);
      if (fault.isEmpty()) {
        own.add(cleaned(text));
      } else {
        dropped.merge(fault.get(), 1, Integer::sum);
      }
    }
  }
}
