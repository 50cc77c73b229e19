package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.taxonomy.Way;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What one mirror is told, in the words of its system. Used once for each table. */
final class TableStatements {
  private static final String NOTHING = "";
  private static final int MYSQL_INSTANT_VERSIONS = 64;

  private final MirrorDraft draft;
  private final Syntax syntax;
  private final Dialect dialect;
  private final Table table;

  /** Names of the mirror's columns as they are at this point of the migration. */
  private final Set<String> names = new TreeSet<>();

  /** By new name, what a column is called at this point. */
  private final Map<String, String> called = new HashMap<>();

  TableStatements(MirrorDraft draft, Table table) {
    this.draft = draft;
    this.syntax = draft.syntax();
    this.dialect = draft.dialect();
    this.table = table;
  }

  private String quoted() {
    return syntax.name(table.name());
  }

  /** Statements that create the mirror; none if its key cannot be one, which was said then. */
  List<String> create(List<MirrorColumn> columns) {
    List<String> key = MirrorColumn.key(table);
    if (dialect == Dialect.MYSQL) {
      Optional<MirrorColumn> endless =
          columns.stream()
              .filter(column -> key.contains(column.name()))
              .filter(column -> column.type().orElseThrow().startsWith("LONG"))
              .findFirst();
      if (endless.isPresent()) {
        draft.refuse(
            "table.added",
            table.name().toString(),
            "the key column '"
                + endless.get().name()
                + "' has no greatest length, which a key there needs");
        return List.of();
      }
    }
    List<String> parts =
        new ArrayList<>(columns.stream().map(column -> declared(column, column.name())).toList());
    List<String> statements = new ArrayList<>();
    if (!key.isEmpty()) {
      String listed = key.stream().map(syntax::name).collect(Collectors.joining(", "));
      switch (dialect) {
        case SNOWFLAKE, MYSQL -> parts.add("PRIMARY KEY (" + listed + ")");
        case BIGQUERY -> parts.add("PRIMARY KEY (" + listed + ") NOT ENFORCED");
        case ICEBERG_V2, ICEBERG_V3 ->
            statements.add("ALTER TABLE " + quoted() + " SET IDENTIFIER FIELDS " + listed);
        case DUCKDB -> statements.add(keyIndex(table.name(), key));
        case DELTA -> draft.remark("Delta keeps no key: whoever writes the mirror has to.");
      }
    }
    statements.add(
        0, "CREATE TABLE " + quoted() + " (" + String.join(", ", parts) + ")" + format());
    if (dialect != Dialect.MYSQL) {
      columns.stream()
          .filter(column -> column.comment().isPresent())
          .forEach(column -> statements.add(comment(column, column.name())));
    }
    table.comment().ifPresent(text -> statements.add(tableComment(text)));
    return statements;
  }

  private String format() {
    return switch (dialect) {
      case DELTA -> " USING delta";
      case ICEBERG_V2 -> " USING iceberg TBLPROPERTIES ('format-version' = '2')";
      case ICEBERG_V3 -> " USING iceberg TBLPROPERTIES ('format-version' = '3')";
      default -> NOTHING;
    };
  }

  /** A column as it stands in CREATE TABLE, and in MySQL's MODIFY. */
  private String declared(MirrorColumn column, String name) {
    return syntax.name(name) + " " + definition(column, column.nullability());
  }

  private String definition(MirrorColumn column, Nullability nullability) {
    return column.type().orElseThrow()
        + (nullability == Nullability.REQUIRED ? " NOT NULL" : NOTHING)
        + (dialect == Dialect.MYSQL
            ? column.comment().map(text -> " COMMENT " + syntax.text(text)).orElse(NOTHING)
            : NOTHING);
  }

  private String keyIndexName(ObjectName of) {
    return syntax.name(of.name() + "_key");
  }

  private String keyIndex(ObjectName of, List<String> key) {
    return "CREATE UNIQUE INDEX "
        + keyIndexName(of)
        + " ON "
        + syntax.name(of)
        + " ("
        + key.stream().map(syntax::name).collect(Collectors.joining(", "))
        + ")";
  }

  private String tableComment(String text) {
    return syntax.fill(syntax.commentTable(), table.name(), NOTHING, syntax.text(text));
  }

