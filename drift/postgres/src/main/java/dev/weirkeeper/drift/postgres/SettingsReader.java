package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.Setting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads what lies around the tables of a feed: one query for all of them. Confined to the thread of
 * its feed.
 */
final class SettingsReader {
  private static final String SQL = Resources.sql("settings.sql");

  private final PostgresFeed.Options options;
  private final Catalog catalog;
  private boolean hasRead;

  SettingsReader(PostgresFeed.Options options, Catalog catalog) {
    this.options = options;
    this.catalog = catalog;
  }

  /** A row of {@code settings.sql}. */
  private record Read(
      Optional<String> relation,
      Optional<String> namesake,
      Optional<String> persistence,
      Optional<String> owner,
      Optional<String> comment,
      Optional<String> storage,
      Optional<List<Setting.Thing>> columns,
      Optional<List<Setting.Thing>> children,
      Optional<List<Setting.Thing>> partitions,
      Optional<String> partitionKey,
      Optional<String> identity,
      Optional<String> identityKey,
      Optional<String> member,
      boolean published,
      Optional<String> publishedColumns,
      Optional<String> rowFilter,
      String operations,
      Optional<String> viaRoot,
      Optional<String> rowSecurity,
      Optional<String> policies,
      Optional<String> hides,
      Optional<String> select,
      Optional<List<Setting.Thing>> constraints,
      Optional<List<Setting.Thing>> indexes,
      Optional<List<Setting.Thing>> collations,
      Optional<List<Setting.Thing>> columnStorage,
      Optional<List<Setting.Thing>> identityColumns,
      Optional<List<Setting.Thing>> defaults,
      Optional<List<Setting.Thing>> generated,
      Optional<List<Setting.Thing>> domains,
      Optional<List<Setting.Thing>> composites,
      Optional<List<Setting.Thing>> extensions) {}

  /** Whether anybody ever asked. */
  boolean hasRead() {
    return hasRead;
  }

  /** By relation id. What cannot be read is unknown, for all tables alike. */
  Map<String, Observation> read(Collection<Table> tables) {
    hasRead = true;
    Map<String, Observation> seen = new LinkedHashMap<>();
    try {
      Probe<String> slot = slot();
      Map<String, Read> rows = new LinkedHashMap<>();
      for (List<String> row : rows(tables)) {
        rows.put(row.get(0), Json.parse(row.get(1)).as(Read.class));
      }
      for (Table table : tables) {
        Map<String, Probe<String>> values = values(rows.get(table.current.id()));
        values.put(Setting.SLOT.id(), slot);
        seen.put(table.current.id(), observation(table, values));
      }
    } catch (SQLException e) {
      Map<String, Probe<String>> unknown = new TreeMap<>();
      for (Setting setting : Setting.values()) {
        unknown.put(setting.id(), new Probe.Unknown<>(Sessions.why(e)));
      }
      tables.forEach(table -> seen.put(table.current.id(), observation(table, unknown)));
    }
    return seen;
  }

  private Observation observation(Table table, Map<String, Probe<String>> values) {
    return new Observation(
        table.current.asset(),
        options.clock().instant(),
        Optional.empty(),
        List.of(new Facet.Settings(values)));
  }

  private List<List<String>> rows(Collection<Table> tables) throws SQLException {
    List<Long> oids = new ArrayList<>();
    List<String> publications = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Table table : tables) {
      oids.add(table.oid & 0xffffffffL);
      publications.add(options.publicationOf(table.publishes));
      names.add(table.current.asset().name());
    }
    return catalog.rows(
        SQL,
        catalog.array("bigint", oids.toArray()),
        catalog.array("text", publications.toArray()),
        catalog.array("text", names.toArray()));
  }

  private Probe<String> slot() throws SQLException {
    return probe(
        catalog.value(
            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = ?", options.slot()));
  }

  private static Probe<String> probe(Optional<String> value) {
    return value.<Probe<String>>map(Probe.Value::new).orElseGet(Probe.Empty::new);
  }

  private static Map<String, Probe<String>> values(Read read) {
    Map<String, Probe<String>> values = new TreeMap<>();
    values.put(Setting.TABLE.id(), probe(read.relation()));
    if (read.relation().isEmpty()) {
      return values;
    }
    texts(read).forEach((setting, value) -> values.put(setting.id(), probe(value)));
    things(read)
        .forEach((setting, list) -> values.put(setting.id(), Setting.of(list.orElse(List.of()))));
    values.put(
        Setting.PUBLICATION_MEMBER.id(), probe(read.member().filter(any -> read.published())));
    if (read.published()) {
      values.put(Setting.PUBLICATION_COLUMNS.id(), probe(read.publishedColumns()));
      values.put(Setting.PUBLICATION_ROW_FILTER.id(), probe(read.rowFilter()));
      values.put(Setting.PUBLICATION_OPERATIONS.id(), new Probe.Value<>(read.operations()));
      values.put(Setting.PUBLICATION_VIA_ROOT.id(), probe(read.viaRoot()));
    }
    return values;
  }

  private static Map<Setting, Optional<String>> texts(Read read) {
    Map<Setting, Optional<String>> texts = new LinkedHashMap<>();
    texts.put(Setting.TABLE_NAMESAKE, read.namesake());
    texts.put(Setting.TABLE_PERSISTENCE, read.persistence());
    texts.put(Setting.TABLE_OWNER, read.owner());
    texts.put(Setting.TABLE_COMMENT, read.comment());
    texts.put(Setting.TABLE_STORAGE, read.storage());
    texts.put(Setting.PARTITION_KEY, read.partitionKey());
    texts.put(Setting.REPLICA_IDENTITY, read.identity());
    texts.put(Setting.REPLICA_IDENTITY_KEY, read.identityKey());
    texts.put(Setting.ROW_SECURITY, read.rowSecurity());
    texts.put(Setting.ROW_SECURITY_POLICIES, read.policies());
    texts.put(Setting.ROW_SECURITY_HIDES, read.hides());
    texts.put(Setting.GRANT_SELECT, read.select());
    return texts;
  }

  private static Map<Setting, Optional<List<Setting.Thing>>> things(Read read) {
    Map<Setting, Optional<List<Setting.Thing>>> things = new LinkedHashMap<>();
    things.put(Setting.TABLE_COLUMNS, read.columns());
    things.put(Setting.TABLE_CHILDREN, read.children());
    things.put(Setting.PARTITIONS, read.partitions());
    things.put(Setting.CONSTRAINTS, read.constraints());
    things.put(Setting.INDEXES, read.indexes());
    things.put(Setting.COLLATIONS, read.collations());
    things.put(Setting.COLUMN_STORAGE, read.columnStorage());
    things.put(Setting.IDENTITY_COLUMNS, read.identityColumns());
    things.put(Setting.DEFAULTS, read.defaults());
    things.put(Setting.GENERATED_COLUMNS, read.generated());
    things.put(Setting.DOMAINS, read.domains());
    things.put(Setting.COMPOSITES, read.composites());
    things.put(Setting.EXTENSIONS, read.extensions());
    return things;
  }
}
