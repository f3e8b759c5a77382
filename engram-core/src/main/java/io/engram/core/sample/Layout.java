package io.engram.core.sample;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Public data sets that are read in a way of their own, by the word before the colon of a source:
 * {@code pku:FILE}. What a row isn't changed by, {@code c4} among them, has a name here for the
 * sake of the message where its file is missing.
 *
 * <p>Sizes and licences are those of the sets' cards on the Hugging Face hub.
 */
enum Layout {
  /** A book as plain text: one sample, to be cut into pieces. */
  BOOK(
      ".txt",
      "Any book as plain text, UTF-8, will do; data/books/moby-dick.txt comes with Engram. The"
          + " paper's, the Harry Potter series, is under copyright and nobody gives it away: use"
          + " the text of a copy of your own where your law allows it."),
  /** Preferences about safety: each unsafe response is a sample. */
  PKU(
      "train.jsonl",
      "PKU-SafeRLHF (83,400 pairs in all, of three models; CC BY-NC 4.0, not for commercial use):\n"
          + "engram fetch dataset:PKU-Alignment/PKU-SafeRLHF --out datasets/pku-saferlhf"),
  /** The corpora of WMDP: a document a row. */
  WMDP(
      "train-00000-of-00001.parquet",
      "WMDP's corpora (MIT; cyber-forget-corpus 1,000 documents in 11 MB, cyber-retain-corpus"
          + " 4,473 in 26 MB, bio-retain-corpus 60,887 in 884 MB):\n"
          + "engram fetch dataset:cais/wmdp-corpora --file 'cyber-*' --out datasets/wmdp-corpora\n"
          + "bio-forget-corpus is given on request to its authors alone; name your file of it."),
  /** Web pages, a document a line. */
  C4(
      "c4-train.00001-of-01024.json.gz",
      "C4 (ODC-BY; 1,024 files of 318 MB; one is more than enough, and limit reads its head):\n"
          + "engram fetch dataset:allenai/c4 --file en/c4-train.00001-of-01024.json.gz --out"
          + " datasets/c4"),
  /** Wikipedia's good articles, a line or a row a paragraph: each article is a sample. */
  WIKITEXT(
      "train-00000-of-00001.parquet",
      "WikiText (CC BY-SA 3.0 and GFDL; wikitext-2-raw-v1 has 600 articles to train on, 8 MB in all):\n"
          + "engram fetch dataset:Salesforce/wikitext --file 'wikitext-2-raw-v1/*' --out"
          + " datasets/wikitext");

  private final String example;
  private final String origin;

  Layout(String example, String origin) {
    this.example = example;
    this.origin = origin;
  }

  /** What stands before the colon. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT) + ":";
  }

  /** What a source may look like: {@code pku:train.jsonl}. */
  String example() {
    return prefix() + example;
  }

  /** What to fetch, how large it is and under which licence. */
  String origin() {
    return origin;
  }

  /** Whether the first samples are in the first rows, so that the rest needn't be read. */
  boolean keepsRows() {
    return this == WMDP || this == C4;
  }

  /** The layout that a source names. */
  static Optional<Layout> of(String source) {
    return Arrays.stream(values()).filter(l -> source.startsWith(l.prefix())).findFirst();
  }

  /** The rows of a file, each of which is a sample. */
  List<SampleRows.Row> rows(Path file, String name, int most) {
    return switch (this) {
      case BOOK -> BookText.rows(file, name);
      case PKU -> UnsafeResponses.of(SampleRows.read(file, name));
      case WMDP -> Documents.of(SampleRows.read(file, name, most));
      case C4 -> SampleRows.read(file, name, most);
      case WIKITEXT -> WikiTextPages.of(SampleRows.read(file, name));
    };
  }
}
