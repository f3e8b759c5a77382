package io.engram.unlearn.forget;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.text.SampleTokenizer;
import io.engram.unlearn.eval.memorization.MadeControls;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.SampleSets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Checks requests before anything is done with them; every fault names the requests. */
public final class Requests {
  /** How many ids a message lists. */
  private static final int NAMED = 5;

  private Requests() {}

  /**
   * Checks that there are requests, that each fits the model's window, that none is there twice,
   * and that no question is to be forgotten and kept.
   *
   * @throws EngramException if they don't pass
   */
  static void requireSound(List<Sample> requests, Recipe recipe, LanguageModel model) {
    if (requests.isEmpty()) {
      throw EngramException.usage(
          "%s has no requests; at least one is needed.".formatted(recipe.forget().data()));
    }
    requireFit(requests, model);
    requireOnce(requests);
    requireNotKept(requests, recipe, model);
  }

  /**
   * Checks that no request is longer than the model's window.
   *
   * @throws EngramException with the lengths
   */
  static void requireFit(List<Sample> requests, LanguageModel model) {
    SampleTokenizer tokenizer = model.samples().unbounded();
    int window = model.decoder().config().maxPositions();
    List<String> longer = new ArrayList<>();
    for (Sample request : requests) {
      int tokens = tokenizer.tokenize(request).ids().length;
      if (tokens > window) {
        longer.add("request %s has %d tokens".formatted(request.id(), tokens));
      }
    }
    if (!longer.isEmpty()) {
      throw EngramException.usage(
          "The model reads at most %d tokens: %s.\nShorten them; texts can be cut with forget.chunk_tokens=%d."
              .formatted(window, named(longer), window));
    }
  }

  private static void requireOnce(List<Sample> requests) {
    Map<Object, String> seen = new HashMap<>();
    List<String> twice = new ArrayList<>();
    for (Sample request : requests) {
      String earlier = seen.putIfAbsent(compared(request), request.id());
      if (earlier != null) {
        twice.add(earlier + " and " + request.id());
      }
    }
    if (!twice.isEmpty()) {
      throw EngramException.usage(
          "The requests have the same text twice: %s.\nRemove one of each."
              .formatted(named(twice)));
    }
  }

  /** The pairs of requests with the same question and different answers, by their ids. */
  static List<String> askedTwice(List<Sample> requests) {
    Map<String, String> asked = new HashMap<>();
    List<String> pairs = new ArrayList<>();
    for (Sample request : requests) {
      String question = question(request);
      String earlier = question.isEmpty() ? null : asked.putIfAbsent(question, request.id());
      if (earlier != null) {
        pairs.add(earlier + " and " + request.id());
      }
    }
    return pairs;
  }

  private static void requireNotKept(List<Sample> requests, Recipe recipe, LanguageModel model) {
    if (recipe.retain().isEmpty()) {
      return;
    }
    Map<String, String> asked = new HashMap<>();
    for (Sample request : requests) {
      asked.put(question(request), request.id());
    }
    List<String> both = new ArrayList<>();
    for (Sample kept : SampleSets.load(recipe.retain(), "retain", recipe.seed(), model.samples())) {
      String request = asked.get(question(kept));
      if (request != null && !question(kept).isEmpty()) {
        both.add("request %s and keep row %s".formatted(request, kept.id()));
      }
    }
    if (!both.isEmpty()) {
      throw EngramException.usage(
          "The same question is to be forgotten and to be kept: %s.\nDecide for one of them."
              .formatted(named(both)));
    }
  }

  /**
   * Checks that controls, which the model must never have seen, are neither requests nor samples to
   * keep. Case and blanks at the ends make no difference.
   *
   * @throws EngramException if one is
   */
  public static void requireNeverSeen(
      List<Sample> controls, List<Sample> requests, List<Sample> keep) {
    requireNotAmong(controls, requests, "requests");
    requireNotAmong(controls, keep, "samples to keep");
  }

  private static void requireNotAmong(List<Sample> controls, List<Sample> others, String which) {
    Set<Object> seen = new HashSet<>();
    others.forEach(other -> seen.add(compared(other)));
    List<String> among =
        controls.stream().filter(c -> seen.contains(compared(c))).map(Sample::id).toList();
    if (!among.isEmpty()) {
      throw EngramException.usage(
          "Controls must be samples that the model has never seen; these are %s: %s."
              .formatted(which, named(among)));
    }
  }

  /** What makes two samples the same: their texts, or their token ids. */
  private static Object compared(Sample sample) {
    List<String> texts = MadeControls.texts(sample);
    return texts.isEmpty() ? sample.content() : normal(texts);
  }

  /** The first of some names, and how many more there are. */
  static String named(List<String> all) {
    String first = String.join("; ", all.subList(0, Math.min(NAMED, all.size())));
    return all.size() > NAMED ? first + "; and " + (all.size() - NAMED) + " more" : first;
  }

  private static List<String> normal(List<String> texts) {
    return texts.stream().map(t -> t.strip().toLowerCase(Locale.ROOT)).toList();
  }

  private static String question(Sample sample) {
    return sample.content() instanceof Asked asked
        ? asked.question().strip().toLowerCase(Locale.ROOT)
        : "";
  }
}