  private String comment(MirrorColumn column, String name) {
    return syntax.fill(
        syntax.commentColumn(),
        table.name(),
        syntax.name(name),
        syntax.text(column.comment().orElse(NOTHING)));
  }

  String rename(ObjectName from, ObjectName to) {
    // Where a table is renamed within its schema the new name stands alone.
    String name =
        dialect == Dialect.SNOWFLAKE
                || dialect == Dialect.MYSQL
                || dialect == Dialect.DELTA
                || dialect == Dialect.ICEBERG_V2
                || dialect == Dialect.ICEBERG_V3
            ? syntax.name(to)
            : syntax.name(to.name());
    return syntax.fill(syntax.renameTable(), from, NOTHING, name);
  }

  /** Statements that give the mirror its new name. */
  List<String> renamed(Table was) {
    List<String> key = MirrorColumn.key(was);
    if (dialect != Dialect.DUCKDB || key.isEmpty()) {
      return List.of(rename(was.name(), table.name()));
    }
    return List.of(
        dropKeyIndex(was.name()), rename(was.name(), table.name()), keyIndex(table.name(), key));
  }

  private String dropKeyIndex(ObjectName of) {
    String schema = of.schema().isEmpty() ? NOTHING : syntax.name(of.schema()) + ".";
    return "DROP INDEX IF EXISTS " + schema + keyIndexName(of);
  }

  void follow(Table was, List<SchemaChange> changes) {
    Optional<String> fault = draft.fault(table);
    if (fault.isPresent()) {
      changes.stream()
          .map(SchemaChange::kind)
          .distinct()
          .forEach(kind -> draft.refuse(kind, table.name().toString(), fault.get()));
      return;
    }
    was.columns().forEach(column -> names.add(MirrorDraft.folded(column.name())));
    Map<String, TableColumn> survivors = survivors(was, changes);
    survivors.forEach((name, column) -> called.put(name, column.name()));
    keys(changes);
    removed(was, changes);
    for (TableColumn column : table.columns()) {
      TableColumn old = survivors.get(column.name());
      if (old != null) {
        relax(changes, column);
        type(draft.former(was, old), draft.now(table, column), changes);
      }
    }
    renames(changes);
    for (TableColumn column : table.columns()) {
      if (!survivors.containsKey(column.name())) {
        add(column, changes);
      }
    }
    comments(changes);
  }

  /** By new name, what a column was. */
  private Map<String, TableColumn> survivors(Table was, List<SchemaChange> changes) {
    Map<String, String> former = new HashMap<>();
    Set<String> added = new TreeSet<>();
    for (SchemaChange change : changes) {
      if (change.subject().kind() == Item.Kind.COLUMN) {
        if (change instanceof SchemaChange.Renamed renamed) {
          former.put(change.subject().part(), renamed.former().part());
        } else if (change instanceof SchemaChange.Added) {
          added.add(change.subject().part());
        }
      }
    }
    Map<String, TableColumn> found = new HashMap<>();
    for (TableColumn column : table.columns()) {
      if (!added.contains(column.name())) {
        was.column(former.getOrDefault(column.name(), column.name()))
            .ifPresent(old -> found.put(column.name(), old));
      }
    }
    return found;
  }

  private void keys(List<SchemaChange> changes) {
    changes.stream()
        .map(SchemaChange::kind)
        .filter(
            kind ->
                kind.equals("pk.added")
                    || kind.equals("pk.removed")
                    || kind.equals("pk.columns-changed"))
        .distinct()
        .forEach(
            kind ->
                draft.refuse(
                    kind,
                    table.name().toString(),
                    "rows of the mirror are found by its key: with another one it has to be loaded"
                        + " anew"));
  }

  private void removed(Table was, List<SchemaChange> changes) {
    for (SchemaChange change : changes) {
      if (change instanceof SchemaChange.Removed && change.subject().kind() == Item.Kind.COLUMN) {
        String name = change.subject().part();
        draft.remark(
            "The source removed "
                + change.subject()
                + ". The mirror keeps the column with its values; later rows have NULL there.");
        if (MirrorColumn.key(was).contains(name)) {
          draft.refuse(
              change.kind(),
              change.subject().toString(),
              "it is a part of the mirror's key: with another one it has to be loaded anew");
        }
      }
    }
  }

