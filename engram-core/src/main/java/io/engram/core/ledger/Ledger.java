package io.engram.core.ledger;

import io.engram.core.EngramException;
import io.engram.core.ledger.LedgerEntry.Model;
import io.engram.core.run.FolderLock;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.OwnerOnly;
import io.engram.core.run.RunModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An append-only list of requests to forget, in a folder of its own.
 *
 * <pre>
 * ledger.jsonl      one line for each request, {@link LedgerEntry}
 * head              SHA-256 of the last line
 * runs/ID/          the run folder of each request
 * private/ID.jsonl  its samples; only the owner can read them
 * private/salt      32 random bytes in hexadecimal
 * </pre>
 *
 * <p>Each line holds the SHA-256 of the one before, and {@code head} that of the last. So a line
 * that was changed, removed or added between others breaks the chain. Somebody who can write to the
 * folder can still write the whole chain anew: keep the head elsewhere, for example in a mail.
 *
 * <p>A line is written last, after everything it refers to. If that is cut short, the ledger has a
 * line less or a head too few, and is finished when it's opened the next time.
 */
public final class Ledger implements AutoCloseable {
  /** The list. */
  public static final String FILE = "ledger.jsonl";

  private static final String HEAD = "head";
  private static final String RUNS = "runs";

  /** What the first line names as the line before. */
  private static final String NONE = "0".repeat(64);

  private final Path folder;
  private final @Nullable FolderLock lock;
  private final List<LedgerEntry> entries;
  private String head;

  private Ledger(Path folder, @Nullable FolderLock lock) {
    this.folder = folder;
    this.lock = lock;
    this.entries = new ArrayList<>();
    this.head = NONE;
    readChain();
  }

