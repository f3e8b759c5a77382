package io.engram.unlearn.eval.harness;

import io.engram.core.sample.PlainTable;
import io.engram.unlearn.eval.SuiteMetric;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task, as its YAML file has it.
 *
 * @param task its name, and the file's
 * @param title what it is, in a few words
 * @param version of the task in lm-evaluation-harness that this one equals
 * @param kind how a document is scored
 * @param data where the rows come from
 * @param description text before everything else; a template
 * @param prompt a document's question; a Jinja template over the row's columns
 * @param choices what may follow it
 * @param continuation what follows every context, where the choices are contexts; a template
 * @param target which choice is right
 * @param metrics {@code acc}, {@code acc_norm}; of texts {@code word_perplexity} and so on
 * @param higherIsBetter whether unlearning should leave the metrics high
 * @param chance {@code acc} of a model that guesses; null: it depends on the row
 * @param parts by group, the parts that are measured one by one and averaged by size; empty: none
 */
public record TaskSpec(
    String task,
    String title,
    String version,
    Kind kind,
    Data data,
    String description,
    String prompt,
    Choices choices,
    String continuation,
    Target target,
    List<String> metrics,
    Boolean higherIsBetter,
    @Nullable Double chance,
    Map<String, List<String>> parts) {
  /** How a document is scored. */
  public enum Kind {
    /** One context, a continuation for each choice. */
    CHOICES,
    /** A context for each choice, one continuation. */
    CONTEXTS,
    /** As CHOICES; what counts is the share of probability that true choices have together. */
    MASS,
    /** The text as a whole, in windows. */
    ROLLING
  }

  /**
   * Where rows come from.
   *
   * @param hub the data set's name on the hub
   * @param fetch patterns of the files that are needed of it
   * @param folders names under which it may lie in the folder of data sets
   * @param download how much the files are
   * @param licence of the data set
   * @param rows how many documents the split has
   * @param columns what a row must have after it's mended, nested ones with a dot
   * @param mend which {@link RowMending} the rows need; empty: none
   * @param layouts what the files may look like, the preferred one first
   */
  public record Data(
      String hub,
      List<String> fetch,
      List<String> folders,
      String download,
      String licence,
      int rows,
      List<String> columns,
      @Nullable String mend,
      List<Layout> layouts) {}

  /**
   * Files that are taken, and what their columns are called.
   *
   * @param files a glob below the data set's folder; {@code <part>} stands for the part
   * @param examples the same for the rows that examples before a question are taken from
   * @param fields column of the task to the file's column, or to the list of those it's made of
   * @param partColumn the column that names a row's part; null: a file holds one part
   * @param table how tables are read that aren't as usual; null: they are
   * @param note what a reader of the numbers should know
   * @param refused why these files can't be used
   */
  public record Layout(
      String files,
      @Nullable String examples,
      Map<String, Object> fields,
      @Nullable String partColumn,
      @Nullable PlainTable table,
      @Nullable String note,
      @Nullable String refused) {
    /** Fills in what is left out. */
    public Layout {
      fields = fields == null ? Map.of() : fields;
    }
  }

  /**
   * The choices.
   *
   * @param column a column that is a list of them
   * @param texts templates, one for each; used where there is no column
   */
  public record Choices(@Nullable String column, List<String> texts) {
    /** Fills in what is left out. */
    public Choices {
      texts = texts == null ? List.of() : texts;
    }
  }

  /**
   * The right choice.
   *
   * @param column a number from 0, or what the other components say
   * @param among a column that lists labels; the right one's place in it counts
   * @param values spellings of labels and their choices; empty: numbers
   * @param first where the column is a list, the value whose first place counts
   */
  public record Target(
      String column, @Nullable String among, Map<String, Integer> values, @Nullable Integer first) {
    /** Fills in what is left out. */
    public Target {
      column = column == null ? "" : column;
      values = values == null ? Map.of() : values;
    }
  }

  /** Fills in what is left out. */
  public TaskSpec {
    kind = kind == null ? Kind.CHOICES : kind;
    description = description == null ? "" : description;
    prompt = prompt == null ? "" : prompt;
    choices = choices == null ? new Choices(null, List.of()) : choices;
    continuation = continuation == null ? "" : continuation;
    target = target == null ? new Target("", null, Map.of(), null) : target;
    higherIsBetter = higherIsBetter == null || higherIsBetter;
    parts = parts == null ? Map.of() : parts;
  }

  /**
   * What one of its measures is called and how it counts.
   *
   * @param id of the metric, after the suite's name: {@code mmlu.stem.acc}
   * @param measure {@code acc}, {@code word_perplexity}, …
   */
  SuiteMetric metric(String id, String measure) {
    String unit =
        measure.endsWith("perplexity")
            ? "perplexity"
            : measure.equals("bits_per_byte") ? "bits" : "ratio";
    return new SuiteMetric(id, unit, higherIsBetter, measure.startsWith("acc") ? chance : null);
  }

  /** All parts; one without a name where there are none. */
  public List<String> allParts() {
    return parts.isEmpty()
        ? List.of("")
        : parts.values().stream().flatMap(List::stream).sorted().toList();
  }
}
