package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stops every act at once: by a call in the process, or by a file that anybody who may write it
 * makes with {@code touch}. Only persons (callers of kind HOST) still read, to see what is wrong.
 * Safe to share between threads.
 */
public final class KillSwitch {
  private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
  private final Optional<Path> file;

  private KillSwitch(Optional<Path> file) {
    this.file = file;
  }

  /** A switch that only code of the host can throw. */
  public static KillSwitch inProcess() {
    return new KillSwitch(Optional.empty());
  }

  /**
   * A switch that is also thrown while a file exists. A file of which that cannot be found out (a
   * folder that may not be read) counts as one that exists.
   */
  public static KillSwitch watching(Path file) {
    return new KillSwitch(Optional.of(requireNonNull(file, "file")));
  }

  /** Stops all acts that have not reached their tool yet, until {@link #release}. */
  public void stop(String why) {
    reason.set(requireNonNull(why, "why"));
  }

  /** Takes {@link #stop} back. The file, if it is there, still stops. */
  public void release() {
    reason.set(null);
  }

  /** Why nothing may be done now; empty: go on. Looks at the file each time. */
  public Optional<String> stopped() {
    String why = reason.get();
    if (why != null) {
      return Optional.of(why);
    }
    return file.filter(path -> !Files.notExists(path))
        .map(path -> "the file " + path.getFileName() + " is there");
  }

  /** Why a call must not be made; what persons read goes on, so that they can see what is wrong. */
  Optional<String> against(Caller caller, ToolSpec tool) {
    return caller.kind() == Caller.Kind.HOST && tool.effect() == Effect.READ
        ? Optional.empty()
        : stopped().map(why -> "All acts are stopped: " + why);
  }
}