  /**
   * Opens a ledger to add to it; a folder that doesn't exist or is empty becomes one.
   *
   * @throws EngramException of kind FILE if another run uses it, the chain is broken, or the folder
   *     is something else
   */
  public static Ledger open(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!isLedger(folder) && !isUnused(folder)) {
        throw EngramException.file(
            "%s is not a ledger: it has files, but no %s. Name a new folder."
                .formatted(folder, FILE));
      }
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be created: " + e.getMessage(), e);
    }
    FolderLock lock = FolderLock.take(folder);
    try {
      Ledger ledger = new Ledger(folder, lock);
      OwnerOnly.folder(folder.resolve(OwnerOnly.FOLDER));
      return ledger;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Reads a ledger.
   *
   * @throws EngramException of kind FILE if there is none, or its chain is broken
   */
  public static Ledger read(Path folder) {
    if (!isLedger(folder)) {
      throw EngramException.file(
          "%s is not a ledger: it has no %s. engram forget … --ledger %s starts one."
              .formatted(folder, FILE, folder));
    }
    return new Ledger(folder, null);
  }

  private static boolean isLedger(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  /** Whether a folder has nothing in it but what an interrupted first run leaves. */
  private static boolean isUnused(Path folder) throws IOException {
    List<String> own = List.of(".lock", RUNS, OwnerOnly.FOLDER);
    try (var files = Files.list(folder)) {
      return files.allMatch(file -> own.contains(Objects.toString(file.getFileName())));
    }
  }

  private void readChain() {
    if (!isLedger(folder)) {
      return;
    }
    String text = JsonFiles.readText(folder.resolve(FILE));
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      LedgerEntry entry;
      try {
        entry = JsonFiles.parse(lines.get(i), LedgerEntry.class, "it");
      } catch (EngramException e) {
        throw broken(i + 1, "isn't one of a ledger: " + e.getMessage());
      }
      if (!Objects.equals(entry.previous(), head)) {
        throw broken(
            i + 1, i == 0 ? "isn't the first of a ledger" : "doesn't follow from line " + i);
      }
      if (!Objects.equals(entry.id(), id(i + 1))) {
        throw broken(i + 1, "has the id %s instead of %s".formatted(entry.id(), id(i + 1)));
      }
      for (Model model : List.of(entry.modelBefore(), entry.modelAfter())) {
        try {
          var unused = folder.resolve(model.path());
        } catch (InvalidPathException e) {
          throw broken(i + 1, "names a model that can't be a path: " + e.getReason());
        }
      }
      entries.add(entry);
      head = Hashes.sha256(lines.get(i));
    }
    checkHead();
  }

  /** The head is one line behind if a run was killed between the two writes. */
  private void checkHead() {
    if (entries.isEmpty()) {
      return;
    }
    Path file = folder.resolve(HEAD);
    String kept = Files.exists(file) ? JsonFiles.readText(file).strip() : NONE;
    String behind = entries.get(entries.size() - 1).previous();
    if (!kept.equals(head) && !(kept.equals(behind) && lock != null)) {
      throw EngramException.file(
          "%s is broken: its last line is not the one that %s names. It was changed, or lines after it are missing."
              .formatted(folder.resolve(FILE), HEAD));
    }
    if (lock != null && !kept.equals(head)) {
      JsonFiles.writeText(file, head + "\n");
    }
  }

  private EngramException broken(int line, String how) {
    return EngramException.file(
        "%s is broken: line %d %s. The ledger was changed since that line was written."
            .formatted(folder.resolve(FILE), line, how));
  }

  /** Its folder. */
  public Path folder() {
    return folder;
  }

  /** All requests, the first first. */
  public List<LedgerEntry> entries() {
    return List.copyOf(entries);
  }

  /** SHA-256 of the last line; 64 zeros if there is none. */
  public String head() {
    return head;
  }

  /** The id of the next request. */
  public String nextId() {
    return id(entries.size() + 1);
  }

  private static String id(int number) {
    return String.format(Locale.ROOT, "%03d", number);
  }

  /** The run folder of a request. */
  public Path run(String id) {
    return folder.resolve(RUNS).resolve(id);
  }

  /** The certificate of a request: of the run whose model is its result. */
  public Path certificate(String id) {
    return RunModel.best(run(id)).resolve("certificate.json");
  }

  /** The file with the samples of a request. */
  public Path samples(String id) {
    return folder.resolve(OwnerOnly.FOLDER).resolve(id + ".jsonl");
  }

  /**
   * What the chain says of a request's samples: SHA-256 of the ledger's salt, in hexadecimal, and
   * the bytes of their file. Without the salt, which only the owner has, short answers can't be
   * found by trying.
   *
   * @throws EngramException of kind FILE if a file can't be read
   */
  public String samplesDigest(String id) {
    return Hashes.sha256(salt() + JsonFiles.readText(samples(id)));
  }

  private String salt() {
    Path file = folder.resolve(OwnerOnly.FOLDER).resolve("salt");
    if (lock != null && entries.isEmpty() && !Files.exists(file)) {
      byte[] salt = new byte[32];
      new SecureRandom().nextBytes(salt);
      OwnerOnly.writeNew(file, HexFormat.of().formatHex(salt) + "\n");
    }
    return JsonFiles.readText(file).strip();
  }

  /**
   * The model that the next request starts from: the last one's.
   *
   * @return null if there is none yet
   * @throws EngramException of kind FILE if it is missing or was changed
   */
  public @Nullable Model last() {
    if (entries.isEmpty()) {
      return null;
    }
    Model last = entries.get(entries.size() - 1).modelAfter();
    String wrong = wrong(last);
    if (wrong != null) {
      throw EngramException.file(
          "%s, the last model of the ledger %s, %s. Put it back: the next request starts from it."
              .formatted(last.path(), folder, wrong));
    }
    return last;
  }

  /** Where a model of this ledger is: in its folder, or what the user named. */
  public String path(Model model) {
    return model.path().startsWith(RUNS + "/")
        ? folder.resolve(model.path()).toString()
        : model.path();
  }

  /**
   * Describes a model.
   *
   * @param path of a run's model in this ledger's folder, or as the user named it
   */
  public Model describe(String path) {
    Path local = Path.of(path);
    String digest = Files.isDirectory(local) ? Hashes.sha256(local) : null;
    boolean own = local.startsWith(folder.resolve(RUNS));
    return new Model(own ? folder.relativize(local).toString().replace('\\', '/') : path, digest);
  }

  /**
   * The folder of a model that has a digest; null if its path can't be one of a model: a ledger
   * from elsewhere could name any folder, however large.
   */
  private @Nullable Path local(Model model) {
    Path path = Path.of(path(model)).toAbsolutePath().normalize();
    boolean own = path.startsWith(folder.resolve(RUNS).toAbsolutePath().normalize());
    return own || (!model.path().startsWith(RUNS + "/") && holdsModel(path)) ? path : null;
  }

  private static boolean holdsModel(Path folder) {
    return Stream.of("config.json", "adapter_config.json", "manifest.json")
        .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /** What is wrong with a model; null if nothing is, or it can't be checked. */
  private @Nullable String wrong(Model model) {
    if (model.digest() == null) {
      return null;
    }
    Path path = local(model);
    if (path == null || !Files.isDirectory(path)) {
      return "is missing";
    }
    return Hashes.sha256(path).equals(model.digest())
        ? null
        : "was changed after its run: its digest is another one";
  }

  /**
   * Appends a request that was carried out: the line, then the head, each synced to the disk.
   *
   * @param entry whose {@code previous} and {@code id} are replaced by the right ones
   */
  public LedgerEntry append(LedgerEntry entry) {
    if (lock == null) {
      throw new IllegalStateException("the ledger was opened to read");
    }
    LedgerEntry next =
        new LedgerEntry(
            nextId(),
            entry.received(),
            entry.deadline(),
            entry.done(),
            entry.requests(),
            entry.requestsDigest(),
            entry.modelBefore(),
            entry.modelAfter(),
            entry.verdicts(),
            entry.earlier(),
            entry.kept(),
            entry.certificate(),
            head);
    String line = JsonFiles.line(next);
    try {
      Files.writeString(
          folder.resolve(FILE),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.SYNC);
    } catch (IOException e) {
      throw EngramException.file(folder.resolve(FILE) + " can't be written: " + e.getMessage(), e);
    }
    entries.add(next);
    head = Hashes.sha256(line);
    JsonFiles.writeText(folder.resolve(HEAD), head + "\n");
    return next;
  }

  /**
   * Checks what the chain refers to: models, samples and certificates.
   *
   * @return what is wrong, in the order of the requests; empty if nothing is
   */
  public List<String> faults() {
    List<String> faults = new ArrayList<>();
    for (LedgerEntry entry : entries) {
      String wrong = wrong(entry.modelAfter());
      if (wrong != null) {
        faults.add("%s: its model %s %s".formatted(entry.id(), entry.modelAfter().path(), wrong));
      }
      Path samples = samples(entry.id());
      check(
          faults,
          entry.id(),
          "its samples",
          samples,
          entry.requestsDigest(),
          () -> samplesDigest(entry.id()));
      Path certificate = certificate(entry.id());
      String digest = entry.certificate();
      if (digest != null) {
        check(
            faults,
            entry.id(),
            "its certificate",
            certificate,
            digest,
            () -> Hashes.sha256(certificate));
      }
    }
    return faults;
  }

  private void check(
      List<String> faults, String id, String what, Path file, String digest, Supplier<String> now) {
    if (!Files.isRegularFile(file)) {
      faults.add("%s: %s %s is missing".formatted(id, what, folder.relativize(file)));
    } else if (!now.get().equals(digest)) {
      faults.add(
          "%s: %s %s was changed: its digest is another one"
              .formatted(id, what, folder.relativize(file)));
    }
  }

  /**
   * A month after a request was received.
   *
   * @param received an ISO date
   * @throws EngramException of kind USAGE if it isn't one
   */
  public static String deadline(String received) {
    try {
      return LocalDate.parse(received).plusMonths(1).toString();
    } catch (DateTimeException e) {
      throw EngramException.usage(
          "--received %s: give a date such as 2026-11-28".formatted(received));
    }
  }

  /** Lets others use it. */
  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }
}
