package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Fills the tables that a migration touches. Each row is offered to the server, which knows the
 * constraints; what it refuses is made up anew a few times. Tables that others refer to come first.
 */
final class Filling {
  private static final int TRIES = 30;

  private static final String FOREIGN_KEYS =
      """
      SELECT k.oid, cn.nspname, c.relname, rn.nspname, r.relname, a.attname, b.attname
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
        JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
        JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
        JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
        CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
             WITH ORDINALITY AS x (here, there, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.here
        JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = x.there
       WHERE k.contype = 'f'
       ORDER BY k.conrelid, k.conname, x.n
      """;

  private final Connection connection;
  private final DatabaseSchema schema;
  private final RowSource.Synthetic synthetic;
  private final Map<ObjectName, RowSource.Given> given;
  private final Optional<MaskedRows> masked;
  private final Budget budget;
  private final Values values;
  private final List<RehearsalProof.Unproven> unproven = new ArrayList<>();
  private final Map<ObjectName, List<Reference>> references = new HashMap<>();
  private long taken;

  Filling(Connection connection, DatabaseSchema schema, RowSource source, Budget budget) {
    this.connection = connection;
    this.schema = schema;
    this.values = new Values(schema);
    this.synthetic = source.otherwise();
    this.given = source instanceof RowSource.Sampled sampled ? sampled.rows() : Map.of();
    this.masked =
        source instanceof RowSource.Masked asked
            ? Optional.of(new MaskedRows(asked))
            : Optional.empty();
    this.budget = budget;
  }

  /** A foreign key. */
  private record Reference(ObjectName from, ObjectName to, Map<String, String> columns) {}

  List<RehearsalProof.Unproven> unproven() {
    return unproven;
  }

  /** How many rows of the host were taken. */
  long taken() {
    return taken;
  }

  void fill(Collection<ObjectName> touched) throws SQLException {
    readReferences();
    connection.setAutoCommit(false);
    try {
      for (ObjectName name : ordered(touched)) {
        Optional<Table> table = schema.table(name);
        if (table.isPresent()) {
          fill(table.get());
        }
      }
      connection.commit();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private void readReferences() throws SQLException {
    Map<String, Reference> byId = new LinkedHashMap<>();
    for (List<Optional<String>> row : Sql.rows(connection, FOREIGN_KEYS)) {
      Reference reference = byId.computeIfAbsent(row.get(0).orElseThrow(), any -> reference(row));
      reference.columns.put(row.get(5).orElseThrow(), row.get(6).orElseThrow());
    }
    for (Reference reference : byId.values()) {
      references.computeIfAbsent(reference.from(), any -> new ArrayList<>()).add(reference);
    }
  }

  private static Reference reference(List<Optional<String>> row) {
    return new Reference(
        new ObjectName(row.get(1).orElseThrow(), row.get(2).orElseThrow()),
        new ObjectName(row.get(3).orElseThrow(), row.get(4).orElseThrow()),
        new LinkedHashMap<>());
  }

  /** The tables with all that they refer to and all their parts, those first that others need. */
  private List<ObjectName> ordered(Collection<ObjectName> touched) {
    Set<ObjectName> wanted = new TreeSet<>(touched);
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Table table : schema.tables()) {
        if (table.parents().stream().anyMatch(wanted::contains)) {
          grown |= wanted.add(table.name());
        }
        if (wanted.contains(table.name())) {
          for (Reference reference : references.getOrDefault(table.name(), List.of())) {
            grown |= wanted.add(reference.to());
          }
        }
      }
    }
    Set<ObjectName> ordered = new LinkedHashSet<>();
    for (ObjectName table : wanted) {
      place(table, ordered, new LinkedHashSet<>());
    }
    return List.copyOf(ordered);
  }

  private void place(ObjectName table, Set<ObjectName> ordered, Set<ObjectName> above) {
    if (ordered.contains(table) || !above.add(table)) {
      return;
    }
    for (Reference reference : references.getOrDefault(table, List.of())) {
      place(reference.to(), ordered, above);
      // A partitioned table has its rows in its parts.
      for (Table part : schema.tables()) {
        if (part.parents().contains(reference.to())) {
          place(part.name(), ordered, above);
        }
      }
    }
    ordered.add(table);
  }

  private void fill(Table table) throws SQLException {
    if (table.kind() != Table.Kind.TABLE) {
      return;
    }
    SplittableRandom random =
        new SplittableRandom(synthetic.seed() ^ table.name().toString().hashCode());
    RowSource.Given rows = given.get(table.name());
    int accepted = rows == null ? 0 : take(table, rows);
    if (masked.isPresent()) {
      accepted += sample(table, masked.get(), random);
    }
    if (accepted == 0) {
      for (int row = 0; row < synthetic.perTable(); row++) {
        accepted += offer(table, row, random);
      }
    }
    if (accepted == 0) {
      doubt(
          table,
          "No row could be made up that the table takes; give sampled rows to show what becomes of"
              + " them");
    }
  }

