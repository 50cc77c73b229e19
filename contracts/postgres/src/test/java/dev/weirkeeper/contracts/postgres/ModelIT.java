package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Default;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of a source against a simple model of it: a map from key to row. Whatever was
 * bad, refused, spooled, drained or replayed on the way, the target overridden by its open
 * quarantine is the source.
 */
class ModelIT {
  private static final int STEPS = 120;
  private static final int KEYS = 12;

  /** What rows read that are older than the fifth column. */
  private static final String FILLED = "filled";

  private static final Column EXTRA =
      new Column(
          "5",
          "extra",
          Type.of("text"),
          Nullability.OPTIONAL,
          // Its default is gone by now, and what old rows read is still known.
          new Default(Default.Kind.NONE, Optional.of(FILLED)),
          Optional.empty());

  /** The versions that the table goes through: a column comes, another gets a new name. */
  private static final List<Relation> VERSIONS =
      List.of(
          ITEMS_V1,
          version(Column.of("3", "note", Type.of("text")), EXTRA),
          version(Column.of("3", "remark", Type.of("text")), EXTRA));

  /** What the target does to follow, by version. */
  private static final List<List<String>> FOLLOWING =
      List.of(
          List.of(),
          List.of(
              "ALTER TABLE public.items ADD extra text DEFAULT '" + FILLED + "'",
              "ALTER TABLE public.items ALTER extra DROP DEFAULT"),
          List.of("ALTER TABLE public.items RENAME note TO remark"));

  private static Relation version(Column third, Column fifth) {
    List<Column> columns = new ArrayList<>(ITEMS_V1.columns());
    columns.set(2, third);
    columns.add(fifth);
    return Relation.of(ITEMS, ITEMS_V1.id(), ITEMS_V1.identity(), columns);
  }

  /** A source table, and the events of it that were not written yet. */
  private static final class Source {
    final Random random;
    final Map<Integer, String[]> rows = new TreeMap<>();
    int version;
    long events;

    Relation relation() {
      return VERSIONS.get(version);
    }

    /** The source alters its table; rows that were there read the default of the time. */
    void evolve() {
      version++;
      rows.replaceAll(
          (key, row) -> {
            String[] wider = Arrays.copyOf(row, relation().columns().size());
            if (wider.length > row.length) {
              wider[4] = FILLED;
            }
            return wider;
          });
    }

    private String[] fresh(int key) {
      String[] four = {"" + key, name(), note(), price()};
      String[] row = Arrays.copyOf(four, relation().columns().size());
      if (row.length > 4) {
        row[4] = note();
      }
      return row;
    }

    Source(Random random) {
      this.random = random;
    }

    private String name() {
      return random.nextInt(4) == 0 ? "bad" + random.nextInt(100) : "ok" + random.nextInt(100);
    }

    private String note() {
      return random.nextInt(5) == 0 ? null : "note " + random.nextInt(1000);
    }

    private String price() {
      return random.nextInt(12) == 0 ? "1000000" : "" + random.nextInt(1000);
    }

