package io.engram.model.group;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.util.function.Supplier;

/**
 * Where native code prints. Gloo greets on standard output, where a command's result belongs; while
 * it does, nothing is printed there.
 */
final class NativeOutput {
  private static final int OUT = 1;
  private static final int WRITE_ONLY = 1;

  private static int users;
  private static int kept;

  private NativeOutput() {}

  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(String path, int flags);

    int dup(int descriptor);

    int dup2(int from, int to);

    int close(int descriptor);
  }

  /** Runs this while the whole process's standard output goes nowhere. */
  static <T> T silenced(Supplier<T> code) {
    if (Platform.isWindows()) {
      return code.get();
    }
    begin();
    try {
      return code.get();
    } finally {
      end();
    }
  }

  private static synchronized void begin() {
    if (users++ == 0) {
      kept = C.LIBRARY.dup(OUT);
      int nowhere = C.LIBRARY.open("/dev/null", WRITE_ONLY);
      C.LIBRARY.dup2(nowhere, OUT);
      C.LIBRARY.close(nowhere);
    }
  }

  private static synchronized void end() {
    if (--users == 0) {
      C.LIBRARY.dup2(kept, OUT);
      C.LIBRARY.close(kept);
    }
  }
}
