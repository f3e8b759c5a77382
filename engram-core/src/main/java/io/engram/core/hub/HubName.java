package io.engram.core.hub;

import io.engram.core.EngramException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a repository on a hub, as typed: {@code hf:ORG/NAME[@REVISION]}, {@code ORG/NAME} or
 * {@code dataset:ORG/NAME}.
 *
 * @param kind model or dataset
 * @param id {@code ORG/NAME}; some old models have no ORG
 * @param revision branch, tag or commit; null: the default branch
 */
public record HubName(Kind kind, String id, @Nullable String revision) {
  /** What a repository holds. */
  public enum Kind {
    /** Weights and tokenizer. */
    MODEL,
    /** Samples. */
    DATASET;

    /** {@code models}, as in the hub's addresses and the cache's folders. */
    String plural() {
      return name().toLowerCase(Locale.ROOT) + "s";
    }
  }

  private static final String MODEL_MARK = "hf:";
  private static final String DATASET_MARK = "dataset:";
  private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";
  private static final Pattern ID = Pattern.compile("(?:" + PART + "/)?" + PART);
  private static final Pattern REVISION =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_./+-]{0,250}[A-Za-z0-9_+-])?");

  /**
   * Reads what was typed.
   *
   * @throws EngramException of kind USAGE if it isn't a name
   */
  public static HubName parse(String typed) {
    boolean dataset = typed.startsWith(DATASET_MARK);
    String name = typed.startsWith(MODEL_MARK) ? typed.substring(MODEL_MARK.length()) : typed;
    name = dataset ? typed.substring(DATASET_MARK.length()) : name;
    if (name.startsWith("datasets/")) {
      throw EngramException.usage(
          typed + ": a dataset is written " + DATASET_MARK + name.substring("datasets/".length()));
    }
    int at = name.indexOf('@');
    String id = at < 0 ? name : name.substring(0, at);
    String revision = at < 0 ? null : name.substring(at + 1);
    if (!isId(id)) {
      throw EngramException.usage(
          typed
              + " isn't the name of a repository; write ORG/NAME or ORG/NAME@REVISION, as in\n"
              + "hf:HuggingFaceTB/SmolLM2-135M-Instruct or dataset:locuslab/TOFU.");
    }
    if (revision != null && !isRevision(revision)) {
      throw EngramException.usage(
          typed + ": \"" + revision + "\" isn't a revision; name a branch, a tag or a commit.");
    }
    return new HubName(dataset ? Kind.DATASET : Kind.MODEL, id, revision);
  }

  /**
   * The model that a MODEL argument may mean: whatever begins with {@code hf:}, or has the form
   * {@code ORG/NAME}.
   *
   * @throws EngramException of kind USAGE if it begins with {@code hf:} and isn't a name
   */
  public static Optional<HubName> ofModel(String typed) {
    if (isMarked(typed)) {
      return Optional.of(parse(typed));
    }
    int at = typed.indexOf('@');
    String id = at < 0 ? typed : typed.substring(0, at);
    boolean named = id.contains("/") && isId(id) && (at < 0 || isRevision(typed.substring(at + 1)));
    return named ? Optional.of(parse(typed)) : Optional.empty();
  }

  /** Whether it begins with {@code hf:}, so that it can't be a path. */
  public static boolean isMarked(String typed) {
    return typed.startsWith(MODEL_MARK);
  }

  private static boolean isId(String id) {
    return ID.matcher(id).matches() && !id.contains("..") && !id.contains("--");
  }

  private static boolean isRevision(String revision) {
    return REVISION.matcher(revision).matches()
        && !revision.contains("..")
        && !revision.contains("//")
        && !revision.contains("/.");
  }

  /** As typed, or the default branch. */
  public String revisionOrMain() {
    return revision == null ? "main" : revision;
  }

  /** Its folder in the cache: {@code models--ORG--NAME}. */
  String folder() {
    return kind.plural() + "--" + id.replace("/", "--");
  }

  /** Its page on the hub, below the endpoint: {@code /ORG/NAME} or {@code /datasets/ORG/NAME}. */
  String page() {
    return (kind == Kind.MODEL ? "/" : "/datasets/") + id;
  }

  /** Below the endpoint: {@code /api/models/ORG/NAME}. */
  String api() {
    return "/api/" + kind.plural() + "/" + id;
  }

  /** The command that fetches it. */
  public String command() {
    return "engram fetch " + this;
  }

  /** The form that {@code engram fetch} takes. */
  @Override
  public String toString() {
    return (kind == Kind.MODEL ? MODEL_MARK : DATASET_MARK)
        + id
        + (revision == null ? "" : "@" + revision);
  }
}