    /** One random change; {@code tx} tells it as a log would. */
    void change(Rows.Tx tx) {
      int key = random.nextInt(KEYS);
      String[] row = rows.get(key);
      if (row == null) {
        String[] fresh = fresh(key);
        rows.put(key, fresh);
        tx.insert(relation(), fresh);
        events++;
        return;
      }
      int kind = random.nextInt(100);
      if (kind < 2) {
        rows.clear();
        tx.truncate(relation());
        return;
      }
      events++;
      if (kind < 22) {
        rows.remove(key);
        tx.delete(relation(), "" + key);
        return;
      }
      String[] next = fresh(key);
      String[] told = next.clone();
      for (int column : new int[] {1, 2}) {
        if (random.nextInt(3) == 0) {
          next[column] = row[column];
          told[column] = row[column] == null ? null : UNCHANGED;
        }
      }
      int newKey = random.nextInt(KEYS);
      if (kind < 40 && !rows.containsKey(newKey)) {
        next[0] = told[0] = "" + newKey;
        rows.remove(key);
        rows.put(newKey, next);
        tx.rekey(relation(), "" + key, told);
      } else {
        rows.put(key, next);
        tx.update(relation(), told);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void invariant_6_target_with_quarantine_and_spool_equals_the_source(long seed) throws Exception {
    Random random = new Random(seed);
    Source source = new Source(random);
    try (TargetFixture fixture = TargetFixture.items()) {
      if (seed % 2 == 0) {
        fixture.fewOpenKeysInMemory();
      }
      for (int step = 0; step < STEPS; step++) {
        String where = "seed " + seed + ", step " + step;
        step(fixture, source, random, where);
        if (!spools(fixture)) {
          assertThat(state(fixture, source)).as(where).isEqualTo(shown(source.rows));
        }
      }
      resume(fixture, source, "seed " + seed);

      String where = "seed " + seed + ", at the end";
      assertThat(state(fixture, source)).as(where).isEqualTo(shown(source.rows));
      Counts sums = fixture.target.ledger("pg").get(ITEMS);
      assertThat(sums.in()).as(where).isEqualTo(source.events);
      assertThat(fixture.target.spooled("pg")).isEmpty();
      assertThat(
              fixture.query(
                  "SELECT (SELECT sum(n_spooled) FROM weirkeeper.ledger)"
                      + " = (SELECT coalesce(sum(n_in), 0) FROM weirkeeper.ledger"
                      + " WHERE origin = 'DRAIN')"))
          .as(where)
          .containsExactly("t");
      assertThat(
              fixture.query(
                  "SELECT (SELECT count(*) FROM weirkeeper.quarantine) = (SELECT"
                      + " sum(n_quarantined) FROM weirkeeper.ledger WHERE origin <> 'REPLAY')"))
          .as(where)
          .containsExactly("t");
    }
  }

  private static boolean spools(TargetFixture fixture) {
    return fixture.states().get(0).spools();
  }

  private static void step(TargetFixture fixture, Source source, Random random, String where)
      throws Exception {
    int kind = random.nextInt(100);
    if (kind < 8) {
      if (spools(fixture)) {
        resume(fixture, source, where);
      } else {
        assertThat(fixture.change(Rows.paused(source.relation())))
            .as(where)
            .isInstanceOf(Commit.Applied.class);
      }
    } else if (kind < 18 && !spools(fixture)) {
      boolean stale = random.nextBoolean();
      List<Transaction> replays = fixture.quarantine();
      if (stale) {
        write(fixture, source, random, where);
      }
      for (Transaction replay : replays) {
        assertThat(
                random.nextBoolean()
                    ? fixture.writeWaiting(replay)
                    : fixture.writeWaiting(replay, Rows.nothing()))
            .as(where)
            .isInstanceOf(Commit.Applied.class);
      }
    } else if (kind < 22) {
      fixture.reopen(fixture.builder());
    } else if (kind < 25 && source.version + 1 < VERSIONS.size()) {
      // The target follows before the first row of the new version, paused or not.
      source.evolve();
      for (String follow : FOLLOWING.get(source.version)) {
        fixture.execute(follow);
      }
      TableState next =
          spools(fixture) ? Rows.paused(source.relation()) : Rows.live(source.relation());
      assertThat(fixture.change(next)).as(where).isInstanceOf(Commit.Applied.class);
    } else {
      write(fixture, source, random, where);
    }
  }

  private static void write(TargetFixture fixture, Source source, Random random, String where)
      throws Exception {
    List<Transaction> group = new ArrayList<>();
    for (int tx = random.nextInt(3); tx >= 0; tx--) {
      Rows.Tx next = fixture.next();
      for (int change = random.nextInt(12); change >= 0; change--) {
        source.change(next);
      }
      group.add(next);
    }
    Commit commit = fixture.write(group.toArray(Transaction[]::new));
    assertThat(commit).as(where).isInstanceOf(Commit.Applied.class);
  }

  private static void resume(TargetFixture fixture, Source source, String where) throws Exception {
    fixture.change(Rows.live(source.relation()).in(TableState.Mode.DRAINING));
    for (Transaction slice : fixture.waiting(fixture.target.spool("pg", ITEMS))) {
      assertThat(fixture.writeWaiting(slice)).as(where).isInstanceOf(Commit.Applied.class);
    }
    assertThat(fixture.change(Rows.live(source.relation())))
        .as(where)
        .isInstanceOf(Commit.Applied.class);
  }

  private static Map<String, String> shown(Map<Integer, String[]> rows) {
    Map<String, String> shown = new TreeMap<>();
    rows.forEach((key, row) -> shown.put("" + key, Arrays.toString(row)));
    return shown;
  }

  /** What the target says of the source: its rows, overridden by the open quarantine. */
  private static Map<String, String> state(TargetFixture fixture, Source source) throws Exception {
    int width = source.relation().columns().size();
    Map<String, String[]> rows = new TreeMap<>();
    try (Statement statement = fixture.sql.createStatement()) {
      try (ResultSet items = statement.executeQuery("SELECT * FROM public.items")) {
        while (items.next()) {
          String[] row = new String[width];
          for (int column = 0; column < width; column++) {
            row[column] = items.getString(column + 1);
          }
          rows.put(row[0], row);
        }
      }
      try (ResultSet open =
          statement.executeQuery(
              "SELECT key[1], operation, image, version FROM weirkeeper.quarantine"
                  + " WHERE status = 'OPEN'")) {
        while (open.next()) {
          String key = open.getString(1);
          String version = open.getString(4);
          Relation relation =
              VERSIONS.stream()
                  .filter(known -> known.version().hex().equals(version))
                  .findFirst()
                  .orElseThrow();
          Image image = Image.decode(relation, open.getBytes(3)).after();
          assertThat(open.getString(2)).isNotEqualTo(RowBatch.Op.DELETE.name());
          String[] row = new String[width];
          for (int column = 0; column < width; column++) {
            row[column] =
                column < relation.columns().size()
                    ? value(image.cell(column), rows.get(key), column)
                    // Older than the column.
                    : rows.get(key) == null ? FILLED : rows.get(key)[column];
          }
          rows.put(key, row);
        }
      }
    }
    Map<String, String> shown = new TreeMap<>();
    rows.forEach((key, row) -> shown.put(key, Arrays.toString(row)));
    return shown;
  }

  private static String value(byte[] cell, String[] good, int column) {
    return Image.isValue(cell)
        ? new String(cell, java.nio.charset.StandardCharsets.UTF_8)
        : cell == Image.NULL ? null : good[column];
  }
}
