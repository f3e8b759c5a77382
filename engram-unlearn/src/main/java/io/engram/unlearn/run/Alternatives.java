package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.DataRow;
import io.engram.core.sample.Sample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Plausible other answers to each forget question. Each draw of a sample gets one newly chosen from
 * its own.
 *
 * @param bySample the alternatives of each forget sample, at least one
 * @param seed names the streams (seed, "alternative", epoch, draw)
 */
record Alternatives(List<List<String>> bySample, long seed) implements Batches.OtherAnswers {
  private static final int MOST_NAMED = 5;

  /**
   * Reads a file whose rows have an {@code id} or a {@code question}, and an {@code answer} or
   * {@code answers}: a text or a list of texts. Several rows may belong to one sample. Rows of
   * other samples are left out, so that one file may serve several forget sets.
   *
   * @throws EngramException if a sample has no alternative, or an alternative is blank, belongs to
   *     another question than its id, or is the answer itself; the message names the rows
   */
  static Alternatives read(String file, List<Sample> forget, long seed) {
    Reader reader = new Reader(forget);
    DataRow.read(Path.of(file)).forEach(reader::add);
    reader.throwIfAny(file);
    return new Alternatives(reader.bySample.stream().map(List::copyOf).toList(), seed);
  }

  @Override
  public String at(int sample, int epoch, int draw) {
    List<String> own = bySample.get(sample);
    return own.get(RandomStream.of(seed, "alternative", epoch, draw).nextInt(own.size()));
  }

  /** Compared without case and with blanks as one. */
  static String plain(String text) {
    return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }

  /** Gives each sample its rows and gathers what is wrong with them. */
  private static final class Reader {
    private final List<Sample> forget;
    private final List<List<String>> bySample = new ArrayList<>();
    private final Map<String, Integer> byId = new LinkedHashMap<>();
    private final Map<String, List<Integer>> byQuestion = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> unmatched = new ArrayList<>();

    Reader(List<Sample> forget) {
      this.forget = forget;
      for (int i = 0; i < forget.size(); i++) {
        bySample.add(new ArrayList<>());
        byId.put(forget.get(i).id(), i);
        if (forget.get(i).content() instanceof Sample.Asked asked) {
          byQuestion.computeIfAbsent(plain(asked.question()), q -> new ArrayList<>()).add(i);
        }
      }
    }

    void add(DataRow row) {
      JsonNode id = row.fields().path("id");
      JsonNode question = row.fields().path("question");
      boolean named = id.isString() || id.isNumber();
      if (!named && !question.isString()) {
        faults.add(row.where() + " has neither an id nor a question");
        return;
      }
      List<Integer> asked =
          question.isString()
              ? byQuestion.getOrDefault(plain(question.asString()), List.of())
              : List.of();
      Integer index = named ? byId.get(id.asString()) : null;
      if (named && index != null && question.isString() && !asked.contains(index)) {
        faults.add(
            "%s: sample %s asks something else than \"%s\""
                .formatted(row.where(), id.asString(), question.asString()));
        return;
      }
      List<Integer> samples = named ? Stream.ofNullable(index).toList() : asked;
      if (samples.isEmpty()) {
        unmatched.add(row.where());
      }
      List<String> answers = answers(row);
      if (answers.isEmpty()) {
        faults.add(row.where() + " has no answer: a text, or answers, a list of texts");
      }
      for (int sample : samples) {
        answers.forEach(answer -> add(row, sample, answer));
      }
    }

    private void add(DataRow row, int sample, String answer) {
      Sample own = forget.get(sample);
      if (answer.isBlank()) {
        faults.add(row.where() + ": an answer is blank");
      } else if (own.content() instanceof Sample.Asked asked
          && plain(asked.answer()).equals(plain(answer))) {
        faults.add("%s: is the answer of sample %s itself".formatted(row.where(), own.id()));
      } else {
        bySample.get(sample).add(answer);
      }
    }

    private static List<String> answers(DataRow row) {
      List<String> answers = new ArrayList<>();
      for (String name : List.of("answer", "answers")) {
        JsonNode given = row.fields().path(name);
        for (JsonNode one : given.isArray() ? given : List.of(given)) {
          if (one.isString()) {
            answers.add(one.asString());
          }
        }
      }
      return answers;
    }

    void throwIfAny(String file) {
      if (faults.isEmpty()) {
        List<String> without = new ArrayList<>();
        for (int i = 0; i < bySample.size(); i++) {
          if (bySample.get(i).isEmpty()) {
            without.add(forget.get(i).id());
          }
        }
        if (!without.isEmpty()) {
          faults.add("no answer for " + some("sample", without));
          if (!unmatched.isEmpty()) {
            faults.add("no sample to forget for " + some("row", unmatched));
          }
        }
      }
      if (!faults.isEmpty()) {
        int shown = Math.min(MOST_NAMED, faults.size());
        String more =
            faults.size() > shown ? "\n  and %d more".formatted(faults.size() - shown) : "";
        throw EngramException.usage(
            "method.alternatives = %s doesn't fit the samples to forget:\n  %s%s\nEach needs at least one other answer than its own, in a row with its id or its question."
                .formatted(file, String.join("\n  ", faults.subList(0, shown)), more));
      }
    }

    private static String some(String what, List<String> names) {
      int shown = Math.min(MOST_NAMED, names.size());
      String more = names.size() > shown ? " and %d more".formatted(names.size() - shown) : "";
      String noun = names.size() == 1 ? what : names.size() + " " + what + "s:";
      return noun + " " + String.join(", ", names.subList(0, shown)) + more;
    }
  }
}
