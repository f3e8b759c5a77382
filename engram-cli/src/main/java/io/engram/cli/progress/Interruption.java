package io.engram.cli.progress;

import io.engram.cli.output.Console;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C. The first one asks the running computation to stop after its step; the second ends the
 * process at once.
 */
public final class Interruption {
  /** Exit code of a stopped command, as in shells: 128 + SIGINT. */
  public static final int EXIT_CODE = 130;

  private static final AtomicBoolean REQUESTED = new AtomicBoolean();

  private Interruption() {}

  /** Thrown out of a computation that can't be resumed. */
  public static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("stopped");
    }
  }

  /** Whether a stop was requested. */
  public static boolean requested() {
    return REQUESTED.get();
  }

  /** From now on the first Ctrl-C requests a stop. */
  public static void watch(Console console) {
    REQUESTED.set(false);
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            request(console);
            return null;
          }
          return method.getName().equals("equals") ? proxy == arguments[0] : (Object) 0;
        };
    install(handler);
  }

  private static void request(Console console) {
    if (REQUESTED.getAndSet(true)) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    console.message("\nStopping after the current step (Ctrl-C again stops at once) …");
  }

  /**
   * Uses reflection: {@code sun.misc.Signal} is the only way to catch a signal without ending the
   * process. It is exported by {@code jdk.unsupported}; a Java without it only loses this feature.
   */
  private static void install(InvocationHandler handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Interruption.class.getClassLoader(), new Class<?>[] {handlerType}, handler);
      signal
          .getMethod("handle", signal, handlerType)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), proxy);
    } catch (ReflectiveOperationException e) {
      // Ctrl-C then ends the process; the run can be resumed from its last checkpoint.
    }
  }
}
