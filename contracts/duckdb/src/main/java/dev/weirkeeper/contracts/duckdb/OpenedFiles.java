package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.sql.Cost;
import dev.weirkeeper.contracts.sql.Dialect;
import dev.weirkeeper.contracts.sql.SqlSource;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import dev.weirkeeper.contracts.sql.SqlSource.Rows;
import dev.weirkeeper.contracts.sql.SqlSource.Stability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files opened in a DuckDB of their own, which reaches nothing but them: no other file, no network,
 * no extension, no setting can be changed from then on. Confined to one thread.
 */
final class OpenedFiles implements AutoCloseable {
  /** Up to this size, all of a text file is looked at to find the types of its columns. */
  private static final long SNIFFED_WHOLE = 256L << 20;

  private static final int SNIFFED_ROWS = 1_000_000;
  private static final Pattern KIND = Pattern.compile("([A-Za-z ]{3,40}Error):");

  private final DataFiles files;
  private final Path temporary;
  private final Connection connection;
  private final SqlSource source;
  private final OptionalLong rows;

  /**
   * @throws IOException if they cannot be read; quotes no values
   */
  OpenedFiles(DataFiles files, DuckDbCaps caps) throws IOException {
    this.files = files;
    this.temporary = Files.createTempDirectory(caps.temporary(), "weirkeeper-duckdb");
    Connection opened = null;
    try {
      opened = DriverManager.getConnection("jdbc:duckdb:");
      restrict(opened, caps);
      this.connection = opened;
      List<Long> counts = files.format() == DataFiles.Format.PARQUET ? counts() : List.of();
      this.rows =
          counts.isEmpty()
              ? OptionalLong.empty()
              : OptionalLong.of(counts.stream().mapToLong(Long::longValue).sum());
      this.source = source(counts);
    } catch (SQLException e) {
      shut(opened);
      throw unreadable(e);
    }
  }

  private IOException unreadable(SQLException e) {
    return new IOException(
        files.root().getFileName() + " cannot be read by DuckDB: " + reason(e), e);
  }

  /** What DuckDB said, without what it may quote. */
  static String reason(SQLException e) {
    Matcher kind = KIND.matcher(String.valueOf(e.getMessage()));
    String what = kind.find() ? kind.group(1).strip() : "an error";
    return what
        + "; it may be damaged or cut off, or its columns may differ from file to file or hold"
        + " values of other types than their first rows";
  }

  private void restrict(Connection opened, DuckDbCaps caps) throws SQLException {
    StringJoiner paths = new StringJoiner(", ", "[", "]");
    files.all().forEach(file -> paths.add(text(file.toString())));
    List<String> settings =
        List.of(
            "SET TimeZone = 'UTC'",
            "SET threads = " + caps.threads(),
            "SET memory_limit = '" + caps.memoryMegabytes() + "MiB'",
            "SET temp_directory = " + text(temporary.toString()),
            "SET max_temp_directory_size = '" + caps.temporaryMegabytes() + "MiB'",
            "SET preserve_insertion_order = true",
            "SET jdbc_stream_results = true",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET allow_community_extensions = false",
            "SET allowed_paths = " + paths,
            "SET enable_external_access = false",
            "SET lock_configuration = true");
    for (String setting : settings) {
      Worker.execute(opened, setting);
    }
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /** Rows of each Parquet file, as its end says. */
  private List<Long> counts() throws SQLException {
    List<Long> counts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet all =
            statement.executeQuery(
                "SELECT file_name, num_rows FROM parquet_file_metadata(" + list() + ")")) {
      Map<String, Long> byName = new HashMap<>();
      while (all.next()) {
        byName.put(all.getString(1), all.getLong(2));
      }
      for (Path file : files.all()) {
        Long count = byName.get(file.toString());
        if (count == null) {
          throw new SQLException("Invalid Input Error: the end of a file cannot be read");
        }
        counts.add(count);
      }
    }
    return counts;
  }

  private String list() {
    StringJoiner list = new StringJoiner(", ", "[", "]");
    files.all().forEach(file -> list.add(text(file.toString())));
    return list.toString();
  }

  private SqlSource source(List<Long> counts) throws SQLException {
    String sniffing = ", sample_size = " + (files.bytes() <= SNIFFED_WHOLE ? -1 : SNIFFED_ROWS);
    String options = files.format() == DataFiles.Format.PARQUET ? "" : sniffing;
    String relation = files.format().function() + "(" + list() + options + ")";
    Fields fields = fields(relation);
    String column = "wk_row";
    while (fields.find(column).isPresent()) {
      column += "_";
    }
    String number =
        files.format() == DataFiles.Format.PARQUET ? place(counts) : "ROW_NUMBER() OVER () - 1";
    String numbered =
        "(SELECT *, " + number + " AS " + Dialect.DUCKDB.name(column) + " FROM " + relation + ")";
    return new SqlSource(
        Dialect.DUCKDB,
        fields,
        relation,
        Optional.of(new Rows(numbered, column, Place.SHOWN)),
        Stability.FOR_GOOD);
  }

  private static String place(List<Long> counts) {
    String within = "CAST(file_row_number AS BIGINT)";
    if (counts.size() == 1) {
      return within;
    }
    StringJoiner before = new StringJoiner(", ", "[", "]");
    long sum = 0;
    for (long count : counts) {
      before.add(sum + "::BIGINT");
      sum += count;
    }
    return before + "[CAST(file_index AS BIGINT) + 1] + " + within;
  }

  private Fields fields(String relation) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery("SELECT * FROM " + relation + " LIMIT 0")) {
      ResultSetMetaData columns = none.getMetaData();
      List<Field> fields = new ArrayList<>();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        fields.add(
            Dialect.DUCKDB.field(
                columns.getColumnLabel(i),
                columns.getColumnTypeName(i),
                columns.getPrecision(i),
                columns.getScale(i)));
      }
      return new Fields(fields);
    }
  }

  Connection connection() {
    return connection;
  }

  SqlSource source() {
    return source;
  }

  Cost cost() {
    return new Cost(rows, OptionalLong.of(files.bytes()));
  }

  private void shut(@Nullable Connection opened) throws IOException {
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (SQLException e) {
      throw new IOException("DuckDB could not be closed", e);
    } finally {
      remove();
    }
  }

  private void remove() throws IOException {
    try (Stream<Path> left = Files.walk(temporary)) {
      left.sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.deleteIfExists(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws IOException {
    shut(connection);
  }
}
