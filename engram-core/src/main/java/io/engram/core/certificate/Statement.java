package io.engram.core.certificate;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.engram.core.EngramException;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An in-toto Statement: a certificate about files, which are named by their digests.
 *
 * <p>The files' names begin with what they are: {@code before/} of the model before, {@code model/}
 * of the model after, {@code adapter/}, {@code deployed/}.
 *
 * <p><b>Source:</b> in-toto Attestation Framework, Statement v1.
 *
 * @param subject the files
 */
public record Statement(
    @JsonProperty("_type") String type,
    List<Subject> subject,
    @JsonProperty("predicateType") String predicateType,
    Certificate predicate) {
  /** The type of a Statement. */
  public static final String TYPE = "https://in-toto.io/Statement/v1";

  /** What the certificate is called, without its version. */
  private static final String PREDICATE = "urn:engram:unlearning-certificate:";

  /** The version of the certificate that this class writes and reads. */
  private static final String VERSION = "1";

  /** Of these files. */
  public static Statement of(List<Subject> files, Certificate certificate) {
    return new Statement(TYPE, List.copyOf(files), PREDICATE + VERSION, certificate);
  }

  /**
   * A file.
   *
   * @param name unique among the files
   * @param digest by the name of the function, {@code sha256}
   */
  public record Subject(String name, Map<String, String> digest) {
    /** A file on disk. */
    static Subject of(String name, Path file) {
      return new Subject(name, Map.of("sha256", Hashes.sha256(file)));
    }

    /** The SHA-256 in hexadecimal. */
    public String sha256() {
      return Objects.requireNonNullElse(digest.get("sha256"), "");
    }
  }

  /**
   * Files on disk.
   *
   * @param prefix of their names, such as {@code model/}
   */
  public static List<Subject> subjects(String prefix, SortedMap<String, Path> files) {
    List<Subject> subjects = new ArrayList<>();
    files.forEach((name, file) -> subjects.add(Subject.of(prefix + name, file)));
    return subjects;
  }

  /** An envelope around it that nobody has signed. */
  public Dsse envelope() {
    return Dsse.unsigned(Dsse.IN_TOTO, JsonFiles.line(this).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Takes the statement out of an envelope.
   *
   * @param where the envelope's file, for messages
   * @throws EngramException of kind FILE if it holds something else, or the certificate of another
   *     version
   */
  public static Statement of(Dsse envelope, Path where) {
    if (!envelope.type().equals(Dsse.IN_TOTO)) {
      throw EngramException.file(
          "%s holds %s, not an in-toto statement (%s)."
              .formatted(where, envelope.type(), Dsse.IN_TOTO));
    }
    JsonNode tree;
    try {
      tree = JsonFiles.mapper().readTree(envelope.text());
    } catch (JacksonException e) {
      throw EngramException.file(where + ": its payload is damaged: it is not JSON.", e);
    }
    try {
      requireKind(tree.path("_type").asString(""), tree.path("predicateType").asString(""), where);
      Statement statement = JsonFiles.mapper().treeToValue(tree, Statement.class);
      statement.requireFiles(where);
      return statement;
    } catch (JacksonException e) {
      throw EngramException.file(where + ": its payload is damaged: " + fault(e) + ".", e);
    }
  }

  /** Which field is missing or of another type, without names of classes. */
  private static String fault(JacksonException fault) {
    if (fault.getCause() instanceof IllegalArgumentException missing) {
      return String.valueOf(missing.getMessage());
    }
    String field =
        fault.getPath().stream()
            .map(
                step ->
                    step.getPropertyName() == null
                        ? "[" + step.getIndex() + "]"
                        : step.getPropertyName())
            .collect(Collectors.joining("."));
    return (field.isEmpty() ? "its content" : field)
        + " is missing or has another type than a certificate's";
  }

  private static void requireKind(String type, String predicate, Path where) {
    if (!type.equals(TYPE)) {
      throw EngramException.file(
          where + " is a statement of another kind or version: _type is " + quoted(type) + ".");
    }
    if (predicate.startsWith(PREDICATE) && !predicate.equals(PREDICATE + VERSION)) {
      throw EngramException.file(
          "%s is a certificate of version %s; this Engram reads version %s. Check it with the Engram that wrote it."
              .formatted(where, predicate.substring(PREDICATE.length()), VERSION));
    }
    if (!predicate.equals(PREDICATE + VERSION)) {
      throw EngramException.file(
          "%s is not a certificate of unlearning: predicateType is %s."
              .formatted(where, quoted(predicate)));
    }
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "missing" : text;
  }

  private void requireFiles(Path where) {
    List<@Nullable Subject> files = new ArrayList<>(subject == null ? List.of() : subject);
    boolean whole =
        !files.isEmpty()
            && predicate != null
            && files.stream()
                .allMatch(
                    f ->
                        f != null
                            && f.name() != null
                            && f.digest() != null
                            && f.sha256().matches("[0-9a-f]{64}"));
    if (!whole) {
      throw EngramException.file(
          where + ": its payload is damaged: files without name or SHA-256, or no predicate.");
    }
  }

  /** Whether the model after is the model before, file by file: none of the requests was known. */
  public boolean isUnchanged() {
    return digests("model/").equals(digests("before/"));
  }

  /** The files whose names begin with a prefix, by the rest of their names. */
  public SortedMap<String, String> digests(String prefix) {
    SortedMap<String, String> digests = new TreeMap<>();
    subject.stream()
        .filter(file -> file.name().startsWith(prefix))
        .forEach(file -> digests.put(file.name().substring(prefix.length()), file.sha256()));
    return digests;
  }
}
