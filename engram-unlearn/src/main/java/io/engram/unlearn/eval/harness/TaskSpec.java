package io.engram.unlearn.eval.harness;

import io.engram.core.sample.PlainTable;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task, as in its YAML file.
 *
 * @param task its name, and the file's
 * @param title what it is, in a few words
 * @param version of the equivalent task in lm-evaluation-harness
 * @param kind how a document is scored
 * @param data where the rows come from
 * @param description text before everything else; a template
 * @param prompt a document's question; a Jinja template over the row's columns
 * @param choices what may follow it
 * @param continuation what follows every context, if the choices are contexts; a template
 * @param target which choice is right
 * @param shots the examples before each question; null: none
 * @param generate how answers are written and scored, for the kind {@code generate}
 * @param metrics {@code acc}, {@code acc_norm}; for texts {@code word_perplexity} and so on; for
 *     answers the names of their scores
 * @param higherIsBetter whether unlearning should leave the metrics high; without it, all but the
 *     perplexities of texts
 * @param chance {@code acc} of a model that guesses; null: it depends on the row
 * @param parts the parts, by group, that are measured one by one and averaged by size; a part may
 *     be in several groups; empty: none
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
    @Nullable Shots shots,
    @Nullable GenerativeSpec generate,
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
    /** As CHOICES, but the score is the true choices' share of the probability. */
    MASS,
    /** The text as a whole, in windows. */
    ROLLING,
    /** The model writes an answer. */
    GENERATE;

    /** What can be measured of it; none where the task's own scores are its metrics. */
    List<String> metrics() {
      return switch (this) {
        case CHOICES, CONTEXTS -> List.of("acc", "acc_norm");
        case MASS -> List.of("acc");
        case ROLLING -> List.of("word_perplexity", "byte_perplexity", "bits_per_byte");
        case GENERATE -> List.of();
      };
    }
  }

  /**
   * Examples before each question, with their answers.
   *
   * @param count how many, if the suite's name doesn't say otherwise
   * @param draw how they are chosen
   */
  public record Shots(Integer count, Draw draw) {
    /** How examples are chosen. */
    public enum Draw {
      /** The first rows, the same before each question. */
      FIRST,
      /** At random for each question, the same rows that lm-evaluation-harness draws. */
      SAMPLED,
      /** The same with one more drawn, so that the question itself can be left out. */
      SAMPLED_OTHERS
    }

    /** Fills in omitted values. */
    public Shots {
      count = count == null ? 0 : count;
      draw = draw == null ? Draw.FIRST : draw;
    }
  }

  /**
   * Where rows come from.
   *
   * @param hub the data set's name on the hub
   * @param fetch patterns of the files needed
   * @param folders names that it may have in the folder of data sets
   * @param download the size of the files
   * @param licence of the data set
   * @param rows how many documents the split has; 0: any number
   * @param columns the columns that a row must have after mending, nested ones with a dot
   * @param mend the {@link RowMending} that the rows need; empty: none
   * @param layouts what the files may look like, the preferred one first
   */
  public record Data(
      String hub,
      List<String> fetch,
      List<String> folders,
      String download,
      String licence,
      Integer rows,
      List<String> columns,
      @Nullable String mend,
      List<Layout> layouts) {
    /** Fills in omitted values. */
    public Data {
      hub = hub == null ? "" : hub;
      fetch = fetch == null ? List.of() : fetch;
      folders = folders == null ? List.of() : folders;
      download = download == null ? "" : download;
      licence = licence == null ? "" : licence;
      rows = rows == null ? 0 : rows;
      columns = columns == null ? List.of() : columns;
      layouts = layouts == null ? List.of() : layouts;
    }

    /** The same in another folder. */
    Data in(String folder) {
      return new Data(hub, fetch, List.of(folder), download, licence, rows, columns, mend, layouts);
    }
  }

  /**
   * Which files to read, and the names of their columns.
   *
   * @param files a glob below the data set's folder; {@code <part>} stands for the part
   * @param examples the same for the rows from which examples are taken
   * @param fields the file's column for each of the task's, or the list of columns that make it up
   * @param partColumn the column that names a row's part; null: a file holds one part
   * @param table how to read unusual tables; null: as usual
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
    /** Fills in omitted values. */
    public Layout {
      fields = fields == null ? Map.of() : fields;
    }
  }

  /**
   * The choices.
   *
   * @param column a column that is a list of them
   * @param texts templates, one for each; used if there is no column
   */
  public record Choices(@Nullable String column, List<String> texts) {
    /** Fills in omitted values. */
    public Choices {
      texts = texts == null ? List.of() : texts;
    }
  }

  /**
   * The right choice.
   *
   * @param column holds a number from 0, or what the other components say
   * @param among a column that lists labels; the choice is the right label's place in it
   * @param values spellings of labels and their choices; empty: numbers
   * @param first for a column that is a list: the value whose first place is the choice
   */
  public record Target(
      String column, @Nullable String among, Map<String, Integer> values, @Nullable Integer first) {
    /** Fills in omitted values. */
    public Target {
      column = column == null ? "" : column;
      values = values == null ? Map.of() : values;
    }
  }

  /** Fills in omitted values. */
  public TaskSpec {
    kind = kind == null ? Kind.CHOICES : kind;
    description = description == null ? "" : description;
    prompt = prompt == null ? "" : prompt;
    choices = choices == null ? new Choices(null, List.of()) : choices;
    continuation = continuation == null ? "" : continuation;
    target = target == null ? new Target("", null, Map.of(), null) : target;
    metrics = generate != null ? generate.metrics() : metrics == null ? List.of() : metrics;
    higherIsBetter = higherIsBetter == null ? kind != Kind.ROLLING : higherIsBetter;
    parts = parts == null ? Map.of() : distinct(parts);
  }

  private static Map<String, List<String>> distinct(Map<String, List<String>> parts) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    parts.forEach(
        (group, names) ->
            groups.put(group, names == null ? List.of() : names.stream().distinct().toList()));
    return groups;
  }

  /**
   * The name and properties of one of its metrics.
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

  /** How many examples go before each question, if the suite's name doesn't say. */
  int defaultShots() {
    return shots == null ? 0 : shots.count();
  }

  /** Whether there is a set that examples can be taken from. */
  boolean hasExamples() {
    return data.layouts().stream().anyMatch(layout -> layout.examples() != null);
  }

  /** The same with its rows in a folder of their own. */
  TaskSpec in(String folder) {
    return new TaskSpec(
        task,
        title,
        version,
        kind,
        data.in(folder),
        description,
        prompt,
        choices,
        continuation,
        target,
        shots,
        generate,
        metrics,
        higherIsBetter,
        chance,
        parts);
  }

  /** All parts, each once; a single unnamed one if there are none. */
  public List<String> allParts() {
    return parts.isEmpty()
        ? List.of("")
        : parts.values().stream().flatMap(List::stream).distinct().sorted().toList();
  }
}