  private void relax(List<SchemaChange> changes, TableColumn column) {
    boolean relaxed =
        altered(changes, column.name(), Property.NULLABILITY)
            .flatMap(SchemaChange.Altered::after)
            .filter(Nullability.OPTIONAL.name()::equals)
            .isPresent();
    if (!relaxed || !draft.allows("relax", "column.nullability-relaxed", subject(column.name()))) {
      return;
    }
    MirrorColumn now = draft.now(table, column);
    String name = calledNow(column.name());
    String third = definition(now, Nullability.OPTIONAL) + rebuilding();
    alter(
        "column.nullability-relaxed",
        List.of(syntax.fill(syntax.relax(), table.name(), syntax.name(name), third)),
        name,
        Way.METADATA_ONLY,
        "The column takes NULL",
        List.of(),
        Set.of());
  }

  private static Optional<SchemaChange.Altered> altered(
      List<SchemaChange> changes, String column, Property property) {
    return changes.stream()
        .filter(SchemaChange.Altered.class::isInstance)
        .map(SchemaChange.Altered.class::cast)
        .filter(change -> change.property() == property)
        .filter(change -> change.subject().kind() == Item.Kind.COLUMN)
        .filter(change -> change.subject().part().equals(column))
        .findFirst();
  }

  private String calledNow(String column) {
    return called.getOrDefault(column, column);
  }

  private String subject(String column) {
    return table.name() + "." + column;
  }

  private void type(MirrorColumn old, MirrorColumn now, List<SchemaChange> changes) {
    Optional<Retype> retype = Retype.of(draft, old, now);
    if (retype.isEmpty()) {
      return;
    }
    String kind =
        altered(changes, now.name(), Property.TYPE)
            .map(SchemaChange::kind)
            .orElse("enum.label-added");
    String subject = subject(now.name());
    switch (retype.get().course()) {
      case NONE -> {}
      case KEPT ->
          draft.remark(
              "The mirror keeps the type of " + subject + ", which holds all that comes now.");
      case REREAD ->
          draft.remark(
              "Values of " + subject + " read otherwise now: load the column again when it suits.");
      case REFUSED -> draft.refuse(kind, subject, retype.get().why());
      case ALTER -> alterType(kind, old, now, retype.get());
      case STAGED -> staged(kind, now);
    }
  }

  private void alterType(String kind, MirrorColumn old, MirrorColumn now, Retype retype) {
    String name = calledNow(now.name());
    if (dialect == Dialect.DELTA) {
      widening();
    }
    if (dialect == Dialect.SNOWFLAKE) {
      draft.remark(
          "Snowflake: CREATE TABLE … CLONE before the first statement costs nothing and is the way"
              + " back.");
    }
    String type =
        dialect == Dialect.MYSQL
            ? definition(now, now.nullability()) + copying(retype.way())
            : now.type().orElseThrow();
    EnumSet<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    if (retype.way() == Way.REWRITE) {
      hazards.add(Hazard.TABLE_REWRITE);
    }
    String statement = syntax.fill(syntax.changeType(), table.name(), syntax.name(name), type);
    if (MirrorColumn.key(table).contains(now.name()) && dialect == Dialect.DUCKDB) {
      keyType(kind, statement, hazards);
      return;
    }
    alter(
        kind,
        List.of(statement),
        name,
        retype.way(),
        "The column has the type "
            + now.type().orElseThrow()
            + " instead of "
            + old.type().orElseThrow(),
        List.of(),
        hazards);
  }

  /**
   * DuckDB refuses it in the transaction that dropped the index, so there is a time without one.
   */
  private void keyType(String kind, String statement, EnumSet<Hazard> hazards) {
    hazards.add(Hazard.UNPROTECTED_WINDOW);
    step(
        kind,
        List.of(dropKeyIndex(table.name())),
        Work.CATALOG_ONLY,
        EnumSet.of(Hazard.INDEX_DROPPED, Hazard.UNPROTECTED_WINDOW),
        "Nobody else writes the mirror until the index is back",
        "The key has no index",
        List.of(keyIndex(table.name(), currentKey())));
    hazards.add(Hazard.INDEX_BUILD);
    step(
        kind,
        List.of(statement, keyIndex(table.name(), currentKey())),
        Work.REWRITE,
        hazards,
        "The key has no index",
        "The key column has its new type and the index is back",
        List.of());
  }

