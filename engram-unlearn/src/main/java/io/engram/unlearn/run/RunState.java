package io.engram.unlearn.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.EngramException;
import io.engram.core.run.CheckpointFolder;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.model.group.WorkerGroup;
import io.engram.model.train.Trainer;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.stop.Thresholds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a run: updates made and draws counted. Together with the trainer's state it makes
 * up the checkpoint, which is replaced as a whole.
 */
final class RunState {
  private static final String POSITION = "position.json";

  /**
   * The content of position.json.
   *
   * @param updates updates made
   * @param drawn how often each sample was drawn, one array per epoch
   * @param stop state of a stopping rule that checks the samples; null for other rules
   * @param keep state of what holds the loss on samples to keep; null if nothing does
   * @param weights what the order's weights follow from; null if they follow from nothing that
   *     changes during the run
   */
  record Position(
      int updates,
      List<int[]> drawn,
      @Nullable Looked stop,
      @JsonInclude(JsonInclude.Include.NON_NULL) Keeping.@Nullable State keep,
      @JsonInclude(JsonInclude.Include.NON_NULL) SampleWeights.@Nullable State weights) {
    /** The position in the folder of a checkpoint. */
    static Position read(Path checkpoint) {
      return JsonFiles.read(checkpoint.resolve(POSITION), Position.class);
    }

    /** Whether it is one of a run on this number of samples. */
    boolean fits(int samples) {
      int[] best = bestForgottenAt();
      return updates >= 0
          && drawn.stream().allMatch(each -> each.length == samples)
          && (stop == null || stop.fits(samples))
          && (best == null || best.length == samples)
          && (weights == null || weights.fits(samples));
    }

    private int @Nullable [] bestForgottenAt() {
      return keep == null || keep.best() == null ? null : keep.best().forgottenAt();
    }

    /** Whether it doesn't say which samples its best weights have forgotten. */
    boolean isOfEarlierVersion() {
      return stop != null && keep != null && keep.best() != null && bestForgottenAt() == null;
    }
  }

  /**
   * The state of the stopping rule.
   *
   * @param thresholds of EL and MA; null if the rule compares with samples never seen
   * @param neverSeen the range of samples never seen; null if the rule has thresholds
   * @param forgottenAt for each sample, the number of updates after which it was first found
   *     forgotten, if every check since has confirmed it; −1 if it is not forgotten
   * @param lastCheck number of updates before the last check; null with thresholds, which don't use
   *     it
   * @param facts which samples' facts the model's own answers give away; null if it isn't asked
   * @param depth how far samples are pushed; null with thresholds, with which all are drawn that
   *     aren't forgotten
   */
  record Looked(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Thresholds thresholds,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable NeverSeen neverSeen,
      int[] forgottenAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer lastCheck,
      @JsonInclude(JsonInclude.Include.NON_NULL) ToldFacts.@Nullable State facts,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Depth depth) {
    private boolean fits(int samples) {
      return forgottenAt.length == samples
          && (facts == null || facts.fits(samples))
          && (depth == null || depth.fits(samples));
    }
  }

  /**
   * How far samples are pushed before they are left alone.
   *
   * @param until the mean log-probability to which a sample is pushed, somewhat below its limit
   * @param reached whether a sample was found forgotten and below it
   */
  record Depth(double[] until, boolean[] reached) {
    private boolean fits(int samples) {
      return until.length == samples && reached.length == samples;
    }
  }

  private final CheckpointFolder checkpoint;
  private final boolean resumed;
  private int updates;
  private final List<int[]> drawn = new ArrayList<>();
  private @Nullable Looked looked;
  private Keeping.@Nullable State kept;
  private SampleWeights.@Nullable State weights;

  private RunState(CheckpointFolder checkpoint, boolean resumed) {
    this.checkpoint = checkpoint;
    this.resumed = resumed;
  }

