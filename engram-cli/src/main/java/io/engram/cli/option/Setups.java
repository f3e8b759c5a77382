package io.engram.cli.option;

import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.ProgressListener;
import io.engram.model.tensor.Device;
import io.engram.unlearn.train.Setup;
import java.util.List;

/** From the common options to how things are carried out. */
public final class Setups {
  private Setups() {}

  /** Loads libtorch, for the device has to be asked for. */
  public static Setup of(CommonOptions common) {
    return of(common, Progress.shown(common.console()));
  }

  /** The same, with the progress told to another listener. */
  public static Setup of(CommonOptions common, ProgressListener progress) {
    return new Setup(
        common.typed(),
        Device.parse(common.device()),
        common.threads(),
        common.batchTokens(),
        progress,
        Interruption::requested,
        List.of(),
        common.ignoreMemory());
  }
}
