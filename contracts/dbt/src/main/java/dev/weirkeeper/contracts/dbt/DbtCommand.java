package dev.weirkeeper.contracts.dbt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How dbt is called: what the host said, and the only two commands that are ever run. Neither has a
 * place for an option of an agent's.
 *
 * @param environment all that dbt is given
 */
record DbtCommand(
    Path executable,
    Path project,
    Path profiles,
    Optional<String> target,
    Map<String, String> environment) {
  DbtCommand {
    environment = Map.copyOf(environment);
  }

  /** Lists what a selection selects, and reads the whole project for it. Runs nothing. */
  DbtProcess listing(Selection select, Selection exclude, Path folder) {
    return process(
        "ls", List.of("--output", "json", "--output-keys", "unique_id"), select, exclude, folder);
  }

  DbtProcess testing(Selection select, Selection exclude, Path folder) {
    return process("test", List.of(), select, exclude, folder);
  }

  static Path artifacts(Path folder) {
    return folder.resolve("target");
  }

  private DbtProcess process(
      String verb, List<String> options, Selection select, Selection exclude, Path folder) {
    List<String> command = new ArrayList<>(List.of(executable.toString(), verb));
    command.addAll(options);
    command.addAll(
        List.of(
            "--project-dir",
            project.toString(),
            "--profiles-dir",
            profiles.toString(),
            "--target-path",
            artifacts(folder).toString(),
            "--log-path",
            folder.resolve("logs").toString(),
            "--log-format",
            "json",
            "--log-level",
            "info",
            "--log-level-file",
            "none",
            "--no-use-colors",
            "--no-send-anonymous-usage-stats"));
    target.ifPresent(name -> command.addAll(List.of("--target", name)));
    criteria("--select", select, command);
    criteria("--exclude", exclude, command);
    return new DbtProcess(command, project, environment);
  }

  /** The option takes what follows up to the next one; no criterion begins like one. */
  private static void criteria(String option, Selection selection, List<String> command) {
    if (!selection.criteria().isEmpty()) {
      command.add(option);
      command.addAll(selection.criteria());
    }
  }
}
