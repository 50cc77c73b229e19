package dev.weirkeeper.contracts.duckdb;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The process in which free SQL runs: whatever a query does to DuckDB, it does it here, without the
 * host's memory, environment and secrets. Reads questions from its standard input and answers on
 * its standard output until that ends.
 */
final class Worker {
  private static final String[] SETTINGS = {
    "SET TimeZone = 'UTC'",
    "SET threads = 1",
    "SET temp_directory = ''",
    "SET max_temp_directory_size = '0KiB'",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'"
  };

  private Worker() {}

  /** Started by {@link Sandbox}. */
  public static void main(String[] arguments) throws IOException, SQLException {
    DriverManager.getConnection("jdbc:duckdb:").close();
    removeUnpackedLibrary();
    try (DataInputStream in =
            new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)));
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)))) {
      while (true) {
        Question question;
        try {
          question = Question.read(in);
        } catch (EOFException hostIsGone) {
          return;
        }
        answer(question).write(out);
      }
    }
  }

  /** It is loaded by now; where the system does not let go of it, the host deletes it later. */
  private static void removeUnpackedLibrary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      for (Path file : files.toList()) {
        if (!file.toFile().delete()) {
          file.toFile().deleteOnExit();
        }
      }
    }
  }

  /** Answers with a database of its own, of which nothing is left. */
  static Reply answer(Question question) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Interruption interruption = new Interruption(question.millis())) {
      try {
        execute(connection, "SET memory_limit = '" + question.memory() + "MiB'");
        for (String setting : SETTINGS) {
          execute(connection, setting);
        }
        for (Question.Table table : question.tables()) {
          new Loading(connection, table).load();
        }
        execute(connection, "SET lock_configuration = true");
      } catch (SQLException e) {
        return failed(Reply.Kind.NOT_LOADED, e);
      }
      try {
        return new Query(connection, question, interruption).run();
      } catch (SQLException e) {
        return failed(Reply.Kind.ERROR, e);
      }
    } catch (SQLException e) {
      return failed(Reply.Kind.NOT_LOADED, e);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    // A failed statement of DuckDB closes itself, so each gets its own.
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Reply failed(Reply.Kind kind, SQLException e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof SQLTimeoutException || message.startsWith("INTERRUPT")) {
      return Reply.without(Reply.Kind.TOO_LONG, "");
    }
    String start = message.substring(0, Math.min(64, message.length())).toLowerCase(Locale.ROOT);
    return start.startsWith("out of memory")
            || start.contains("bad_alloc")
            || start.contains("heap")
        ? Reply.without(Reply.Kind.TOO_MUCH_MEMORY, "")
        : Reply.without(kind, message);
  }
}
