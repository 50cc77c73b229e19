package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.Visibility;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;

/** Reads how a feed is: what it keeps back at the source, and what it cannot see there. */
final class Health {
  private static final List<String> OF_SLOT =
      List.of(
          "slot-active",
          "wal-status",
          "safe-wal-bytes",
          "retained-bytes",
          "lag-bytes",
          "confirmed-position");

  private final PostgresFeed.Options options;
  private final Catalog catalog;
  private final Membership membership;
  private final SettingsReader settings;
  private final SchemaHistory history;
  private final TransactionReader reader;
  private final ChunkReader chunks;
  private final Map<Asset, Load> loads;

  Health(
      PostgresFeed.Options options,
      Catalog catalog,
      Membership membership,
      SettingsReader settings,
      SchemaHistory history,
      TransactionReader reader,
      ChunkReader chunks,
      Map<Asset, Load> loads) {
    this.options = options;
    this.catalog = catalog;
    this.membership = membership;
    this.settings = settings;
    this.history = history;
    this.reader = reader;
    this.chunks = chunks;
    this.loads = loads;
  }

  Map<String, Probe<String>> read() {
    Map<String, Probe<String>> facts = new LinkedHashMap<>();
    slot(facts);
    facts.put("publication", ask(this::publication));
    facts.put("blind-spots", ask(this::blindSpots));
    facts.put("load", load());
    facts.put("position", new Probe.Value<>(PostgresPosition.text(reader.position())));
    facts.put("ignored-rows", new Probe.Value<>(String.valueOf(reader.ignoredRows())));
    facts.put("ignored-hints", new Probe.Value<>(String.valueOf(history.ignoredHints())));
    return facts;
  }

  private void slot(Map<String, Probe<String>> facts) {
    try {
      Optional<List<String>> row =
          catalog.row(
              "SELECT active::text, wal_status, safe_wal_size::text,"
                  + " (pg_current_wal_lsn() - restart_lsn)::text,"
                  + " (pg_current_wal_lsn() - confirmed_flush_lsn)::text,"
                  + " confirmed_flush_lsn::text"
                  + " FROM pg_replication_slots WHERE slot_name = ?",
              options.slot());
      for (int i = 0; i < OF_SLOT.size(); i++) {
        int column = i;
        facts.put(
            OF_SLOT.get(i),
            row.map(values -> values.get(column))
                .filter(value -> !value.isEmpty())
                .<Probe<String>>map(Probe.Value::new)
                .orElseGet(Probe.Empty::new));
      }
      facts.put("wal-budget", row.map(this::budget).orElseGet(Probe.Empty::new));
    } catch (SQLException e) {
      for (String name : OF_SLOT) {
        facts.put(name, new Probe.Unknown<>(Sessions.why(e)));
      }
      facts.put("wal-budget", new Probe.Unknown<>(Sessions.why(e)));
    }
  }

  /** How much of the budget is spent, in steps that somebody should hear of. */
  private Probe<String> budget(List<String> slot) {
    if (slot.get(3).isEmpty()) {
      return new Probe.Unknown<>("the slot keeps no log: it is lost");
    }
    long kept = Long.parseLong(slot.get(3));
    long percent = options.walBudget() <= 0 ? 100 : kept * 100 / options.walBudget();
    String level =
        percent >= 100 ? "spent" : percent >= 80 ? "alarm" : percent >= 50 ? "warning" : "ok";
    return new Probe.Value<>(level + ", " + percent + " %");
  }

  private Optional<String> publication() throws SQLException {
    StringJoiner flaws = new StringJoiner("; ").setEmptyValue("ok");
    for (Table table : history.tables()) {
      membership
          .flaw(table)
          .ifPresent(flaw -> flaws.add(table.current.asset().name() + ": " + flaw));
    }
    return Optional.of(flaws.toString());
  }

  private Optional<String> blindSpots() throws SQLException {
    StringJoiner spots = new StringJoiner("; ").setEmptyValue("");
    Set<Visibility.Source> sources = EnumSet.of(Visibility.Source.STREAM);
    if (DdlTrigger.state(catalog) == DdlTrigger.State.INSTALLED) {
      sources.add(Visibility.Source.TRIGGER);
    } else {
      spots.add(
          "no DDL event trigger: DDL is seen with the next row, or at the next look at the catalog,"
              + " and what came between two of them as one change");
    }
    if (sources.contains(Visibility.Source.TRIGGER) && DdlTrigger.seal(catalog).isEmpty()) {
      spots.add(
          "this login may not read weirkeeper_feed.secret, so DDL that the catalog of the moment"
              + " contradicts is not believed");
    }
    if (settings.hasRead()) {
      sources.add(Visibility.Source.CATALOG);
    } else {
      spots.add("nobody looks at what lies around the tables");
    }
    spots.add("unseen: " + String.join(", ", Visibility.postgres().blindSpots(sources)));
    for (Table table : history.tables()) {
      if (table.publishes == Publishes.INSERTS) {
        spots.add("updates and deletes of " + table.current.asset().name() + " are not published");
      }
      catalog
          .value(
              "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
                  + " WHERE attrelid = ?::oid AND attgenerated <> '' AND NOT attisdropped",
              table.oid & 0xffffffffL)
          .filter(names -> !names.isEmpty())
          .ifPresent(
              names ->
                  spots.add(
                      "generated columns of "
                          + table.current.asset().name()
                          + " are not in the log: "
                          + names));
    }
    return Optional.of(spots.toString()).filter(text -> !text.isEmpty());
  }

  private Probe<String> load() {
    if (loads.isEmpty()) {
      return new Probe.Empty<>();
    }
    Load first = loads.values().iterator().next();
    String waits = chunks.waitsFor().isEmpty() ? "" : ", waits for " + chunks.waitsFor();
    return new Probe.Value<>(
        first.asset()
            + ": "
            + first.rows()
            + " of about "
            + first.estimate()
            + " rows"
            + (loads.size() == 1 ? "" : ", then " + (loads.size() - 1) + " more")
            + waits);
  }

  @FunctionalInterface
  private interface Question {
    Optional<String> ask() throws SQLException;
  }

  private static Probe<String> ask(Question question) {
    try {
      return question.ask().<Probe<String>>map(Probe.Value::new).orElseGet(Probe.Empty::new);
    } catch (SQLException e) {
      return new Probe.Unknown<>(Sessions.why(e));
    }
  }
}
