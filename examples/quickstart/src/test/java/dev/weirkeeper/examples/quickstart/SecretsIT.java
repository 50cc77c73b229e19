package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.drift.postgres.PostgresFeed;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Passwords are planted wherever a host gives them, and looked for wherever others read. */
class SecretsIT {
  private static final String PLANTED = "hunter2correcthorse";
  private static final Asset ORDERS = new Asset("mirror", "public.orders");
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);

  private static LocalPostgres server;

  @TempDir Path folder;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream standardError = System.err;
  private final StringBuilder driverLog = new StringBuilder();
  private final Handler driverHandler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          driverLog.append(new SimpleFormatter().format(line));
        }

        @Override
        public void flush() {
          // Nothing is held back.
        }

        @Override
        public void close() {
          // Nothing is open.
        }
      };

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
    server.execute("postgres", "CREATE ROLE guarded LOGIN REPLICATION PASSWORD 'another-one'");
    String access;
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW hba_file")) {
      row.next();
      access = row.getString(1);
    }
    Files.writeString(
        Path.of(access),
        """
        host all postgres 127.0.0.1/32 trust
        host all guarded 127.0.0.1/32 scram-sha-256
        host replication all 127.0.0.1/32 scram-sha-256
        """);
    server.execute("postgres", "SELECT pg_reload_conf()");
    awaitRefusal();
  }

  /** The server reads its file again when it comes to it. */
  private static void awaitRefusal() throws SQLException {
    for (int tries = 0; tries < 1_000; tries++) {
      try (Connection connection = DriverManager.getConnection(refusing())) {
        connection.getMetaData();
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("28P01");
        return;
      }
    }
    throw new IllegalStateException("The server goes on to take any password");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    Logger.getLogger("").addHandler(driverHandler);
  }

  @AfterEach
  void release() {
    System.setErr(standardError);
    Logger.getLogger("").removeHandler(driverHandler);
  }

  private static String refusing() {
    return "jdbc:postgresql://127.0.0.1:"
        + server.port()
        + "/postgres?user=guarded&password="
        + PLANTED;
  }

  private static String closed() {
    return "jdbc:postgresql://127.0.0.1:1/shop?user=ana&password="
        + PLANTED
        + "&sslpassword="
        + PLANTED;
  }

  private static String url(String which) {
    return which.equals("refusing") ? refusing() : closed();
  }

  /** Everything that anybody could read of what was thrown. */
  private static String all(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      text.append(at.toString()).append(at.getLocalizedMessage());
      if (at instanceof SQLException sql && sql.getNextException() != null) {
        text.append(all(sql.getNextException()));
      }
    }
    return text.toString();
  }

  /** What a careless log line would print. */
  private static String shown(Object part) {
    return part.toString();
  }

  private void assertNothingLogged() {
    assertThat(log.toString(StandardCharsets.UTF_8) + driverLog).doesNotContain(PLANTED);
  }

  private static PostgresFeed feed(String url, Properties credentials) {
    return PostgresFeed.builder("shop")
        .source("shop", url, credentials)
        .tables(List.of("public.orders"))
        .build();
  }

  private static PGSimpleDataSource source(String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "refusing"})
  void a_feed_that_cannot_connect_tells_no_password(String which) {
    Properties credentials = new Properties();
    credentials.setProperty("password", PLANTED);
    PostgresFeed feed = feed(url(which), credentials);

    Throwable thrown = catchThrowable(() -> feed.open(Optional.empty(), Map.of()));

    assertThat(thrown).isInstanceOf(FeedException.class).hasMessageContaining("cannot be reached");
    assertThat(all(thrown) + shown(feed)).doesNotContain(PLANTED);
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresq://db/shop?password=" + PLANTED,
        "jdbc:postgresql://db?password=" + PLANTED,
        "jdbc:postgresql://db/a/b?password=" + PLANTED,
        "jdbc:postgresql://db/shop?password=" + PLANTED + "%zz",
        "postgres://ana:" + PLANTED + "@db/shop",
        PLANTED
      })
  void an_address_that_is_none_is_not_repeated(String url) {
    Throwable thrown = catchThrowable(() -> feed(url, new Properties()));

    assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
    assertThat(thrown).hasMessageContaining("jdbc:postgresql://host:port/database");
    assertThat(all(thrown)).doesNotContain(PLANTED);
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "refusing"})
  void a_target_that_cannot_connect_tells_no_password(String which) {
    PostgresTarget.Builder target = PostgresTarget.builder("mirror", source(url(which)));

    Throwable thrown = catchThrowable(target::open);

    assertThat(thrown).isInstanceOf(IOException.class).hasMessageContaining("cannot be reached");
    assertThat(all(thrown) + shown(target.build())).doesNotContain(PLANTED);
    assertNothingLogged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "refusing"})
  void a_tool_that_cannot_connect_tells_no_password_and_none_is_written_down(String which)
      throws IOException {
    Outcome outcome;
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Clock.systemUTC())) {
      Toolbox door =
          Toolbox.builder()
              .journal(new Journal(sink, Clock.systemUTC()))
              .clock(Clock.systemUTC())
              .tools(PostgresTableTools.builder("mirror", source(url(which))).build())
              .memory(DoorMemory.inProcess())
              .limit(Effect.WRITE)
              .grant("ana", Effect.WRITE)
              .build();
      Action action =
          new TableChange.RelaxColumn("public.orders", "note", Hash.of(Json.empty())).on("mirror");
      outcome = door.perform(ANA, action, List.of());
    }

    assertThat(outcome.isDone()).isFalse();
    assertThat(outcome.toString()).doesNotContain(PLANTED);
    assertThat(Files.readString(folder.resolve("journal-0000000000000000.jsonl")))
        .contains("act.")
        .doesNotContain(PLANTED);
    assertThat(log.toString(StandardCharsets.UTF_8)).contains("WARN");
    assertNothingLogged();
  }

  @Test
  void a_sink_that_quotes_its_address_tells_no_signature() {
    AuditSink sink =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) throws IOException {
            throw new IOException(
                "PUT https://a.blob.example/log?sv=1&sig=" + PLANTED + " gave 403",
                new IOException("Authorization: Bearer " + PLANTED));
          }

          @Override
          public void close() {
            // Nothing is open.
          }
        };
    Journal journal = new Journal(sink, Clock.systemUTC());

    Throwable thrown =
        catchThrowable(
            () ->
                journal.write(
                    "test.happened",
                    "host:ana",
                    Optional.of(ORDERS),
                    new Receipt(0, Hash.of(Json.empty())),
                    List.of()));

    assertThat(thrown)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("gave 403")
        .hasStackTraceContaining("java.io.IOException");
    assertThat(all(thrown)).doesNotContain(PLANTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"closed", "refusing", "wrong", "option"})
  void the_quickstart_prints_no_password(String which) throws Exception {
    String url = which.equals("wrong") ? closed().replace("postgresql", "postgresq") : url(which);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Quickstart.class.getName(),
            which.equals("option") ? url : "--no-color",
            "--source",
            url,
            "--target",
            url,
            "--tables",
            "public.orders");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(output).contains("FAILED: ").doesNotContain(PLANTED);
  }
}
