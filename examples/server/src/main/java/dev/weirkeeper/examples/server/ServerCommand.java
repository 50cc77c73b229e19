package dev.weirkeeper.examples.server;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Redaction;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a pipeline from a configuration, and explains and examines one. */
@Command(
    name = "weirkeeper-server",
    description = "Runs the pipeline of a configuration and serves its tools to MCP clients.",
    mixinStandardHelpOptions = true,
    versionProvider = ServerCommand.Version.class,
    subcommands = {DoctorCommand.class, AttachCommand.class, CommandLine.HelpCommand.class},
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped in order, or the configuration is right",
      "1:failed, or the configuration is wrong",
      "2:not a command"
    })
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

  @Option(
      names = "--check",
      description = "Say what the configuration means, or all that is wrong with it, and end.")
  private boolean check;

  @Spec private @Nullable CommandSpec spec;

  /** What {@code --version} says. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"weirkeeper-server " + Server.version()};
    }
  }

  public static void main(String[] arguments) {
    System.exit(run(writer(System.out), writer(System.err), arguments));
  }

  /** In the encoding of the terminal, whatever that of files is. */
  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(
        new OutputStreamWriter(stream, Charset.forName(System.getProperty("native.encoding"))),
        true);
  }

  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new ServerCommand())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("weirkeeper-server: " + said(failure));
              return FAILED;
            })
        .execute(arguments);
  }

  /** Reads the configuration of this command line. */
  Config configuration() throws IOException {
    try {
      return ConfigReader.read(config, Server::variable);
    } catch (ConfigException e) {
      throw new IOException(config + " is wrong:\n" + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no file " + config, e);
    }
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    if (check) {
      PrintWriter out = requireNonNull(spec).commandLine().getOut();
      Explanation.of(configuration()).forEach(out::println);
      return 0;
    }
    try (Server server = Server.start(configuration(), event -> {})) {
      if (stdio) {
        Thread client = new Thread(() -> serve(server), "stdio");
        client.setDaemon(true);
        client.start();
      }
      server.untilAsked();
      return 0;
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
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      String message = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (text.indexOf(message) < 0) {
        text.append(text.length() == 0 ? "" : ": ").append(message);
      }
    }
    return Redaction.redacted(text.toString());
  }
}