  /**
   * The state of a run that starts, or of one that resumes from its checkpoint.
   *
   * @param warn told if a damaged checkpoint was replaced by the one before
   */
  static RunState open(RunFolder folder, RunData data, boolean resumed, Consumer<String> warn) {
    CheckpointFolder checkpoint = new CheckpointFolder(folder.path());
    checkpoint.recover().ifPresent(warn);
    boolean there = Files.isRegularFile(checkpoint.path().resolve(POSITION));
    RunState state = new RunState(checkpoint, resumed && there);
    if (state.resumed) {
      Position position = Position.read(checkpoint.path());
      if (!position.fits(data.forget().size())) {
        throw EngramException.usage(
            folder.path()
                + ": the number of samples in the data has changed since the run started; it "
                + "can't be resumed.");
      }
      if (position.isOfEarlierVersion()) {
        throw EngramException.usage(
            folder.path()
                + ": an earlier version of Engram wrote the checkpoint; it doesn't say which samples "
                + "the best weights so far have forgotten.\n"
                + "Resume the run with that version, or start it anew.");
      }
      state.updates = position.updates();
      state.drawn.addAll(position.drawn());
      state.looked = position.stop();
      state.kept = position.keep();
      state.weights = position.weights();
    }
    return state;
  }

  /** Restores the trainer's state from the checkpoint, if this run resumes from one. */
  void restore(Trainer trainer) {
    if (resumed) {
      trainer.loadState(checkpoint.path());
    }
  }

  /** Whether this run resumes from a checkpoint. */
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

  /** How often each sample was drawn, one array per epoch. */
  List<int[]> drawn() {
    return drawn;
  }

  /** The stopping rule's state; null before its first check, or if the rule checks no samples. */
  @Nullable Looked looked() {
    return looked;
  }

  /** Stores the stopping rule's state. */
  void look(Looked now) {
    looked = now;
  }

  /** What holds the loss on samples to keep; null before it is first measured. */
  Keeping.@Nullable State kept() {
    return kept;
  }

  /** Stores that state. */
  void keep(Keeping.State now) {
    kept = now;
  }

  /** What the order's weights follow from; null if nothing that changes, or before an update. */
  SampleWeights.@Nullable State weights() {
    return weights;
  }

  /** Stores that state. */
  void weigh(SampleWeights.State now) {
    weights = now;
  }

  /** Whether a checkpoint has been written. */
  boolean isSaved() {
    return Files.isRegularFile(checkpoint.path().resolve(POSITION));
  }

  /** Updates made when the last checkpoint was written. */
  int savedUpdates() {
    return Position.read(checkpoint.path()).updates();
  }

  /**
   * Replaces the checkpoint. The leader writes it; workers that share the optimizer's state each
   * write their part into it, so all must call this.
   */
  void save(Trainer trainer, WorkerGroup group) {
    Parts parts = new Parts(group);
    if (group.leads()) {
      checkpoint.replace(
          folder -> {
            parts.write(trainer, folder);
            JsonFiles.write(
                folder.resolve(POSITION), new Position(updates, drawn, looked, kept, weights));
          });
    } else if (group.sharesState()) {
      parts.write(trainer, Path.of(group.awaitAnnouncement()));
    }
  }

  /** The parts of the workers' states that make up a checkpoint. */
  private static final class Parts {
    private final WorkerGroup group;
    private @Nullable EngramException failure;

    Parts(WorkerGroup group) {
      this.group = group;
    }

    /** Writes this worker's part and waits for the others; if one fails, all do, once for all. */
    void write(Trainer trainer, Path folder) {
      if (!group.sharesState()) {
        trainer.saveState(folder);
        return;
      }
      if (failure != null) {
        throw failure;
      }
      if (group.leads()) {
        group.announce(folder.toAbsolutePath().toString());
      }
      try {
        trainer.saveState(folder);
      } catch (EngramException e) {
        failure = e;
      }
      if (group.any(failure != null)) {
        failure =
            failure != null
                ? failure
                : EngramException.resources(
                    "Another worker can't write its part of the checkpoint.", null);
        throw failure;
      }
    }
  }
}
