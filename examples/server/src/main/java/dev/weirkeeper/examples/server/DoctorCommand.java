package dev.weirkeeper.examples.server;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Examines whether the pipeline of a configuration can run here. */
@Command(
    name = "doctor",
    description =
        "Connect, look whether everything is as the pipeline needs it, and say what to do.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing that hinders", "1:something fails or is unknown", "2:not a command"})
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ServerCommand server;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    Doctor.Report report =
        Doctor.examine(requireNonNull(server).configuration(), Clock.systemUTC());
    if (json) {
      out.println(Json.of(report).text());
    } else {
      print(report, out);
    }
    out.flush();
    return report.healthy() ? 0 : 1;
  }

  private static void print(Doctor.Report report, PrintWriter out) {
    int width =
        report.checks().stream().mapToInt(check -> check.subject().length()).max().orElse(0);
    for (Doctor.Check check : report.checks()) {
      String state = check.state().name().toLowerCase(Locale.ROOT);
      out.printf("%-8s %-" + width + "s  %s%n", state, check.subject(), check.found());
      if (!check.mend().isEmpty()) {
        out.printf("%-8s %-" + width + "s  > %s%n", "", "", check.mend());
      }
    }
  }
}
