package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import dev.weirkeeper.drift.taxonomy.RenameEvidence.Values;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Renames whose true history is known, shown to us as two states of a real database without their
 * identities: with and without declarations, with and without values.
 */
class RenameCorpusIT {
  private static final int ROWS = 1_200;

  /** Kind, scope, shape, name, comment and memberships of all that can be renamed. */
  private static final String THINGS =
      """
      WITH spaces AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('public', 'myschema')),
      tables AS (SELECT c.oid, nspname, relname FROM pg_class c JOIN spaces s ON s.oid = relnamespace
                 WHERE relkind = 'r')
      SELECT 'column', nspname || '.' || relname, attname, format_type(atttypid, atttypmod),
             col_description(attrelid, attnum),
             ARRAY(SELECT CASE WHEN indisprimary THEN 'primary' WHEN indisunique THEN 'unique'
                               ELSE 'index' END || array_position(indkey::int2[], attnum)
                   FROM pg_index WHERE indrelid = attrelid AND attnum = ANY (indkey))
               || CASE WHEN attnotnull THEN ARRAY['required'] ELSE '{}' END, attnum
      FROM pg_attribute JOIN tables t ON t.oid = attrelid WHERE attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT 'table', nspname, relname, 'table', obj_description(oid, 'pg_class'),
             ARRAY(SELECT attname || ':' || format_type(atttypid, atttypmod) FROM pg_attribute
                   WHERE attrelid = oid AND attnum > 0 AND NOT attisdropped), 0
      FROM tables
      UNION ALL
      SELECT 'index', nspname, i.relname,
             replace(pg_get_indexdef(i.oid), quote_ident(i.relname), ''),
             obj_description(i.oid, 'pg_class'), '{}', 0
      FROM pg_index x JOIN pg_class i ON i.oid = indexrelid JOIN tables t ON t.oid = indrelid
      WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
      UNION ALL
      SELECT 'constraint', nspname || '.' || relname, conname, pg_get_constraintdef(c.oid),
             obj_description(c.oid, 'pg_constraint'), '{}', 0
      FROM pg_constraint c JOIN tables t ON t.oid = conrelid WHERE contype <> 'n'
      UNION ALL
      SELECT 'enum', nspname, typname, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder)
             FROM pg_enum WHERE enumtypid = t.oid), obj_description(t.oid, 'pg_type'), '{}', 0
      FROM pg_type t JOIN spaces s ON s.oid = typnamespace WHERE typtype = 'e'
      UNION ALL
      SELECT 'label', nspname || '.' || typname, enumlabel, 'label', NULL, '{}', enumsortorder::int
      FROM pg_enum e JOIN pg_type t ON t.oid = enumtypid JOIN spaces s ON s.oid = typnamespace
      ORDER BY 1, 2, 7, 3
      """;