  private List<String> currentKey() {
    return MirrorColumn.key(table).stream().map(name -> called.getOrDefault(name, name)).toList();
  }

  private void widening() {
    step(
        "column.type-widened",
        List.of(
            "ALTER TABLE " + quoted() + " SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')"),
        Work.CATALOG_ONLY,
        EnumSet.of(Hazard.PROTOCOL_UPGRADE),
        "Every reader of the table knows the table feature typeWidening",
        "The table has the feature",
        List.of("ALTER TABLE " + quoted() + " DROP FEATURE 'typeWidening'"));
  }

  /** A new column beside the old one, filled from it, which then takes its name. */
  private void staged(String kind, MirrorColumn now) {
    String name = calledNow(now.name());
    String fresh = name + "__new";
    String kept = name + "__before";
    String subject = subject(now.name());
    for (String each : List.of(fresh, kept)) {
      Optional<String> fault = syntax.fault(each);
      if (fault.isPresent() || names.contains(MirrorDraft.folded(each))) {
        draft.refuse(
            kind, subject, "the way around it needs a column '" + each + "', which cannot be made");
        return;
      }
    }
    if (MirrorColumn.key(table).contains(now.name())) {
      draft.refuse(kind, subject, "it is a part of the key: the mirror has to be loaded anew");
      return;
    }
    if (!draft.allows("rename-column", kind, subject)) {
      return;
    }
    String type = now.type().orElseThrow();
    step(
        kind,
        List.of(syntax.fill(syntax.addColumn(), table.name(), syntax.name(fresh), type)),
        Work.CATALOG_ONLY,
        EnumSet.noneOf(Hazard.class),
        "There is no column " + fresh,
        "There is an empty column " + fresh,
        List.of("ALTER TABLE " + quoted() + " DROP COLUMN " + syntax.name(fresh)));
    draft.add(
        new Migration.Step(
            kind,
            table.name(),
            List.of(
                "UPDATE "
                    + quoted()
                    + " SET "
                    + syntax.name(fresh)
                    + " = CAST("
                    + syntax.name(name)
                    + " AS "
                    + type
                    + ") WHERE "
                    + syntax.name(name)
                    + " IS NOT NULL"),
            Migration.Commit.TRANSACTION,
            Route.BATCHES,
            Map.of(),
            Work.REWRITE,
            Set.of(Hazard.BACKFILL_NEEDED),
            "Nothing writes " + name + " meanwhile",
            Optional.empty(),
            "No row has a value in one of the two columns and not in the other",
            List.of(),
            Optional.empty()));
    step(
        kind,
        swap(name, fresh, kept),
        Work.CATALOG_ONLY,
        EnumSet.of(Hazard.BREAKS_VIEW_LATER),
        "All rows are filled",
        "The column " + name + " has the type " + type,
        swap(name, kept, fresh));
    names.add(MirrorDraft.folded(kept));
    draft.remark(
        "The former column of " + subject + " stays as '" + kept + "' until a person drops it.");
  }

  /** {@code name} becomes {@code aside}, and {@code next} becomes {@code name}. */
  private List<String> swap(String name, String next, String aside) {
    String first =
        syntax.fill(syntax.renameColumn(), table.name(), syntax.name(name), syntax.name(aside));
    if (dialect == Dialect.BIGQUERY) {
      return List.of(first + ", RENAME COLUMN " + syntax.name(next) + " TO " + syntax.name(name));
    }
    return List.of(
        first,
        syntax.fill(syntax.renameColumn(), table.name(), syntax.name(next), syntax.name(name)));
  }

  /** Renames a column only when its new name is free; names that go in a circle never are. */
  private void renames(List<SchemaChange> changes) {
    List<SchemaChange.Renamed> waiting = new ArrayList<>();
    for (SchemaChange change : changes) {
      if (change instanceof SchemaChange.Renamed renamed
          && change.subject().kind() == Item.Kind.COLUMN) {
        waiting.add(renamed);
      }
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (SchemaChange.Renamed renamed : List.copyOf(waiting)) {
        String old = renamed.former().part();
        String now = renamed.subject().part();
        boolean free =
            !names.contains(MirrorDraft.folded(now))
                || MirrorDraft.folded(now).equals(MirrorDraft.folded(old));
        if (free) {
          waiting.remove(renamed);
          moved = true;
          rename(renamed.kind(), old, now);
        }
      }
    }
    for (SchemaChange.Renamed renamed : waiting) {
      draft.refuse(
          renamed.kind(),
          renamed.subject().toString(),
          "its new name is that of another column of the mirror, which would be lost or read for"
              + " it: a person has to decide");
    }
  }