  private int take(Table table, RowSource.Given rows) throws SQLException {
    int accepted = 0;
    String columns = String.join(", ", rows.columns().stream().map(Sql::name).toList());
    for (List<Optional<String>> row : rows.rows()) {
      List<String> written = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        written.add(
            literal(row.get(i), table.column(rows.columns().get(i)).map(TableColumn::type)));
      }
      if (insert(table, columns, String.join(", ", written))) {
        accepted++;
      }
    }
    taken += accepted;
    if (accepted < rows.rows().size()) {
      doubt(
          table,
          (rows.rows().size() - accepted)
              + " of the "
              + rows.rows().size()
              + " given rows break a constraint of the table and were left out");
    }
    return accepted;
  }

  private int sample(Table table, MaskedRows reader, SplittableRandom random) throws SQLException {
    Probe<List<MaskedRows.Row>> read = reader.of(table);
    if (!(read instanceof Probe.Value<List<MaskedRows.Row>> rows)) {
      doubt(
          table,
          "No rows of it could be sampled, so they are made up: "
              + ((Probe.Unknown<List<MaskedRows.Row>>) read).why());
      return 0;
    }
    int accepted = 0;
    for (MaskedRows.Row row : rows.value()) {
      accepted += offer(table, row, accepted, random) ? 1 : 0;
    }
    taken += accepted;
    if (accepted < rows.value().size()) {
      doubt(
          table,
          (rows.value().size() - accepted)
              + " of the "
              + rows.value().size()
              + " sampled rows break a constraint of the table, masked as they are, and were left"
              + " out");
    }
    return accepted;
  }

  /** First as it is; then with foreign keys that lead somewhere; then without masked values. */
  private boolean offer(Table table, MaskedRows.Row row, int number, SplittableRandom random)
      throws SQLException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Map<String, String> offered = values(table, number, attempt, random);
      Map<String, String> referred = new LinkedHashMap<>(offered);
      put(table, row.plain(), offered);
      if (attempt < 2) {
        put(table, row.doubtful(), offered);
      }
      if (attempt > 0) {
        for (Reference reference : references.getOrDefault(table.name(), List.of())) {
          reference.columns().keySet().forEach(key -> offered.replace(key, referred.get(key)));
        }
      }
      if (insert(table, offered)) {
        return true;
      }
    }
    return false;
  }

  /** In the places of made-up ones: a column that the server computes has none. */
  private static void put(
      Table table, Map<String, Optional<String>> row, Map<String, String> offered) {
    row.forEach(
        (column, value) ->
            offered.computeIfPresent(
                column, (name, any) -> literal(value, table.column(name).map(TableColumn::type))));
  }

  private static String literal(Optional<String> value, Optional<String> type) {
    return value
        .map(
            text ->
                type.map(of -> "CAST(" + Sql.literal(text) + " AS " + of + ")")
                    .orElse(Sql.literal(text)))
        .orElse("NULL");
  }

  private void doubt(Table table, String why) {
    unproven.add(
        new RehearsalProof.Unproven("rows", Outside.of(table.name().toString()).text(), why));
  }

  private int offer(Table table, int row, SplittableRandom random) throws SQLException {
    for (int attempt = 0; attempt < TRIES; attempt++) {
      Map<String, String> offered = values(table, row, attempt, random);
      if (insert(table, offered)) {
        return 1;
      }
    }
    return 0;
  }

  private boolean insert(Table table, Map<String, String> row) throws SQLException {
    return insert(
        table,
        String.join(", ", row.keySet().stream().map(Sql::name).toList()),
        String.join(", ", row.values()));
  }

  private boolean insert(Table table, String columns, String row) throws SQLException {
    String into = "INSERT INTO " + Sql.name(table.name());
    budget.goOn();
    Sql.execute(connection, "SAVEPOINT offered");
    try {
      Sql.execute(
          connection,
          columns.isEmpty()
              ? into + " DEFAULT VALUES"
              : into + " (" + columns + ") OVERRIDING SYSTEM VALUE VALUES (" + row + ")");
      return true;
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      Sql.execute(connection, "ROLLBACK TO SAVEPOINT offered");
      return false;
    } finally {
      if (!connection.isClosed()) {
        Sql.execute(connection, "RELEASE SAVEPOINT offered");
      }
    }
  }

  private Map<String, String> values(Table table, int row, int attempt, SplittableRandom random) {
    Map<String, String> offered = new LinkedHashMap<>();
    for (TableColumn column : table.columns()) {
      if (column.filling() == TableColumn.Filling.GENERATED_STORED
          || column.filling() == TableColumn.Filling.GENERATED_VIRTUAL) {
        continue;
      }
      boolean isNull =
          column.nullability() == Nullability.OPTIONAL
              && !isKey(table, column.name())
              && random.nextInt(5) == 0;
      Values.Hints hints = Values.hints(table, column.name(), schema.domains(), column.type());
      Optional<String> value =
          isNull
              ? Optional.empty()
              : values.of(column, hints, row + (attempt > TRIES / 2 ? attempt : 0), random);
      offered.put(column.name(), value.orElse("NULL"));
    }
    for (Reference reference : references.getOrDefault(table.name(), List.of())) {
      refer(reference, offered, random);
    }
    return offered;
  }

  private static boolean isKey(Table table, String column) {
    return table.constraints().stream()
        .anyMatch(
            constraint ->
                constraint.kind() == Constraint.Kind.PRIMARY_KEY
                    && constraint.columns().contains(column));
  }

  /** All columns of a foreign key from one row of the other table, so that they fit together. */
  private static void refer(
      Reference reference, Map<String, String> offered, SplittableRandom random) {
    String order = String.join(", ", reference.columns().values().stream().map(Sql::name).toList());
    int which = random.nextInt(1 << 16);
    reference
        .columns()
        .forEach(
            (here, there) -> {
              if (offered.containsKey(here)) {
                offered.put(
                    here,
                    "(SELECT "
                        + Sql.name(there)
                        + " FROM "
                        + Sql.name(reference.to())
                        + " ORDER BY "
                        + order
                        + " OFFSET "
                        + which
                        + " % greatest(1, (SELECT pg_catalog.count(*) FROM "
                        + Sql.name(reference.to())
                        + ")) LIMIT 1)");
              }
            });
  }
}
