package dev.weirkeeper.examples.cli;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.postgres.catalog.SchemaReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps the schema of a database in a file. */
@Command(
    name = "snapshot",
    description = "Reads the schema of a database and keeps it in a file, for 'diff' and 'plan'.",
    mixinStandardHelpOptions = true)
final class DriftSnapshot implements Callable<Integer> {
  private final Cli cli;

  @Parameters(paramLabel = "DATABASE", description = "postgresql://USER@HOST:PORT/DATABASE")
  private String database = "";

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "Only this schema; may be said several times.")
  private List<String> schemas = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "A file that is not there yet.")
  private Path out = Path.of("");

  DriftSnapshot(Cli cli) {
    this.cli = cli;
  }

  /** What was kept, for programs. */
  private record Kept(String file, int tables, Hash fingerprint, String at) {}

  @Override
  public Integer call() throws Failure, IOException {
    Output output = cli.output();
    SchemaPlace place = new SchemaPlace(database, output.terminal().environment(), schemas);
    if (!place.isDatabase()) {
      throw new Failure(
          Exit.USAGE, "A database is written as postgresql://USER@HOST:PORT/DATABASE");
    }
    if (Files.exists(out)) {
      throw new Failure(Exit.REFUSED, out + " is there already; name another file or remove it");
    }
    SchemaReading reading = place.read();
    Files.writeString(
        out, Json.of(SchemaPlace.Kept.of(reading)).text() + "\n", StandardOpenOption.CREATE_NEW);
    if (output.isJson()) {
      output.json(
          Json.of(
              new Kept(
                  out.toString(),
                  reading.schema().tables().size(),
                  reading.schema().fingerprint(),
                  reading.lsn())));
    }
    output.note(
        reading.schema().tables().size()
            + " tables, fingerprint "
            + reading.schema().fingerprint().brief()
            + ", at "
            + reading.lsn());
    return Exit.DONE.status();
  }
}
