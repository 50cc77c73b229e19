package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * {@code weirkeeper}: what a person does at a running host and its log book from a terminal. {@link
 * Exit} says what scripts learn.
 */
@Command(
    name = "weirkeeper",
    description = {
      "A person's hands at a running server, its door and its log book; contracts judged on"
          + " files; and schemas compared.",
      "Commands that ask the server talk to the control socket in its folder, as the user that the"
          + " operating system says you are. 'approvals', 'journal' and 'door' read the folder"
          + " itself and work when the server is down; 'contract' and most of 'drift' need no server"
          + " at all."
    },
    mixinStandardHelpOptions = true,
    version = "0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND")
public final class Cli {
  private static final String NO_COLOR = "--no-color";

  private final Terminal terminal;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Folder of the server; else what " + Place.VARIABLE + " says.")
  private @Nullable Path folder;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "One JSON document on stdout, for other programs.")
  private boolean json;

  @Option(
      names = NO_COLOR,
      scope = ScopeType.INHERIT,
      description = "No colours; so does the variable NO_COLOR, and output that is no terminal.")
  private boolean noColor;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Cli(Terminal terminal) {
    this.terminal = requireNonNull(terminal, "terminal");
  }

  public static void main(String[] arguments) {
    System.exit(run(Terminal.ofThisProcess(), arguments));
  }

  static int run(Terminal terminal, String... arguments) {
    return commands(terminal)
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                colours(terminal, Arrays.asList(arguments).contains(NO_COLOR))
                    ? Ansi.ON
                    : Ansi.OFF))
        .execute(arguments);
  }

  /** All commands, with nothing parsed. */
  static CommandLine commands(Terminal terminal) {
    Cli cli = new Cli(terminal);
    CommandLine root = new CommandLine(cli);
    List<Object> commands =
        List.of(
            new StatusCommand(cli),
            new IncidentsCommand(cli),
            new PlanCommand(cli),
            new QuarantineCommand(cli),
            new ApprovalsCommand(cli),
            new JournalCommand(cli),
            new DoorCommand(cli),
            new DoctorCommand(cli),
            new CompletionCommand(cli));
    commands.forEach(root::addSubcommand);
    CommandLine contract =
        new CommandLine(new ContractCommand())
            .addSubcommand(new ContractCheck(cli))
            .addSubcommand(new ContractImport(cli))
            .addSubcommand(new ContractExplain(cli));
    root.addSubcommand(contract);
    root.addSubcommand(
        new CommandLine(new DriftCommand())
            .addSubcommand(new DriftDiff(cli))
            .addSubcommand(new DriftPlan(cli))
            .addSubcommand(new DriftSnapshot(cli))
            .addSubcommand(new DriftApply(cli))
            .addSubcommand(new DriftHistory(cli))
            .addSubcommand(new DriftReplay(cli))
            .addSubcommand(new DriftWatch(cli)));
    root.addSubcommand(new CommandLine.HelpCommand());
    root.setOut(terminal.out()).setErr(terminal.err());
    root.setParameterExceptionHandler((failure, words) -> cli.misused(failure))
        .setExecutionExceptionHandler((failure, command, parsed) -> cli.failed(failure))
        .setCaseInsensitiveEnumValuesAllowed(true);
    explain(root, Exit.meanings());
    explain(contract, Exit.meaningsForContracts());
    return root;
  }

  /** Each page of help says what the statuses mean. */
  private static void explain(CommandLine command, Map<String, String> meanings) {
    command.getCommandSpec().usageMessage().exitCodeListHeading("%nExit status:%n");
    command.getCommandSpec().usageMessage().exitCodeList(meanings);
    command.getSubcommands().values().forEach(one -> explain(one, meanings));
  }

  private static boolean colours(Terminal terminal, boolean unwanted) {
    return terminal.isPerson()
        && !unwanted
        && terminal.environment().getOrDefault("NO_COLOR", "").isEmpty();
  }

  Place place() {
    if (folder != null) {
      return Place.of(folder);
    }
    String named = terminal.environment().getOrDefault(Place.VARIABLE, "");
    if (named.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "Which server? --folder DIR, or the variable "
              + Place.VARIABLE
              + ", names the folder that its configuration names");
    }
    return Place.of(Path.of(named));
  }

  Output output() {
    return new Output(
        terminal,
        json ? Output.Form.JSON : Output.Form.TEXT,
        colours(terminal, noColor) ? Output.Colours.ON : Output.Colours.OFF);
  }

  private int misused(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    terminal.err().println("weirkeeper: " + Visible.line(String.valueOf(failure.getMessage())));
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, terminal.err())) {
      terminal
          .err()
          .println(
              "Try '" + command.getCommandSpec().qualifiedName() + " --help' for what it takes.");
    }
    return Exit.USAGE.status();
  }

  private int failed(Exception failure) {
    if (failure instanceof ParameterException misuse) {
      return misused(misuse);
    }
    Exit exit = failure instanceof Failure known ? known.exit() : Exit.REFUSED;
    String message =
        failure instanceof FileSystemException file
            ? Failure.said(file)
            : Optional.ofNullable(failure.getMessage())
                .filter(text -> failure instanceof Failure || !text.isBlank())
                .orElse(failure.getClass().getSimpleName());
    if (json) {
      output().json(Json.of(Map.of("error", Map.of("exit", exit.status(), "message", message))));
    }
    terminal.err().println("weirkeeper: " + Visible.line(message));
    return exit.status();
  }
}
