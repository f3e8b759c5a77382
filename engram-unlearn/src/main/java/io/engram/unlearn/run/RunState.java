package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.model.train.Trainer;
import io.engram.unlearn.stop.Thresholds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is: updates made and draws counted. With the trainer's state it is the checkpoint,
 * which is replaced as a whole: the new one is written beside the old one, then takes its place.
 */
final class RunState {
  private static final String POSITION = "position.json";

  /**
   * What position.json holds.
   *
   * @param updates updates made
   * @param drawn how often each sample was drawn, an epoch each
   * @param stop where a stopping rule looks at the samples
   */
  record Position(int updates, List<int[]> drawn, @Nullable Looked stop) {}

  /**
   * What the stopping rule knows.
   *
   * @param thresholds of EL and MA
   * @param forgottenAt by sample, after how many updates it was found forgotten, and has at each
   *     look since; −1: it isn't
   */
  record Looked(Thresholds thresholds, int[] forgottenAt) {}

  private final RunFolder folder;
  private final boolean resumed;
  private int updates;
  private final List<int[]> drawn = new ArrayList<>();
  private @Nullable Looked looked;

  private RunState(RunFolder folder, boolean resumed) {
    this.folder = folder;
    this.resumed = resumed;
  }

  static RunState open(RunFolder folder, RunData data, boolean resumed) {
    recover(folder);
    boolean there = Files.isRegularFile(folder.checkpoint().resolve(POSITION));
    RunState state = new RunState(folder, resumed && there);
    if (state.resumed) {
      Position position = JsonFiles.read(folder.checkpoint().resolve(POSITION), Position.class);
      if (position.drawn().stream().anyMatch(d -> d.length != data.forget().size())) {
        throw EngramException.usage(
            folder.path()
                + ": the data has another number of samples than when the run was begun; it can't"
                + " be resumed.");
      }
      state.updates = position.updates();
      state.drawn.addAll(position.drawn());
      state.looked = position.stop();
    }
    return state;
  }

  /** If a replacement was cut off between its two renames, the new checkpoint is whole. */
  private static void recover(RunFolder folder) {
    Path next = folder.path().resolve("checkpoint.next");
    if (!Files.exists(folder.checkpoint()) && Files.isRegularFile(next.resolve(POSITION))) {
      move(next, folder.checkpoint());
    }
  }

  /** Takes over the trainer's state of the checkpoint, if this goes on from one. */
  void restore(Trainer trainer) {
    if (resumed) {
      trainer.loadState(folder.checkpoint());
    }
  }

  /** Whether this goes on from a checkpoint. */
  boolean isResumed() {
    return resumed;
  }

  int updates() {
    return updates;
  }

  /** Counts an update that drew these samples. */
  void count(int epoch, int[] draws, int samples) {
    while (drawn.size() <= epoch) {
      drawn.add(new int[samples]);
    }
    for (int index : draws) {
      drawn.get(epoch)[index]++;
    }
    updates++;
  }

  /** How often each sample was drawn, an epoch each. */
  List<int[]> drawn() {
    return drawn;
  }

  /** What the stopping rule knows; null before it has looked, or where none looks. */
  @Nullable Looked looked() {
    return looked;
  }

  /** Remembers what the stopping rule knows. */
  void look(Looked now) {
    looked = now;
  }

  /** Whether a checkpoint has been written. */
  boolean isSaved() {
    return Files.isRegularFile(folder.checkpoint().resolve(POSITION));
  }

  /** Updates made when the checkpoint was written. */
  int savedUpdates() {
    return JsonFiles.read(folder.checkpoint().resolve(POSITION), Position.class).updates();
  }

  /** Replaces the checkpoint. */
  void save(Trainer trainer) {
    Path next = folder.path().resolve("checkpoint.next");
    Path old = folder.path().resolve("checkpoint.old");
    delete(next);
    try {
      Files.createDirectories(next);
    } catch (IOException e) {
      throw EngramException.resources(next + " can't be made: " + e.getMessage(), e);
    }
    trainer.saveState(next);
    JsonFiles.write(next.resolve(POSITION), new Position(updates, drawn, looked));
    delete(old);
    if (Files.exists(folder.checkpoint())) {
      move(folder.checkpoint(), old);
    }
    move(next, folder.checkpoint());
    delete(old);
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw EngramException.resources(to + " can't be written: " + e.getMessage(), e);
    }
  }

  private static void delete(Path path) {
    try {
      Trees.delete(path);
    } catch (IOException e) {
      throw EngramException.resources(path + " can't be removed: " + e.getMessage(), e);
    }
  }
}
