package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The functions of schema {@code wk} as the host may call them. They check everything again, so
 * nothing here is trusted; it turns a change into typed arguments, and a refusal into advice.
 */
final class Boundary {
  private static final String STATE =
      """
      SELECT session_user::pg_catalog.text, current_user = session_user,
             EXISTS (SELECT FROM pg_catalog.pg_proc p
                     JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                     WHERE n.nspname = 'wk' AND p.proname = 'change'),
             coalesce((SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                       FROM pg_catalog.pg_namespace n WHERE n.nspname = 'wk'), false)
      """;

  private static final String CHANGE =
      """
      SELECT wk.change(?, ?, ?::pg_catalog.oid, ?,
                       (SELECT t.oid FROM pg_catalog.pg_type t
                        WHERE t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace
                          AND t.typname = ?),
                       ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String TYPES =
      """
      SELECT t.typname, t.oid::pg_catalog.int8 FROM pg_catalog.pg_type t
      WHERE t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND t.typname = ANY (?)
      """;

  private static final Pattern REQUEST = Pattern.compile("\\b[0-9a-f]{64}\\b");

  /** Afterwards the table is not as it should be: no precondition, a failure. */
  private static final String SPOILT = "WK010";

  /** A change as the arguments of {@code wk.change}. */
  private record Arguments(
      String op,
      String column,
      Optional<SqlType> type,
      Optional<List<String>> labels,
      Optional<String> value) {}

  /** A column as {@code wk.create_table} takes it. */
  private record NewColumn(
      String name,
      Optional<Long> typ,
      Optional<Integer> arg1,
      Optional<Integer> arg2,
      boolean isArray,
      Optional<String> enumName,
      List<String> labels,
      Optional<String> comment) {}

  private final Connection connection;

  Boundary(Connection connection) {
    this.connection = connection;
  }

  /** Refuses a login that is not the one for changes, or one with a way around the boundary. */
  List<PostgresBoundary.Danger> requireSafe() throws SQLException, Refusal {
    try (PreparedStatement ask = connection.prepareStatement(STATE);
        ResultSet row = ask.executeQuery()) {
      row.next();
      if (!row.getBoolean(3)) {
        throw new Refusal(
            "The target has no boundary; have its administrator run boundary-1.sql or"
                + " PostgresBoundary.install, or build the tools with Mode.PROPOSE");
      }
      if (!row.getString(1).equals(PostgresBoundary.Login.CHANGE.role()) || !row.getBoolean(4)) {
        throw new Refusal(
            "Changes are made as login wk_change only, and the data source connects as another"
                + " one; give it user wk_change, whose password the administrator sets");
      }
      if (!row.getBoolean(2)) {
        throw new Refusal(
            "The data source uses SET ROLE, behind which a login cannot be judged; take it out");
      }
    }
    int version = version(connection);
    if (version != PostgresBoundary.VERSION) {
      throw new Refusal(
          "The target's boundary is of version "
              + version
              + ", and this library needs "
              + PostgresBoundary.VERSION
              + "; have the administrator run PostgresBoundary.install of this version");
    }
    PostgresBoundary.Report report = check(connection, PostgresBoundary.Login.CHANGE);
    if (!report.dangers().isEmpty()) {
      throw new Refusal(
          "There is a way around the boundary, so nothing is done. "
              + report.dangers().stream()
                  .map(danger -> danger.what() + ": " + danger.mend())
                  .collect(Collectors.joining("; ")));
    }
    return report.warnings();
  }

  static int version(Connection connection) throws SQLException {
    try (PreparedStatement ask =
            connection.prepareStatement(
                "SELECT coalesce(pg_catalog.max(version), 0) FROM wk.installed");
        ResultSet row = ask.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  static PostgresBoundary.Report check(Connection connection, PostgresBoundary.Login login)
      throws SQLException {
    List<PostgresBoundary.Danger> dangers = new ArrayList<>();
    List<PostgresBoundary.Danger> warnings = new ArrayList<>();
    try (PreparedStatement ask =
        connection.prepareStatement("SELECT level, what, mend FROM wk.check(?)")) {
      ask.setString(1, login.role());
      try (ResultSet row = ask.executeQuery()) {
        while (row.next()) {
          (row.getString(1).equals("warn") ? warnings : dangers)
              .add(new PostgresBoundary.Danger(row.getString(2), row.getString(3)));
        }
      }
    }
    return new PostgresBoundary.Report(login, dangers, warnings);
  }

  /** The state of a table, as the functions compare it under their lock. */
  String fingerprint(TableName table) throws SQLException {
    try (PreparedStatement ask = connection.prepareStatement("SELECT wk.fingerprint(?, ?)")) {
      ask.setString(1, table.schema());
      ask.setString(2, table.name());
      return text(ask);
    }
  }

  /** Whether an act of this name is written down. */
  boolean acted(Hash action) throws SQLException {
    try (PreparedStatement find =
        connection.prepareStatement("SELECT FROM wk.act WHERE action = ?")) {
      find.setString(1, action.hex());
      try (ResultSet row = find.executeQuery()) {
        return row.next();
      }
    }
  }

  /**
   * Has the database carry a change out, in the open transaction.
   *
   * @param seen the fingerprint of the state that the change is meant for
   */
  void carryOut(Hash action, TableChange change, TableImage now, String seen)
      throws SQLException, Refusal {
    if (change instanceof TableChange.CreateTable create) {
      create(action, create, now.name(), seen);
      return;
    }
    Arguments arguments = arguments(change, now);
    try (PreparedStatement act = connection.prepareStatement(CHANGE)) {
      act.setString(1, action.hex());
      act.setString(2, arguments.op());
      act.setLong(3, now.requireTable().oid());
      act.setString(4, arguments.column());
      Optional<SqlType> type = arguments.type();
      Optional<SqlType> builtIn = type.filter(t -> !t.isEnum());
      act.setString(5, builtIn.map(SqlType::name).orElse(null));
      act.setObject(6, argument(type, 0), java.sql.Types.INTEGER);
      act.setObject(7, argument(type, 1), java.sql.Types.INTEGER);
      act.setBoolean(8, type.filter(t -> t.shape() == SqlType.Shape.ARRAY).isPresent());
      act.setString(9, type.filter(SqlType::isEnum).map(SqlType::name).orElse(null));
      act.setArray(
          10,
          arguments.labels().isEmpty()
              ? null
              : connection.createArrayOf("text", arguments.labels().get().toArray()));
      act.setString(11, arguments.value().orElse(null));
      act.setString(12, seen);
      text(act);
    }
  }

  private static @Nullable Integer argument(Optional<SqlType> type, int index) {
    List<Integer> args = type.map(SqlType::args).orElse(List.of());
    return index < args.size() ? args.get(index) : null;
  }

  private static Arguments arguments(TableChange change, TableImage now) throws Refusal {
    if (change instanceof TableChange.AddColumn add) {
      return new Arguments(
          "add_column",
          add.column(),
          Optional.of(SqlType.of(add.type(), now.name())),
          add.type().isEnum() ? Optional.of(labels(add.type())) : Optional.empty(),
          add.missing());
    } else if (change instanceof TableChange.WidenColumn widen) {
      return new Arguments(
          "widen",
          widen.column(),
          Optional.of(SqlType.of(widen.to(), now.name())),
          Optional.empty(),
          Optional.empty());
    } else if (change instanceof TableChange.RelaxColumn relax) {
      return plain("drop_not_null", relax.column(), Optional.empty());
    } else if (change instanceof TableChange.RenameColumn rename) {
      return plain("rename_column", rename.column(), Optional.of(rename.to()));
    } else if (change instanceof TableChange.AddEnumLabel add) {
      return plain("add_enum_label", add.column(), Optional.of(add.label()));
    } else if (change instanceof TableChange.CommentColumn comment) {
      return plain("comment", comment.column(), comment.comment());
    }
    throw new IllegalStateException("No function of the boundary is for " + change.tool());
  }

  private static Arguments plain(String op, String column, Optional<String> value) {
    return new Arguments(op, column, Optional.empty(), Optional.empty(), value);
  }

  private static List<String> labels(Type type) {
    return type.labels().stream().map(Type.Label::name).toList();
  }

  private void create(Hash action, TableChange.CreateTable create, TableName table, String seen)
      throws SQLException, Refusal {
    List<SqlType> types = new ArrayList<>();
    for (TableChange.NewColumn column : create.columns()) {
      types.add(SqlType.of(column.type(), table));
    }
    Map<String, Long> oids =
        oids(
            types.stream()
                .filter(type -> !type.isEnum())
                .map(SqlType::name)
                .collect(Collectors.toSet()));
    List<NewColumn> columns = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      TableChange.NewColumn column = create.columns().get(i);
      SqlType type = types.get(i);
      columns.add(
          new NewColumn(
              column.name(),
              Optional.ofNullable(type.isEnum() ? null : oids.get(type.name())),
              Optional.ofNullable(argument(Optional.of(type), 0)),
              Optional.ofNullable(argument(Optional.of(type), 1)),
              type.shape() == SqlType.Shape.ARRAY,
              type.isEnum() ? Optional.of(type.name()) : Optional.empty(),
              labels(column.type()),
              column.comment()));
    }
    try (PreparedStatement act =
        connection.prepareStatement("SELECT wk.create_table(?, ?, ?, ?::pg_catalog.jsonb, ?, ?)")) {
      act.setString(1, action.hex());
      act.setString(2, table.schema());
      act.setString(3, table.name());
      act.setString(4, Json.of(columns).text());
      act.setArray(5, connection.createArrayOf("text", create.key().toArray()));
      act.setString(6, seen);
      text(act);
    }
  }

  private Map<String, Long> oids(Set<String> names) throws SQLException {
    Map<String, Long> oids = new HashMap<>();
    try (PreparedStatement read = connection.prepareStatement(TYPES)) {
      read.setArray(1, connection.createArrayOf("text", names.toArray()));
      try (ResultSet row = read.executeQuery()) {
        while (row.next()) {
          oids.put(row.getString(1), row.getLong(2));
        }
      }
    }
    return oids;
  }

  private static String text(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getString(1);
    }
  }

  /** What to do about a refusal of the boundary; empty if the error is something else. */
  static Optional<String> advice(TableChange change, SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    if (!state.startsWith("WK") || state.equals(SPOILT)) {
      return Optional.empty();
    }
    String about = change.tool() + " was refused by the target (" + state + "): ";
    return Optional.of(
        about
            + switch (state) {
              case "WK000" ->
                  "the login is not wk_change itself; connect as wk_change, without SET ROLE";
              case "WK001" ->
                  change instanceof TableChange.CreateTable
                      ? "the schema is not one in which tables may be created; have the"
                          + " administrator run wk.allow_schema or PostgresBoundary.allowSchema"
                      : "the table is not in the boundary's care; have the administrator run"
                          + " wk.adopt or PostgresBoundary.adopt";
              case "WK002" -> "the table has changed since it was looked at; look again";
              case "WK003" ->
                  "its acts of this hour are spent; wait, or have the administrator raise"
                      + " wk.set_limits if that many are meant";
              case "WK004" ->
                  "it needs the approval of a person. Have one who may approve run SELECT"
                      + " wk.approve('"
                      + request(e)
                      + "', '1 hour'), then ask for the same action again";
              case "WK005" -> "the type is not one that a mirror may have; change it by hand";
              case "WK006" ->
                  "the new type does not hold every value of the old one; change it by hand";
              case "WK007" ->
                  "a name is too long, holds what cannot be seen, or looks like another one;"
                      + " rename it at the source or change the target by hand";
              case "WK008" ->
                  "the type would round, cut or reinterpret the value of existing rows; give one"
                      + " that it keeps";
              case "WK009" ->
                  "the table as it is does not permit it: a key, a missing column, an enum type"
                      + " that differs, rules, inheritance, or code of somebody who is not the"
                      + " administrator; look at the table";
              default -> "the arguments are not those of a change";
            });
  }

  private static String request(SQLException e) {
    Matcher found = REQUEST.matcher(String.valueOf(e.getMessage()));
    return found.find() ? found.group() : "the request that wk.rename_request names";
  }
}
