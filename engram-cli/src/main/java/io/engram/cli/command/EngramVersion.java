package io.engram.cli.command;

import io.engram.core.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code engram --version} prints. */
final class EngramVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"engram " + Version.code()};
  }
}