  private static LocalPostgres postgres;
  private static Connection connection;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = LocalPostgres.start(Map.of("fsync", "off"));
    postgres.createDatabase("renames");
    connection = postgres.connect("renames");
    connection.setAutoCommit(false);
  }

  @AfterAll
  static void stop() throws IOException, SQLException {
    connection.close();
    postgres.close();
  }

  /** By kind and scope. */
  private record State(Map<String, List<Renamable>> things) {
    List<Renamable> of(String kind, String scope) {
      return things.getOrDefault(kind + " " + scope, List.of());
    }

    Set<String> scopes(String kind) {
      Set<String> scopes = new TreeSet<>();
      things.values().stream()
          .map(list -> list.get(0))
          .filter(thing -> thing.kind().equals(kind))
          .forEach(thing -> scopes.add(thing.scope()));
      return scopes;
    }
  }

  private static State state() throws SQLException {
    Map<String, List<Renamable>> things = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(THINGS)) {
      while (row.next()) {
        things
            .computeIfAbsent(row.getString(1) + " " + row.getString(2), key -> new ArrayList<>())
            .add(
                new Renamable(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    Optional.empty(),
                    Optional.ofNullable(row.getString(5)),
                    Set.of((String[]) row.getArray(6).getArray())));
      }
    }
    return new State(things);
  }

  private static void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (sql.contains("myschema.") && !sql.contains("CREATE SCHEMA")) {
        statement.execute("CREATE SCHEMA myschema");
      }
      statement.execute(sql);
    }
  }

  private static State after(String sql) throws SQLException {
    run(sql);
    State state = state();
    connection.rollback();
    return state;
  }

  /** What is found in all scopes; those of tables and enums that have another name go with it. */
  private static RenameFindings find(State before, State after, RenameEvidence evidence) {
    List<Rename> renames = new ArrayList<>();
    List<RenameQuestion> questions = new ArrayList<>();
    for (String kind : List.of("table", "enum", "index", "column", "constraint", "label")) {
      for (String scope : after.scopes(kind)) {
        String container = kind.equals("label") ? "enum" : "table";
        String former =
            renames.stream()
                .filter(rename -> rename.kind().equals(container))
                .filter(rename -> scope.equals(rename.scope() + "." + rename.to()))
                .map(rename -> rename.scope() + "." + rename.from())
                .findFirst()
                .orElse(scope);
        RenameFindings found =
            RenameCandidates.between(before.of(kind, former), after.of(kind, scope), evidence);
        renames.addAll(found.renames());
        questions.addAll(found.questions());
      }
    }
    return new RenameFindings(renames, questions);
  }

  /** What was asserted, asked, or neither, over all records. */
  private static final class Tally {
    private final List<String> unasserted = new ArrayList<>();
    private int asserted;
    private int asked;
    private int none;
    private final List<String> wrong = new ArrayList<>();

    void add(String id, RenameFindings found) {
      if (found.renames().isEmpty()) {
        unasserted.add(id);
      }
      if (!found.renames().isEmpty()) {
        asserted++;
      } else if (!found.questions().isEmpty()) {
        asked++;
      } else {
        none++;
      }
    }

    void print(String how) {
      System.out.println(
          "corpus rename-ambiguity "
              + how
              + ": asserted "
              + asserted
              + ", asked "
              + asked
              + ", none "
              + none
              + " of "
              + (asserted + asked + none)
              + "; wrong "
              + wrong.size());
    }
  }

  @Test
  void names_alone_assert_nothing_and_declarations_only_what_they_say()
      throws IOException, SQLException {
    Tally alone = new Tally();
    Tally declared = new Tally();
    for (Map<String, Json> record : Corpora.records("rename-ambiguity")) {
      String id = Corpora.text(record, "id");
      State before = after(Corpora.text(record, "before"));
      State after = after(Corpora.text(record, "after"));
      List<Declared> said = RenameAnnotations.in(Corpora.text(record, "after"));
      RenameEvidence evidence = new RenameEvidence(said, List.of());

      RenameFindings byName = find(before, after, RenameEvidence.none());
      RenameFindings byWord = find(before, after, evidence);

      alone.add(id, byName);
      declared.add(id, byWord);
      byName.renames().forEach(rename -> alone.wrong.add(id + " " + rename));
      for (Rename rename : byWord.renames()) {
        Declared pair = new Declared(rename.kind(), rename.scope(), rename.from(), rename.to());
        if (!said.contains(pair) || rename.basis() != Rename.Basis.DECLARED) {
          declared.wrong.add(id + " " + rename);
        }
      }
    }
    alone.print("names alone");
    declared.print("with declarations");

    assertThat(alone.wrong).isEmpty();
    assertThat(declared.wrong).isEmpty();
    assertThat(alone.asserted).isZero();
    assertThat(declared.unasserted)
        .filteredOn(id -> !id.startsWith("authored"))
        .containsExactlyInAnyOrder(
            // The rename was done before, so the declaration says nothing any more.
            "sqldef/tests_rename/RenameColumnIdempotency",
            // The old column is still there, or the old type never was.
            "sqldef/tests_rename/RenameColumnConflictingNames",
            "sqldef/tests_types/RenameEnumTypeOldTypeNotFound",
            // The comment stands where it belongs to nobody.
            "sqldef/tests_types/RenameEnumTypeCommentBeforeTypeKeywordIgnored",
            "sqldef/tests_types/RenameEnumTypeCommentBeforeTypeNameIgnored",
            "sqldef/tests_types/RenameEnumTypeCommentAfterAsIgnored",
            "sqldef/tests_types/RenameEnumTypeCommentAfterEnumIgnored");
  }

  @Test
  void values_assert_what_truly_happened_and_nothing_else() throws IOException, SQLException {
    Tally tally = new Tally();
    List<String> byValues = new ArrayList<>();
    for (Map<String, Json> record : Corpora.records("rename-ambiguity")) {
      if (!record.containsKey("true_history")) {
        continue;
      }
      String id = Corpora.text(record, "id");
      run(Corpora.text(record, "before"));
      State before = state();
      Map<String, String> truth = new LinkedHashMap<>();
      seed(before);
      remember(before);
      run(Corpora.text(record, "true_history"));
      State after = state();
      RenameEvidence evidence = compare(before, after, truth);
      connection.rollback();

      RenameFindings found = find(before, after, evidence);

      tally.add(id, found);
      for (Rename rename : found.renames()) {
        byValues.add(id + " " + rename.from() + ">" + rename.to());
        if (!rename.to().equals(truth.get(rename.scope() + "." + rename.from()))) {
          tally.wrong.add(id + " " + rename);
        }
      }
    }
    tally.print("with values");

    assertThat(tally.wrong).isEmpty();
    assertThat(byValues)
        .containsExactlyInAnyOrder(
            "authored-rename/00 a>x",
            "authored-rename/02 a>x",
            "authored-rename/03 a>y",
            "authored-rename/03 b>x",
            "authored-rename/09 a>b",
            "authored-rename/10 userid>userId",
            "authored-rename/11 a>order",
            "authored-rename/12 a>aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg",
            "authored-rename/13 id>pk",
            "authored-rename/14 r_id>ref",
            "authored-rename/19 a1>b3",
            "authored-rename/19 a2>b1",
            "authored-rename/19 a3>b2",
            "authored-rename/20 a>customer_age");
  }

  private static String quoted(String scope, String... names) {
    StringBuilder text = new StringBuilder();
    String[] parts = scope.split("\\.");
    List<String> all = new ArrayList<>(Arrays.asList(parts));
    all.addAll(Arrays.asList(names));
    for (String part : all) {
      text.append(text.length() == 0 ? "" : ".").append('"').append(part).append('"');
    }
    return text.toString();
  }

  /** Rows with values that do not repeat much, in the order in which tables refer to each other. */
  private static void seed(State before) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : before.scopes("column")) {
        List<String> values = new ArrayList<>();
        List<Renamable> columns = before.of("column", table);
        for (int i = 0; i < columns.size(); i++) {
          Renamable column = columns.get(i);
          boolean key = column.memberships().contains("primary1");
          String mixed = "(g * " + (7919 + 104 * i) + " + " + i + ") % " + ROWS + " + 1";
          values.add(
              key
                  ? "g"
                  : switch (column.shape()) {
                    case "text" -> "'v" + i + "-' || (" + mixed + ")";
                    case "e" -> "(enum_range(NULL::e))[1 + g % 2]";
                    default -> mixed;
                  });
        }
        statement.execute(
            "INSERT INTO "
                + quoted(table)
                + " SELECT "
                + String.join(", ", values)
                + " FROM generate_series(1, "
                + ROWS
                + ") g");
      }
    }
  }

  /** The tables as they were, by OID. */
  private static void remember(State before) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : before.scopes("column")) {
        statement.execute("CREATE TEMP TABLE \"was " + table + "\" AS TABLE " + quoted(table));
        statement.execute("COMMENT ON TABLE \"was " + table + "\" IS '" + oid(quoted(table)) + "'");
      }
    }
  }

  private static String oid(String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT '" + table.replace("'", "''") + "'::regclass::oid")) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Counts equal values of each old column and each new one, by the first column, which is the key
   * in all records; and what became of each column in truth: by its number, or a copy of it.
   */
  private static RenameEvidence compare(State before, State after, Map<String, String> truth)
      throws SQLException {
    List<Values> values = new ArrayList<>();
    for (String table : before.scopes("column")) {
      if (after.of("column", table).isEmpty()) {
        continue;
      }
      String was = before.of("column", table).get(0).name();
      String is = after.of("column", table).get(0).name();
      boolean same = commentOf(table).equals(oid(quoted(table)));
      for (Renamable old : before.of("column", table)) {
        for (Renamable now : after.of("column", table)) {
          Values counted = count(table, was, is, old.name(), now.name());
          values.add(counted);
          if (same && numbered(table, old, now) || counted.equal() == ROWS && !keyish(old)) {
            truth.put(table + "." + old.name(), now.name());
          }
        }
      }
    }
    return new RenameEvidence(List.of(), values);
  }

  private static boolean keyish(Renamable column) {
    return column.memberships().contains("primary1");
  }

  private static String commentOf(String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT obj_description('\"was " + table + "\"'::regclass, 'pg_class')")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Numbers of columns that were never dropped are those of the table as it was made. */
  private static boolean numbered(String table, Renamable old, Renamable now) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT (SELECT attnum FROM pg_attribute WHERE attrelid = '\"was "
                    + table
                    + "\"'::regclass AND attname = '"
                    + old.name()
                    + "') = (SELECT attnum FROM pg_attribute WHERE attrelid = '"
                    + quoted(table)
                    + "'::regclass AND attname = '"
                    + now.name()
                    + "')")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static Values count(String table, String was, String is, String old, String now)
      throws SQLException {
    String a = "a." + quoted(old) + "::text";
    String b = "b." + quoted(now) + "::text";
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FILTER (WHERE "
                    + a
                    + " IS NOT NULL OR "
                    + b
                    + " IS NOT NULL), count(*) FILTER (WHERE "
                    + a
                    + " = "
                    + b
                    + "), count(DISTINCT "
                    + a
                    + ") FILTER (WHERE "
                    + a
                    + " = "
                    + b
                    + ") FROM \"was "
                    + table
                    + "\" a JOIN "
                    + quoted(table)
                    + " b ON a."
                    + quoted(was)
                    + " = b."
                    + quoted(is))) {
      row.next();
      return new Values(table, old, now, row.getLong(1), row.getLong(2), row.getLong(3));
    }
  }
}
