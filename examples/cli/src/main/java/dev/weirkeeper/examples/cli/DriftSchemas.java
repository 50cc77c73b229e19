package dev.weirkeeper.examples.cli;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReading;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Two schemas, and how things of one are known in the other. */
final class DriftSchemas {
  private static final Pattern RENAME =
      Pattern.compile("([^.=]+)\\.([^.=]+)(?:\\.([^.=]+))?=([^.=]+)");

  @Parameters(index = "0", paramLabel = "FROM", description = "What is: a database or a file.")
  private String from = "";

  @Parameters(index = "1", paramLabel = "TO", description = "What is wanted: a database or a file.")
  private String to = "";

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "Only this schema of the databases; may be said several times.")
  private List<String> schemas = List.of();

  @Option(
      names = "--rename",
      paramLabel = "SCHEMA.TABLE[.COLUMN]=NEW",
      description = {
        "Says that a thing of FROM is called NEW in TO; may be said several times. Nothing is taken"
            + " for a rename that is not said, unless both are readings of one database."
      })
  private List<String> renames = List.of();

  @Option(
      names = "--same-database",
      description =
          "Both are readings of one database at two times: its own ids tell what is what.")
  private boolean same;

  SchemaComparison compare(Map<String, String> environment) throws Failure {
    List<Identity.Rename> renamed = declared();
    SchemaReading before = new SchemaPlace(from, environment, schemas).read();
    SchemaReading after = new SchemaPlace(to, environment, schemas).read();
    if (same && !before.database().equals(after.database())) {
      throw new Failure(
          Exit.REFUSED,
          "These are readings of two databases: ids of one mean nothing in the other. Leave"
              + " --same-database out");
    }
    return SchemaComparison.between(
        before.schema(), after.schema(), same ? Identity.ids() : Identity.names(renamed));
  }

  /** Where the first schema was read, which has to be a database. */
  SchemaPlace database(Map<String, String> environment) throws Failure {
    SchemaPlace place = new SchemaPlace(from, environment, schemas);
    if (!place.isDatabase()) {
      throw new Failure(
          Exit.USAGE,
          "Values are counted in a database, and FROM is none: write it as"
              + " postgresql://USER@HOST:PORT/DATABASE");
    }
    return place;
  }

  String to() {
    return to;
  }

  private List<Identity.Rename> declared() throws Failure {
    List<Identity.Rename> all = new ArrayList<>();
    for (String text : renames) {
      Matcher parts = RENAME.matcher(text);
      if (!parts.matches()) {
        throw new Failure(
            Exit.USAGE,
            "--rename takes SCHEMA.TABLE=NEW or SCHEMA.TABLE.COLUMN=NEW, got something else");
      }
      ObjectName table = new ObjectName(parts.group(1), parts.group(2));
      all.add(
          parts.group(3) == null
              ? new Identity.Rename(
                  Item.of(Item.Kind.TABLE, table),
                  Item.of(Item.Kind.TABLE, new ObjectName(table.schema(), parts.group(4))))
              : new Identity.Rename(
                  Item.column(table, parts.group(3)), Item.column(table, parts.group(4))));
    }
    return all;
  }
}