  private void rename(String kind, String old, String now) {
    if (!draft.allows("rename-column", kind, subject(now))) {
      return;
    }
    if (MirrorDraft.folded(now).equals(MirrorDraft.folded(old)) && dialect != Dialect.SNOWFLAKE) {
      draft.remark(
          "The mirror's name of "
              + subject(now)
              + " stays '"
              + old
              + "': the two differ only in case.");
      return;
    }
    names.remove(MirrorDraft.folded(old));
    names.add(MirrorDraft.folded(now));
    called.put(now, now);
    alter(
        kind,
        List.of(
            syntax.fill(syntax.renameColumn(), table.name(), syntax.name(old), syntax.name(now))
                + instantly()),
        now,
        Way.METADATA_ONLY,
        "The column with its values is called " + now,
        List.of(
            syntax.fill(syntax.renameColumn(), table.name(), syntax.name(now), syntax.name(old))),
        Set.of(Hazard.BREAKS_VIEW_LATER));
  }

  private void add(TableColumn column, List<SchemaChange> changes) {
    MirrorColumn now = draft.now(table, column);
    SchemaChange change =
        changes.stream()
            .filter(each -> each instanceof SchemaChange.Added)
            .filter(each -> each.subject().equals(Item.column(table.name(), column.name())))
            .findFirst()
            .orElseThrow();
    String subject = subject(column.name());
    if (now.type().isEmpty()) {
      draft.refuse(change.kind(), subject, draft.uncarried(now));
      return;
    }
    if (names.contains(MirrorDraft.folded(column.name()))) {
      draft.refuse(
          change.kind(),
          subject,
          "the mirror keeps a column of that name with the history of another one: rename that one"
              + " first, then load this one");
      return;
    }
    if (!draft.allows("add-nullable", change.kind(), subject)) {
      return;
    }
    names.add(MirrorDraft.folded(column.name()));
    called.put(column.name(), column.name());
    fill(change.kind(), column, now);
  }

  private void fill(String kind, TableColumn column, MirrorColumn now) {
    String name = syntax.name(column.name());
    String type =
        dialect == Dialect.MYSQL ? definition(now, Nullability.OPTIONAL) : now.type().orElseThrow();
    Optional<Constant> constant =
        column.filling() == TableColumn.Filling.PLAIN
            ? column.defaultValue().flatMap(Constant::of)
            : Optional.empty();
    boolean computed =
        column.defaultValue().isPresent() && constant.isEmpty()
            || column.filling() != TableColumn.Filling.PLAIN;
    alter(
        kind,
        List.of(syntax.fill(syntax.addColumn(), table.name(), name, type) + instantly()),
        column.name(),
        Way.METADATA_ONLY,
        "There is a column " + column.name() + " that takes NULL",
        List.of("ALTER TABLE " + quoted() + " DROP COLUMN " + name),
        computed || constant.isPresent()
            ? Set.of(Hazard.PRIVILEGE_EXPOSURE, Hazard.BACKFILL_NEEDED)
            : Set.of(Hazard.PRIVILEGE_EXPOSURE));
    if (constant.isPresent()) {
      // A default at the target would invent values for rows that have NULL at the source.
      draft.add(
          new Migration.Step(
              kind,
              table.name(),
              List.of(
                  "UPDATE "
                      + quoted()
                      + " SET "
                      + name
                      + " = "
                      + constant.get().in(syntax, now.type().orElseThrow())
                      + " WHERE "
                      + name
                      + " IS NULL"),
              Migration.Commit.TRANSACTION,
              Route.BATCHES,
              Map.of(),
              Work.REWRITE,
              Set.of(Hazard.BACKFILL_NEEDED),
              "No row of the source has come since the column was added",
              Optional.empty(),
              "Rows that were there have the value that they read at the source",
              List.of(),
              Optional.empty()));
    } else if (computed) {
      draft.remark(
          "Old rows of "
              + subject(column.name())
              + " have values that only the source knows: load the column.");
    }
  }

