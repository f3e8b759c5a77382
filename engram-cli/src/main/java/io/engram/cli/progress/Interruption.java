package io.engram.cli.progress;

import io.engram.cli.output.Console;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C, and the signals by which a system ends a process (TERM) or a terminal that is closed
 * (HUP). The first one asks the running computation to stop after its step; the second, or one that
 * comes while no computation watches, ends the process at once.
 *
 * <p>At once means without the C library's exit handlers: they would destroy what libtorch's
 * threads still use, and a process that was asked to end would be reported as crashed.
 */
public final class Interruption {
  /** Exit code of a stopped command, as in shells: 128 + SIGINT. */
  public static final int EXIT_CODE = 130;

  private static final int SIGNALLED = 128;
  private static final int TERM = 15;
  private static final AtomicBoolean FOLLOWS = new AtomicBoolean();
  private static final AtomicBoolean REQUESTED = new AtomicBoolean();
  private static final AtomicReference<@Nullable Console> WATCHING = new AtomicReference<>();

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

  /** Ends a computation that can't be resumed if a stop was requested. */
  public static void stopIfRequested() {
    if (requested()) {
      throw new Stopped();
    }
  }

  /** From now on the first signal requests a stop. */
  public static void watch(Console console) {
    REQUESTED.set(false);
    WATCHING.set(console);
    install();
  }

  /** From now on a signal ends the process at once, unless a computation watches. */
  public static void install() {
    handle("INT");
    handle("TERM");
    handle("HUP");
  }

  /**
   * From now on Ctrl-C is left to the process that started this one, which asks it to stop by TERM:
   * a terminal sends Ctrl-C to both, and the second signal would end this process at once.
   */
  public static void followParent() {
    FOLLOWS.set(true);
  }

  private static void request(int signal) {
    if (FOLLOWS.get() && signal != TERM) {
      return;
    }
    Console console = WATCHING.get();
    if (console == null || REQUESTED.getAndSet(true)) {
      Runtime.getRuntime().halt(SIGNALLED + signal);
      return;
    }
    console.message("\nStopping after the current step (Ctrl-C again stops at once) …");
  }

  /**
   * Uses reflection: {@code sun.misc.Signal} is the only way to catch a signal without ending the
   * process. It is exported by {@code jdk.unsupported}; a Java without it only loses this feature.
   */
  private static void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object own = signal.getConstructor(String.class).newInstance(name);
      int number = (int) signal.getMethod("getNumber").invoke(own);
      InvocationHandler handler =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              request(number);
              return null;
            }
            return method.getName().equals("equals") ? proxy == arguments[0] : (Object) 0;
          };
      Object proxy =
          Proxy.newProxyInstance(
              Interruption.class.getClassLoader(), new Class<?>[] {handlerType}, handler);
      signal.getMethod("handle", signal, handlerType).invoke(null, own, proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // The signal then ends the process; the run can be resumed from its last checkpoint.
    }
  }
}
