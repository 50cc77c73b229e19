package dev.weirkeeper.examples.server;

import dev.weirkeeper.Redaction;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a pipeline from a configuration, and explains and examines one. */
@Command(
    name = "weirkeeper-server",
    description = "Runs the pipeline of a configuration and serves its tools to MCP clients.",
    mixinStandardHelpOptions = true,
    versionProvider = ServerCommand.Version.class,
    subcommands = {CommandLine.HelpCommand.class})
public final class ServerCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "The configuration, in YAML.")
  private Path config = Path.of("pipeline.yaml");

  @Option(
      names = "--stdio",
      description = "Serve the process that has started this one over standard input and output.")
  private boolean stdio;

  /** What {@code --version} says. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"weirkeeper-server " + Server.version()};
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ServerCommand()).execute(arguments));
  }

  @Override
  public Integer call() {
    try (Server server = Server.start(config, event -> {})) {
      Signals.onTermination(server::stop);
      if (stdio) {
        Thread client = new Thread(() -> serve(server), "stdio");
        client.setDaemon(true);
        client.start();
      }
      server.await();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (IOException | SQLException | RuntimeException e) {
      System.err.println("weirkeeper-server: " + said(e));
      return FAILED;
    }
  }

  private static void serve(Server server) {
    try {
      server.serveStdio(System.in);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      server.stop();
    }
  }

  /** What went wrong, without what a driver or a person put into it that others must not see. */
  static String said(@Nullable Throwable thrown) {
    StringBuilder text = new StringBuilder();
    String last = "";
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (!message.equals(last)) {
        text.append(text.length() == 0 ? "" : ": ").append(message);
      }
      last = message;
    }
    return Redaction.redacted(text.toString());
  }
}
