package dev.weirkeeper.drift.rehearsal;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Ends a server whose host was killed, and removes its folder: a killed process runs no hook, but
 * the pipe to its child ends with it. Where there is no {@code /bin/sh}, what was left behind is
 * cleared away by the next start.
 */
final class Orphanage implements AutoCloseable {
  private static final Path SHELL = Path.of("/bin/sh");

  /** SIGQUIT is an immediate shutdown; a server that is gone has no such file any more. */
  private static final String WAIT_AND_CLEAR =
      """
      trap '' HUP INT TERM
      read -r over && exit 0
      if [ -f "$1/postmaster.pid" ]; then
        server=$(head -n 1 "$1/postmaster.pid")
        kill -QUIT "$server"
        for second in 1 2 3 4 5 6 7 8 9 10; do
          kill -0 "$server" || break
          sleep 1
        done
      fi
      rm -rf "$1"
      """;

  private final Optional<Process> watcher;

  private Orphanage(Optional<Process> watcher) {
    this.watcher = watcher;
  }

  static Orphanage watching(Path folder) throws IOException {
    if (!Files.isExecutable(SHELL)) {
      return new Orphanage(Optional.empty());
    }
    return new Orphanage(
        Optional.of(
            new ProcessBuilder(
                    SHELL.toString(),
                    "-c",
                    WAIT_AND_CLEAR,
                    "weirkeeper-rehearsal",
                    folder.toAbsolutePath().toString())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start()));
  }

  /** The host closes its server itself. */
  @Override
  public void close() throws IOException {
    if (watcher.isPresent() && watcher.get().isAlive()) {
      try (OutputStream pipe = watcher.get().getOutputStream()) {
        pipe.write("over\n".getBytes(StandardCharsets.US_ASCII));
      }
    }
  }
}
