package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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

  /** A source table, and the events of it that were not written yet. */
  private static final class Source {
    final Random random;
    final Map<Integer, String[]> rows = new TreeMap<>();
    long events;

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
        String[] fresh = {"" + key, name(), note(), price()};
        rows.put(key, fresh);
        tx.insert(ITEMS_V1, fresh);
        events++;
        return;
      }
      int kind = random.nextInt(100);
      if (kind < 2) {
        rows.clear();
        tx.truncate(ITEMS_V1);
        return;
      }
      events++;
      if (kind < 22) {
        rows.remove(key);
        tx.delete(ITEMS_V1, "" + key);
        return;
      }
      String[] next = {"" + key, name(), note(), price()};
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
        tx.rekey(ITEMS_V1, "" + key, told);
      } else {
        rows.put(key, next);
        tx.update(ITEMS_V1, told);
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
          assertThat(state(fixture)).as(where).isEqualTo(shown(source.rows));
        }
      }
      resume(fixture, "seed " + seed);

      String where = "seed " + seed + ", at the end";
      assertThat(state(fixture)).as(where).isEqualTo(shown(source.rows));
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
        resume(fixture, where);
      } else {
        assertThat(fixture.change(Rows.paused(ITEMS_V1)))
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

  private static void resume(TargetFixture fixture, String where) throws Exception {
    fixture.change(Rows.live(ITEMS_V1).in(TableState.Mode.DRAINING));
    for (Transaction slice : fixture.waiting(fixture.target.spool("pg", ITEMS))) {
      assertThat(fixture.writeWaiting(slice)).as(where).isInstanceOf(Commit.Applied.class);
    }
    assertThat(fixture.change(Rows.live(ITEMS_V1))).as(where).isInstanceOf(Commit.Applied.class);
  }

  private static Map<String, String> shown(Map<Integer, String[]> rows) {
    Map<String, String> shown = new TreeMap<>();
    rows.forEach((key, row) -> shown.put("" + key, Arrays.toString(row)));
    return shown;
  }

  /** What the target says of the source: its rows, overridden by the open quarantine. */
  private static Map<String, String> state(TargetFixture fixture) throws Exception {
    Map<String, String[]> rows = new TreeMap<>();
    try (Statement statement = fixture.sql.createStatement()) {
      try (ResultSet items = statement.executeQuery("SELECT * FROM public.items")) {
        while (items.next()) {
          rows.put(
              items.getString(1),
              new String[] {
                items.getString(1), items.getString(2), items.getString(3), items.getString(4)
              });
        }
      }
      try (ResultSet open =
          statement.executeQuery(
              "SELECT key[1], operation, image FROM weirkeeper.quarantine WHERE status = 'OPEN'")) {
        while (open.next()) {
          String key = open.getString(1);
          Image image = Image.decode(ITEMS_V1, open.getBytes(3)).after();
          assertThat(open.getString(2)).isNotEqualTo(RowBatch.Op.DELETE.name());
          String[] row = new String[4];
          for (int column = 0; column < 4; column++) {
            byte[] cell = image.cell(column);
            row[column] =
                Image.isValue(cell)
                    ? new String(cell, java.nio.charset.StandardCharsets.UTF_8)
                    : cell == Image.NULL ? null : rows.get(key)[column];
          }
          rows.put(key, row);
        }
      }
    }
    Map<String, String> shown = new TreeMap<>();
    rows.forEach((key, row) -> shown.put(key, Arrays.toString(row)));
    return shown;
  }
}
