package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run writes to: {@code recipe.yaml}, {@code manifest.json}, {@code
 * journal.jsonl}, {@code mrd/epoch-NNN.jsonl}, {@code samples.jsonl}, {@code measurements.jsonl},
 * {@code eval/STAGE/SET.jsonl}, {@code checkpoint/}, {@code model/}, {@code adapter/}. While open,
 * {@code .lock} keeps out a second writer. Every file except the journal is replaced atomically.
 */
public final class RunFolder implements AutoCloseable {
  private static final String MRD = "mrd";

  /** Where earlier versions wrote the score predicted_updates. */
  private static final String EARLIER = "predicted_updates";

  private final Path path;
  private final Journal journal;
  private final @Nullable FolderLock lock;

  private RunFolder(Path path, @Nullable FolderLock lock) {
    this.path = path;
    this.lock = lock;
    this.journal = new Journal(path.resolve("journal.jsonl"));
  }

  /**
   * Creates the folder of a new run.
   *
   * @throws EngramException if the folder exists and is not empty, or can't be created
   */
  public static RunFolder create(Path dir) {
    requireNamed(dir);
    try {
      if (Files.exists(dir) && !Files.isDirectory(dir)) {
        throw EngramException.usage(
            dir + " is a file; --out takes the name of a folder, new or empty");
      }
      if (Files.exists(dir) && !isEmpty(dir)) {
        throw EngramException.usage(
            dir
                + " exists and is not empty; choose another --out"
                + (isRun(dir) ? ", or resume its run with --resume " + dir : ""));
      }
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw EngramException.file(dir + " can't be created: " + e.getMessage(), e);
    }
    return new RunFolder(dir, FolderLock.take(dir));
  }

  /**
   * Opens the folder of a run to resume it.
   *
   * @throws EngramException if it isn't a run folder, has a link that leads out of it, or another
   *     process is writing to it
   */
  public static RunFolder resume(Path dir) {
    requireNamed(dir);
    checkIsRun(dir);
    Trees.requireNoWayOut(dir);
    return new RunFolder(dir, FolderLock.take(dir));
  }

  /**
   * Opens the folder of a run for reading, even while another process writes to it.
   *
   * @throws EngramException if it isn't a run folder
   */
  public static RunFolder read(Path dir) {
    checkIsRun(dir);
    return new RunFolder(dir, null);
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** Writes the resolved recipe. */
  public void writeRecipe(String yaml) {
    JsonFiles.writeText(forWriting("recipe.yaml"), yaml);
  }

  /** The resolved recipe. */
  public String recipe() {
    return JsonFiles.readText(path.resolve("recipe.yaml"));
  }

  /** What the run was made from. */
  public Manifest manifest() {
    return JsonFiles.read(path.resolve("manifest.json"), Manifest.class);
  }

  /** Replaces the manifest. */
  public void writeManifest(Manifest manifest) {
    JsonFiles.write(forWriting("manifest.json"), manifest);
  }

  /** The journal of the run. */
  public Journal journal() {
    return journal;
  }

  /**
   * Writes the samples' difficulty measured before an epoch, counted from 0: MRD, or the score that
   * replaces it.
   */
  public void writeMrd(int epoch, List<MrdRow> rows) {
    JsonFiles.writeLines(forWriting(epochFile(MRD, epoch)), rows);
  }

  /** The samples' difficulty measured before an epoch. */
  public List<MrdRow> mrd(int epoch) {
    Path file = path.resolve(epochFile(MRD, epoch));
    Path earlier = path.resolve(epochFile(EARLIER, epoch));
    boolean isEarlier = !Files.exists(file) && Files.exists(earlier);
    return JsonFiles.readLines(isEarlier ? earlier : file, MrdRow.class);
  }

  /** The epochs before which difficulty was measured, ascending. */
  public List<Integer> mrdEpochs() {
    return Stream.of(MRD, EARLIER)
        .flatMap(name -> epochs(name).stream())
        .distinct()
        .sorted()
        .toList();
  }

  private List<Integer> epochs(String name) {
    Path folder = path.resolve(name);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.matches("epoch-\\d{1,9}\\.jsonl"))
          .map(file -> Integer.valueOf(file.replaceAll("\\D", "")))
          .toList();
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }

  /** Writes what the run did with each sample. */
  public void writeSamples(List<SampleRow> rows) {
    JsonFiles.writeLines(forWriting("samples.jsonl"), rows);
  }

  /** What the run did with each sample; empty before it is written. */
  public List<SampleRow> samples() {
    return linesIfThere("samples.jsonl", SampleRow.class);
  }

  /**
   * Adds measurements. A new value replaces an old one of the same stage, suite and metric, so a
   * stage repeated after a resume does not count twice.
   */
  public void appendMeasurements(List<Measurement> measurements) {
    List<Measurement> all = new ArrayList<>(measurements());
    for (Measurement added : measurements) {
      all.removeIf(
          old ->
              old.stage().equals(added.stage())
                  && old.suite().equals(added.suite())
                  && old.metric().equals(added.metric()));
      all.add(added);
    }
    JsonFiles.writeLines(forWriting("measurements.jsonl"), all);
  }

  /** All measurements so far. */
  public List<Measurement> measurements() {
    return linesIfThere("measurements.jsonl", Measurement.class);
  }

  /** {@code checkpoint/}. */
  public Path checkpoint() {
    return path.resolve("checkpoint");
  }

  /**
   * Deletes the checkpoints if there are any: a finished run does not need them, and each is three
   * times as large as the model.
   *
   * @throws IllegalStateException if the run is not done
   */
  public void discardCheckpoint() {
    if (!manifest().status().equals("done")) {
      throw new IllegalStateException(path + " isn't done");
    }
    new CheckpointFolder(path).discard();
  }

  /** {@code model/}. */
  public Path model() {
    return path.resolve("model");
  }

  /** {@code adapter/}. */
  public Path adapter() {
    return path.resolve("adapter");
  }

  /** {@code eval/STAGE/}, which holds one file per set, such as {@code forget.jsonl}. */
  public Path evaluationRows(String stage) {
    return path.resolve("eval").resolve(stage);
  }

  /** Releases the lock. */
  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }

  private Path forWriting(String name) {
    if (lock == null) {
      throw new IllegalStateException(path + " was opened only for reading");
    }
    return path.resolve(name);
  }

  private <T> List<T> linesIfThere(String name, Class<T> type) {
    Path file = path.resolve(name);
    return Files.exists(file) ? JsonFiles.readLines(file, type) : List.of();
  }

  private static String epochFile(String folder, int epoch) {
    return String.format(Locale.ROOT, "%s/epoch-%03d.jsonl", folder, epoch);
  }

  private static boolean isEmpty(Path dir) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.findAny().isEmpty();
    }
  }

  private static void requireNamed(Path dir) {
    if (dir.toString().isBlank()) {
      throw EngramException.usage("the name of the run folder is empty; name a folder");
    }
  }

  private static boolean isRun(Path dir) {
    return Files.isRegularFile(dir.resolve("manifest.json"));
  }

  private static void checkIsRun(Path dir) {
    if (isRun(dir)) {
      return;
    }
    throw EngramException.file(
        Files.isDirectory(dir)
            ? dir + " is not a run folder: it has no manifest.json"
            : Files.exists(dir) ? dir + " is a file, not a run folder" : dir + " does not exist");
  }
}
