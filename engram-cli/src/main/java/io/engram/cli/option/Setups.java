package io.engram.cli.option;

import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.model.tensor.Device;
import io.engram.unlearn.train.Setup;

/** From the common options to how things are carried out. */
public final class Setups {
  private Setups() {}

  /** Loads libtorch, for the device has to be asked for. */
  public static Setup of(CommonOptions common) {
    return new Setup(
        common.typed(),
        Device.parse(common.device()),
        common.threads(),
        common.batchTokens(),
        Progress.shown(common.console()),
        Interruption::requested,
        null);
  }
}