  private void comments(List<SchemaChange> changes) {
    for (SchemaChange change : changes) {
      if (!(change instanceof SchemaChange.Altered altered)
          || altered.property() != Property.COMMENT) {
        if (change instanceof SchemaChange.Added
            && change.subject().kind() == Item.Kind.COLUMN
            && dialect != Dialect.MYSQL) {
          table
              .column(change.subject().part())
              .filter(column -> column.comment().isPresent())
              .filter(column -> called.containsKey(column.name()))
              .ifPresent(column -> describe("column.comment-changed", column));
        }
        continue;
      }
      if (change.subject().kind() == Item.Kind.TABLE) {
        step(
            change.kind(),
            List.of(tableComment(altered.after().orElse(NOTHING))),
            Work.CATALOG_ONLY,
            EnumSet.noneOf(Hazard.class),
            "There is a table " + table.name(),
            "The table has the comment of the source",
            List.of(tableComment(altered.before().orElse(NOTHING))));
      } else if (change.subject().kind() == Item.Kind.COLUMN) {
        table
            .column(change.subject().part())
            .filter(column -> called.containsKey(column.name()))
            .ifPresent(column -> describe(change.kind(), column));
      }
    }
  }

  private void describe(String kind, TableColumn column) {
    MirrorColumn now = draft.now(table, column);
    String name = calledNow(column.name());
    if (now.type().isEmpty()) {
      return;
    }
    String statement =
        dialect == Dialect.MYSQL
            ? syntax.fill(
                    syntax.changeType(),
                    table.name(),
                    syntax.name(name),
                    definition(now, now.nullability()))
                + instantly()
            : comment(now, name);
    step(
        kind,
        List.of(statement),
        Work.CATALOG_ONLY,
        EnumSet.noneOf(Hazard.class),
        "There is a column " + name,
        "The column has the comment of the source",
        List.of());
  }

  /** MySQL refuses rather than rebuilds a table in silence, if it is told how. */
  private String instantly() {
    return dialect == Dialect.MYSQL ? ", ALGORITHM=INSTANT" : NOTHING;
  }

  private String rebuilding() {
    return dialect == Dialect.MYSQL ? ", ALGORITHM=INPLACE, LOCK=NONE" : NOTHING;
  }

  private String copying(Way way) {
    return dialect == Dialect.MYSQL && way == Way.REWRITE
        ? ", ALGORITHM=COPY, LOCK=SHARED"
        : rebuilding();
  }

  /** A change of one column; DuckDB's key index stands aside for it. */
  private void alter(
      String kind,
      List<String> statements,
      String column,
      Way way,
      String verification,
      List<String> undo,
      Set<Hazard> more) {
    List<String> all = new ArrayList<>(statements);
    EnumSet<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    hazards.addAll(more);
    List<String> key = currentKey();
    if (dialect == Dialect.DUCKDB && !key.isEmpty()) {
      all.add(0, dropKeyIndex(table.name()));
      all.add(keyIndex(table.name(), key));
      hazards.add(Hazard.INDEX_BUILD);
    }
    if (dialect == Dialect.MYSQL && statements.get(0).contains("ALGORITHM=INSTANT")) {
      hazards.add(Hazard.ROW_VERSION_LIMIT);
      draft.remark(
          "MySQL takes "
              + MYSQL_INSTANT_VERSIONS
              + " instant changes of a table; then it has to be rebuilt.");
    }
    step(
        kind,
        all,
        way == Way.REWRITE ? Work.REWRITE : Work.CATALOG_ONLY,
        hazards,
        "The mirror has a column or a place for " + column,
        verification,
        undo);
  }

  private void step(
      String kind,
      List<String> statements,
      Work work,
      EnumSet<Hazard> hazards,
      String precondition,
      String verification,
      List<String> undo) {
    EnumSet<Hazard> all = EnumSet.copyOf(hazards);
    if (dialect == Dialect.MYSQL) {
      all.add(Hazard.AUTO_COMMIT_DDL);
    }
    draft.add(
        new Migration.Step(
            kind,
            table.name(),
            statements,
            Migration.Commit.TRANSACTION,
            Route.SCRIPT,
            Map.of(),
            work,
            all,
            precondition,
            Optional.empty(),
            verification,
            undo,
            Optional.empty()));
  }
}
