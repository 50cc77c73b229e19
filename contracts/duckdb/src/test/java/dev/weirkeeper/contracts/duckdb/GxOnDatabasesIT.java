package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.gx.GxCorpus;
import dev.weirkeeper.contracts.gx.GxTable;
import dev.weirkeeper.contracts.sql.Dialect;
import dev.weirkeeper.contracts.sql.FrameReader;
import dev.weirkeeper.contracts.sql.JdbcEngine;
import dev.weirkeeper.contracts.sql.ResultSetFrames;
import dev.weirkeeper.contracts.sql.SqlSource;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import dev.weirkeeper.contracts.sql.SqlSource.Rows;
import dev.weirkeeper.contracts.sql.SqlSource.Stability;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.duckdb.DuckDBConnection;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Great Expectations 1.2 answered on SQLite, asked of DuckDB and PostgreSQL. */
class GxOnDatabasesIT {

  @Test
  void duckdb_answers_as_great_expectations_does() throws Exception {
    try (Connection loading = DriverManager.getConnection("jdbc:duckdb:");
        Connection asking = loading.unwrap(DuckDBConnection.class).duplicate()) {
      Worker.execute(asking, "SET TimeZone = 'UTC'");
      run(new Loaded(Dialect.DUCKDB, new ChunkFrames(), loading, asking));
    }
  }

  @Test
  void postgresql_answers_as_great_expectations_does() throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start(Map.of("fsync", "off"));
        Connection loading = postgres.connect("postgres");
        Connection asking = postgres.connect("postgres")) {
      FrameReader frames = new ResultSetFrames(Dialect.POSTGRESQL);
      run(new Loaded(Dialect.POSTGRESQL, frames, loading, asking));
    }
  }

  private static void run(Loaded loaded) throws IOException {
    Path folder = GxCorpus.folder();
    assumeTrue(Files.isDirectory(folder), "No corpus at " + folder + "; set -Dcorpus.dir");

    List<GxCorpus.Tally> tallies =
        new GxCorpus(loaded.dialect.id(), Mode.GX_SQL, loaded::open).run(folder);

    assertThat(tallies)
        .allSatisfy(
            tally ->
                assertThat(tally.share())
                    .as("%s: %s", tally.form(), String.join("\n", tally.differences()))
                    .isGreaterThanOrEqualTo(0.99));
  }

  /** A database that the data sets of the corpus are loaded into, each once. */
  private static final class Loaded {
    private final Dialect dialect;
    private final FrameReader frames;
    private final Connection loading;
    private final Connection asking;
    private final Map<GxTable, String> names = new HashMap<>();

    Loaded(Dialect dialect, FrameReader frames, Connection loading, Connection asking) {
      this.dialect = dialect;
      this.frames = frames;
      this.loading = loading;
      this.asking = asking;
    }

    Engine open(GxTable table, List<GxTable> beside) throws IOException {
      try {
        for (GxTable other : beside) {
          load(other, other.name());
        }
        String name = names.get(table);
        if (name == null) {
          name = "data_" + names.size();
          names.put(table, name);
          load(table, name);
        }
        SqlSource source =
            new SqlSource(
                dialect,
                stored(table.fields()),
                dialect.table(name),
                Optional.of(new Rows(numbered(name), "wk_row", Place.SHOWN)),
                Stability.FOR_GOOD);
        return new JdbcEngine(
            Jdbi.create(new OneConnection(asking)), source, frames, ValueTests::of, Duration.ZERO);
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }

    /** The fields with the types that the columns have here, whatever they are declared as. */
    private static Fields stored(Fields declared) {
      return new Fields(
          declared.all().stream()
              .map(field -> new Field(field.name(), field.form(), type(field.form())))
              .toList());
    }

    private String numbered(String name) {
      return dialect.table(name + "_numbered");
    }

    private void load(GxTable table, String name) throws SQLException {
      String quoted = numbered(name);
      StringJoiner columns = new StringJoiner(", ", "(", ")");
      StringJoiner places = new StringJoiner(", ", "(", ")");
      StringJoiner names = new StringJoiner(", ");
      for (Field field : table.fields().all()) {
        names.add(dialect.name(field.name()));
        columns.add(dialect.name(field.name()) + " " + type(field.form()));
        places.add("?");
      }
      columns.add("wk_row bigint");
      places.add("?");
      try (Statement statement = loading.createStatement()) {
        statement.execute("DROP VIEW IF EXISTS " + dialect.table(name));
        statement.execute("DROP TABLE IF EXISTS " + quoted);
        statement.execute("CREATE TABLE " + quoted + " " + columns);
        statement.execute(
            "CREATE VIEW " + dialect.table(name) + " AS SELECT " + names + " FROM " + quoted);
      }
      if (table.rows().isEmpty()) {
        return;
      }
      try (PreparedStatement insert =
          loading.prepareStatement("INSERT INTO " + quoted + " VALUES " + places)) {
        long number = 0;
        for (List<@Nullable Object> row : table.rows()) {
          int at = 1;
          for (Object value : row) {
            Object sent = value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : value;
            insert.setObject(at++, sent);
          }
          insert.setObject(at, number++);
          insert.addBatch();
        }
        insert.executeBatch();
      }
    }

    private static String type(Form form) {
      return switch (form) {
        case INTEGER -> "bigint";
        case FLOAT -> "double precision";
        case TRUTH -> "boolean";
        case DATE -> "date";
        case TIMESTAMP -> "timestamp";
        case TIMESTAMP_WITH_ZONE -> "timestamp with time zone";
        default -> "varchar";
      };
    }
  }
}
