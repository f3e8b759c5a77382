package io.engram.unlearn.eval.text;

import io.engram.jinja.JinjaException;
import io.engram.unlearn.eval.generative.PromptText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A corpus, as in its YAML file. Files are globs below the corpus's folder.
 *
 * @param corpus its name
 * @param title what it is, in a few words
 * @param data where else it may be found; null: only beside the YAML file
 * @param forget texts that were forgotten
 * @param retain texts that were kept; null: none
 * @param holdout texts that no model was trained on; null: none
 * @param verbatim how the model's memory of the texts is measured
 * @param knowledge questions about the texts; null: none
 * @param note what a reader of the numbers should know; null: nothing
 */
record Corpus(
    String corpus,
    String title,
    @Nullable Data data,
    Texts forget,
    @Nullable Texts retain,
    @Nullable Texts holdout,
    Verbatim verbatim,
    @Nullable Knowledge knowledge,
    @Nullable String note) {
  /**
   * Where a corpus may be found.
   *
   * @param hub its name on the hub; empty: nowhere
   * @param fetch patterns of the files needed
   * @param folders names that it may have in the folder of data sets, or a path from Engram's home
   * @param download the size of the files
   * @param licence its licence
   */
  record Data(
      String hub, List<String> fetch, List<String> folders, String download, String licence) {
    /** Fills in omitted values. */
    Data {
      hub = hub == null ? "" : hub;
      fetch = fetch == null ? List.of() : fetch;
      folders = folders == null ? List.of() : folders;
      download = download == null ? "" : download;
      licence = licence == null ? "" : licence;
    }
  }

  /**
   * Texts.
   *
   * @param files one text a row
   * @param rows which of them: from the first number, from 0, up to the second, excluded; empty:
   *     all
   */
  record Texts(String files, List<Integer> rows) {
    /** Fills in omitted values. */
    Texts {
      rows = rows == null ? List.of() : List.copyOf(rows);
    }
  }

  /**
   * How much of a text comes back after its beginning.
   *
   * @param files rows with a prompt and what follows it; null: the forget texts, cut in two
   * @param promptTokens of a forget text cut in two, the tokens that the model is shown
   * @param maxNewTokens the most tokens of the model's answer and of what it is compared with
   */
  record Verbatim(@Nullable String files, Integer promptTokens, Integer maxNewTokens) {
    private static final int PROMPT_TOKENS = 64;
    private static final int NEW_TOKENS = 128;

    /** The forget texts, cut in two. */
    static final Verbatim OF_FORGET = new Verbatim(null, PROMPT_TOKENS, NEW_TOKENS);

    /** Fills in omitted values; the second is MUSE's. */
    Verbatim {
      promptTokens = promptTokens == null ? PROMPT_TOKENS : promptTokens;
      maxNewTokens = maxNewTokens == null ? NEW_TOKENS : maxNewTokens;
    }
  }

  /**
   * Questions with short answers.
   *
   * @param prompt a template over the question; a blank at its end stays. An example's answer
   *     follows it after a blank
   * @param forget about the forget texts; null: none
   * @param retain about the retain texts, the model's utility; null: none
   * @param maxNewTokens the most tokens of an answer
   * @param stop texts that end an answer, cut one after another
   */
  record Knowledge(
      String prompt,
      @Nullable Questions forget,
      @Nullable Questions retain,
      Integer maxNewTokens,
      List<String> stop) {
    /** Fills in omitted values, which are MUSE's. */
    Knowledge {
      prompt = prompt == null ? "Question: {{question}}\nAnswer: " : prompt;
      maxNewTokens = maxNewTokens == null ? 32 : maxNewTokens;
      stop = stop == null ? List.of("\n\n", "\nQuestion", "Question:") : List.copyOf(stop);
    }
  }

  /**
   * Rows with a question and an answer.
   *
   * @param files the questions
   * @param shots rows shown before each question, with their answers; null: none
   */
  record Questions(String files, @Nullable String shots) {}

  /** Fills in omitted values. */
  Corpus {
    title = title == null ? "" : title;
    verbatim = verbatim == null ? Verbatim.OF_FORGET : verbatim;
  }

  /** What is wrong with it, beyond its keys; empty: nothing. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (corpus == null || !corpus.matches("[a-z0-9_]+")) {
      faults.add("corpus is %s; lower-case letters, digits and _ are right".formatted(corpus));
    }
    if (forget == null) {
      faults.add("forget is missing; it says which files have the texts: {files: forget.jsonl}");
    }
    if (data != null && data.folders().stream().anyMatch(Objects::isNull)) {
      faults.add("data.folders: each must be a path, and one is empty");
    }
    texts("forget", forget, faults);
    texts("retain", retain, faults);
    texts("holdout", holdout, faults);
    if (verbatim.promptTokens() < 1 || verbatim.maxNewTokens() < 1) {
      faults.add("verbatim: prompt_tokens and max_new_tokens must be 1 or more");
    }
    if (knowledge != null) {
      knowledge(knowledge, faults);
    }
    return faults;
  }

  private static void texts(String key, @Nullable Texts texts, List<String> faults) {
    if (texts == null) {
      return;
    }
    if (texts.files() == null) {
      faults.add(key + ".files is missing");
    }
    List<Integer> rows = texts.rows();
    if (!rows.isEmpty() && (rows.size() != 2 || rows.get(0) < 0 || rows.get(1) <= rows.get(0))) {
      faults.add("%s.rows is %s; two rising numbers are right, as in [0, 20]".formatted(key, rows));
    }
  }

  private static void knowledge(Knowledge knowledge, List<String> faults) {
    if (knowledge.forget() == null && knowledge.retain() == null) {
      faults.add("knowledge has neither forget nor retain: {forget: {files: questions.jsonl}}");
    }
    if (knowledge.maxNewTokens() < 1) {
      faults.add("knowledge.max_new_tokens must be 1 or more");
    }
    if (knowledge.stop().contains("")) {
      faults.add("knowledge.stop has an empty text; every answer contains it");
    }
    questions("knowledge.forget", knowledge.forget(), faults);
    questions("knowledge.retain", knowledge.retain(), faults);
    try {
      PromptText unused = new PromptText(knowledge.prompt());
    } catch (JinjaException e) {
      faults.add("knowledge.prompt isn't a template: " + e.getMessage());
    }
  }

  private static void questions(String key, @Nullable Questions questions, List<String> faults) {
    if (questions != null && questions.files() == null) {
      faults.add(key + ".files is missing");
    } else if (questions != null && questions.files().equals(questions.shots())) {
      faults.add(key + ".shots are the questions themselves; another file is right");
    }
  }
}
