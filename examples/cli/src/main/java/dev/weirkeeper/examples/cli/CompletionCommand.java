package dev.weirkeeper.examples.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Teaches a shell what it may complete. */
@Command(
    name = "completion",
    description = {
      "Prints a completion script for bash and zsh:",
      "  source <(weirkeeper completion)"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  CompletionCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    cli.output().terminal().out().print(AutoComplete.bash("weirkeeper", spec.root().commandLine()));
    cli.output().terminal().out().flush();
    return Exit.DONE.status();
  }
}
