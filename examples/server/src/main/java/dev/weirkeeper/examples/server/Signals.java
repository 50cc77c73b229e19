package dev.weirkeeper.examples.server;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the process in order when it is asked to, and at once when it is asked again. Shutdown hooks
 * cannot do either: they leave no way to exit with 0, and a second signal waits for them.
 */
final class Signals {
  private static final int KILLED = 143;

  private Signals() {}

  /**
   * Takes SIGTERM and SIGINT over.
   *
   * @param stop what the first of them starts, on a thread of its own
   */
  static void onTermination(Runnable stop) {
    AtomicBoolean asked = new AtomicBoolean();
    Runnable handle =
        () -> {
          if (asked.getAndSet(true)) {
            Runtime.getRuntime().halt(KILLED);
          }
          new Thread(stop, "stop").start();
        };
    try {
      // By reflection: the module jdk.unsupported offers it to all, but javac warns of its use.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getDeclaringClass() == Object.class) {
                  return method.getName().equals("hashCode")
                      ? (Object) System.identityHashCode(proxy)
                      : method.getName().equals("equals") ? proxy == arguments[0] : "ours";
                }
                handle.run();
                return null;
              });
      Method set = signal.getMethod("handle", signal, handler);
      for (String name : new String[] {"TERM", "INT"}) {
        set.invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "This Java has no sun.misc.Signal; add the module jdk.unsupported to it", e);
    }
  }
}
