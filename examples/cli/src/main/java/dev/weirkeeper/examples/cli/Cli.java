package dev.weirkeeper.examples.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code weirkeeper}: what a person does at a door from a terminal. Exit status 0: done; 1: refused
 * or failed, with a line that says why; 2: not a command.
 */
@Command(
    name = "weirkeeper",
    description = "A person's channel to a door.",
    mixinStandardHelpOptions = true,
    version = "0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ApprovalsCommand.class, CommandLine.HelpCommand.class})
public final class Cli {
  private Cli() {}

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
    return new CommandLine(new Cli())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("weirkeeper: " + failure.getMessage());
              return 1;
            })
        .execute(arguments);
  }
}
