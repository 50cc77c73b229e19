package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ABSENT;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Default;
import dev.weirkeeper.Load;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresTargetIT {
  private TargetFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = TargetFixture.items();
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void inserts_are_published_as_they_came() throws Exception {
    Counts counts =
        fixture.applied(
            fixture
                .next()
                .insert(ITEMS_V1, "1", "tab\there", "line\nbreak\r\\N", "7")
                .insert(ITEMS_V1, "2", "", null, null)
                .insert(ITEMS_V1, "3", "\\.", "'\"{},", "-1"));

    assertThat(counts).isEqualTo(Counts.of(3, 0, 0));
    assertThat(fixture.table())
        .containsExactly("1|tab\there|line\nbreak\r\\N|7", "2||null|null", "3|\\.|'\"{},|-1");
    assertThat(fixture.target.resume("pg").orElseThrow().position()).isEqualTo(Rows.at("0/1"));
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(3, 0, 0)));
  }

  @Test
  void updates_carry_any_text() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "a", "b", "1"));

    fixture.applied(fixture.next().update(ITEMS_V1, "1", "q\"uo\\te{}, NULL \t\n", "NULL", null));

    assertThat(fixture.table()).containsExactly("1|q\"uo\\te{}, NULL \t\n|NULL|null");
  }

  @Test
  void a_connection_that_sends_no_binary_values_does_as_well() throws Exception {
    PGSimpleDataSource text = TargetFixture.server().dataSource(fixture.database);
    text.setBinaryTransfer(false);
    fixture.reopen(PostgresTarget.builder("warehouse", text));
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "a", "b", "1"));

    fixture.applied(fixture.next().update(ITEMS_V1, "1", "q\"uo\\te{}, NULL \t\n", "NULL", null));

    assertThat(fixture.table()).containsExactly("1|q\"uo\\te{}, NULL \t\n|NULL|null");
  }

  @Test
  void updates_and_deletes_follow_the_key() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", "n1", "1")
            .insert(ITEMS_V1, "2", "two", "n2", "2")
            .insert(ITEMS_V1, "3", "three", "n3", "3"));

    Counts counts =
        fixture.applied(
            fixture
                .next()
                .update(ITEMS_V1, "1", "uno", UNCHANGED, "11")
                .delete(ITEMS_V1, "2")
                .rekey(ITEMS_V1, "3", "30", "thirty", UNCHANGED, "33"));

    assertThat(counts).isEqualTo(Counts.of(3, 0, 0));
    assertThat(fixture.table()).containsExactly("1|uno|n1|11", "30|thirty|n3|33");
  }

  @Test
  void unchanged_values_are_merged_within_a_batch() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", "long", "1")
            .update(ITEMS_V1, "1", "uno", UNCHANGED, "2")
            .update(ITEMS_V1, "1", UNCHANGED, UNCHANGED, "3"));
    assertThat(fixture.table()).containsExactly("1|uno|long|3");

    fixture.applied(
        fixture
            .next()
            .update(ITEMS_V1, "1", UNCHANGED, "longer", "4")
            .update(ITEMS_V1, "1", "eins", UNCHANGED, "5"));

    assertThat(fixture.table()).containsExactly("1|eins|longer|5");
  }

  @Test
  void keys_may_change_in_chains_and_swap() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", "n1", "1")
            .insert(ITEMS_V1, "2", "two", "n2", "2"));

    fixture.applied(
        fixture
            .next()
            .rekey(ITEMS_V1, "1", "-1", UNCHANGED, UNCHANGED, "1")
            .rekey(ITEMS_V1, "2", "1", UNCHANGED, UNCHANGED, "2")
            .rekey(ITEMS_V1, "-1", "2", UNCHANGED, UNCHANGED, "1")
            .rekey(ITEMS_V1, "2", "5", UNCHANGED, "five", "1")
            .rekey(ITEMS_V1, "5", "6", UNCHANGED, UNCHANGED, "1"));

    assertThat(fixture.table()).containsExactly("1|two|n2|2", "6|one|five|1");
  }

  @Test
  void delete_and_insert_of_a_key_replace_the_whole_row() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "n1", "1"));

    fixture.applied(
        fixture
            .next()
            .delete(ITEMS_V1, "1")
            .insert(ITEMS_V1, "1", "uno", null, null)
            .insert(ITEMS_V1, "2", "short", null, null)
            .delete(ITEMS_V1, "2"));

    assertThat(fixture.table()).containsExactly("1|uno|null|null");
  }

  @Test
  void an_update_of_a_row_that_is_not_there_is_refused_and_nothing_is_written() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "n1", "1"));

    Commit commit =
        fixture.write(
            fixture
                .next()
                .update(ITEMS_V1, "1", "uno", "n", "1")
                .update(ITEMS_V1, "2", "due", "n", "2"));

    assertThat(commit).isInstanceOf(Commit.Refused.class);
    assertThat(((Commit.Refused) commit).asset()).isEqualTo(ITEMS);
    assertThat(((Commit.Refused) commit).reason()).contains("lacks 1 rows that the source updated");
    assertThat(fixture.table()).containsExactly("1|one|n1|1");
    assertThat(fixture.target.resume("pg").orElseThrow().position()).isEqualTo(Rows.at("0/1"));
  }

  @Test
  void a_delete_of_a_row_that_is_not_there_is_refused() throws Exception {
    Commit commit = fixture.write(fixture.next().delete(ITEMS_V1, "1"));

    assertThat(commit).isInstanceOf(Commit.Refused.class);
  }

  @Test
  void columns_are_found_by_identity_and_not_by_name() throws Exception {
    Relation renamed =
        Relation.of(
            ITEMS,
            "16400",
            new RowIdentity.Key(List.of("1")),
            List.of(
                Column.of("4", "name", Type.of("int4")),
                Column.of("1", "ident", Type.of("int4")),
                Column.of("9", "unheard_of", Type.of("text"))));

    fixture.applied(fixture.next().insert(renamed, "70", "1", "ignored"));

    assertThat(fixture.table()).containsExactly("1|null|null|70");
  }

  @Test
  void a_column_that_the_row_does_not_bring_takes_its_constant_default() throws Exception {
    fixture.execute("ALTER TABLE public.items ADD COLUMN stock int");
    Relation wider =
        Relation.of(
            ITEMS,
            "16400",
            new RowIdentity.Key(List.of("1")),
            List.of(
                ITEMS_V1.columns().get(0),
                ITEMS_V1.columns().get(1),
                ITEMS_V1.columns().get(2),
                ITEMS_V1.columns().get(3),
                new Column(
                    "5",
                    "stock",
                    Type.of("int4"),
                    Nullability.UNKNOWN,
                    Default.constant("42"),
                    Optional.empty())));
    fixture.set(Rows.live(wider));

    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "copied", null, null));
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "2", "merged", null, null)
            .update(ITEMS_V1, "1", "updated", null, null)
            .update(wider, "2", "merged", null, null, ABSENT));

    assertThat(fixture.table()).containsExactly("1|updated|null|null|42", "2|merged|null|null|42");
  }

  @Test
  void rows_of_two_tables_may_alternate() throws Exception {
    Relation orders =
        Relation.of(
            new Asset("shop", "public.Order \"Lines\""),
            "16500",
            new RowIdentity.Key(List.of("1", "2")),
            List.of(
                Column.of("1", "o", Type.of("int4")),
                Column.of("2", "L", Type.of("text")),
                Column.of("3", "v", Type.of("text"))));
    fixture.execute(
        "CREATE TABLE public.\"Order \"\"Lines\"\"\" (o int, \"L\" text, v text,"
            + " PRIMARY KEY (o, \"L\"))");
    fixture.set(Rows.live(orders));
    Rows.Tx tx = fixture.next();
    for (int i = 0; i < 50; i++) {
      tx.insert(ITEMS_V1, "" + i, "name", null, null).insert(orders, "" + i, "a", "x");
      if (i > 0) {
        tx.update(orders, "" + (i - 1), "a", "y");
      }
    }

    Counts counts = fixture.applied(tx);

    assertThat(counts).isEqualTo(Counts.of(149, 0, 0));
    assertThat(fixture.query("SELECT v, count(*) FROM public.\"Order \"\"Lines\"\"\" GROUP BY 1"))
        .containsExactlyInAnyOrder("x|1", "y|49");
  }

  @Test
  void a_table_without_a_key_takes_inserts_only() throws Exception {
    Relation log =
        Relation.of(
            new Asset("shop", "public.log"),
            "16600",
            new RowIdentity.None(),
            List.of(Column.of("1", "line", Type.of("text")), Column.of("2", "n", Type.of("int4"))));
    fixture.execute("CREATE TABLE public.log (line text, n int CHECK (n < 100))");
    fixture.set(Rows.live(log));

    Counts counts =
        fixture.applied(
            fixture.next().insert(log, "a", "1").insert(log, "a", "1").insert(log, "a", "100"));
    Commit update =
        fixture.write(
            fixture
                .next()
                .add(log, dev.weirkeeper.RowBatch.Op.UPDATE, null, new String[] {"a", "2"}));

    assertThat(counts).isEqualTo(Counts.of(2, 1, 0));
    assertThat(update).isInstanceOf(Commit.Refused.class);
    assertThat(fixture.query("SELECT * FROM public.log")).containsExactly("a|1", "a|1");
  }

  @Test
  void a_table_that_is_only_known_by_whole_rows_is_refused() throws Exception {
    fixture.set(
        Rows.live(Relation.of(ITEMS, "16400", new RowIdentity.Whole(), ITEMS_V1.columns())));

    Commit commit = fixture.write(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

    assertThat(commit).isInstanceOf(Commit.Refused.class);
  }

  @Test
  void invariant_6_the_same_batch_again_is_a_duplicate() throws Exception {
    Batch batch = fixture.batch(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fixture.target.write(batch, rows -> {});

    Commit again = fixture.target.write(batch, rows -> {});

    assertThat(again).isEqualTo(new Commit.Duplicate(Rows.at("0/1")));
    assertThat(fixture.table()).hasSize(1);
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(1, 0, 0)));
  }

  @Test
  void invariant_6_two_hosts_conflict_instead_of_doubling() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    Batch ours = fixture.batch(fixture.next().insert(ITEMS_V1, "2", "ours", null, "1"));
    Batch theirs =
        Rows.batch(
            "0/1",
            "0/9",
            fixture.states(),
            Rows.Tx.stream("0/9").insert(ITEMS_V1, "3", "theirs", null, "1"));

    try (PostgresTarget other = fixture.builder().open()) {
      assertThat(other.write(theirs, rows -> {})).isInstanceOf(Commit.Applied.class);
    }
    Commit commit = fixture.target.write(ours, rows -> {});

    assertThat(commit).isEqualTo(new Commit.Conflict(Rows.at("0/9")));
    assertThat(fixture.query("SELECT name FROM public.items ORDER BY id"))
        .containsExactly("one", "theirs");
  }

  @Test
  void invariant_6_the_first_batch_of_a_second_host_conflicts_too() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

    try (PostgresTarget other = fixture.builder().open()) {
      Commit commit =
          other.write(
              Rows.batch(
                  "0/0",
                  "0/7",
                  fixture.states(),
                  Rows.Tx.stream("0/7").insert(ITEMS_V1, "2", "two", null, "1")),
              rows -> {});

      assertThat(commit).isEqualTo(new Commit.Conflict(Rows.at("0/1")));
    }
  }

  @Test
  void invariant_6_a_ledger_row_that_does_not_conserve_cannot_be_written() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

    assertThatThrownBy(
            () -> fixture.execute("UPDATE weirkeeper.ledger SET n_published = n_published - 1"))
        .hasMessageContaining("violates check constraint");
    assertThatThrownBy(
            () ->
                fixture.execute(
                    "INSERT INTO weirkeeper.ledger (batch, asset, origin, position_from,"
                        + " position_to, n_in, n_published, n_quarantined, n_spooled, at)"
                        + " VALUES ('x', 1, 'STREAM', 'a', 'b', 3, 1, 1, 0, now())"))
        .hasMessageContaining("violates check constraint");
    assertThatThrownBy(
            () ->
                fixture.execute(
                    "INSERT INTO weirkeeper.ledger (batch, asset, origin, position_from,"
                        + " position_to, n_in, n_published, n_quarantined, n_spooled, at)"
                        + " VALUES ('x', 1, 'STREAM', 'a', 'b', 0, -1, 1, 0, now())"))
        .hasMessageContaining("violates check constraint");
  }

  @Test
  void states_are_read_back_as_they_were_written() throws Exception {
    TableState state =
        Rows.live(ITEMS_V1)
            .loading(new Load(ITEMS, Optional.of("{\"id\":7}"), 7, 100, false))
            .paused("drift: \"column\" dropped");

    fixture.change(Rows.live(ITEMS_V1));
    fixture.change(state);

    Target.Resume resume = fixture.target.resume("pg").orElseThrow();
    assertThat(resume.tables()).isEqualTo(Map.of(ITEMS, state));
    assertThat(resume.tables().get(ITEMS).latest().columns()).isEqualTo(ITEMS_V1.columns());
    assertThat(fixture.target.resume("another")).isEmpty();
  }

  @Test
  void a_state_that_is_stored_leaves_the_last_batch_known() throws Exception {
    Batch batch = fixture.batch(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fixture.target.write(batch, rows -> {});
    TableState paused = Rows.paused(ITEMS_V1);
    Batch states = Rows.batch("0/1", "0/1", List.of(paused), Rows.nothing(), List.of(paused));

    assertThat(fixture.target.write(states, rows -> {})).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.target.write(states, rows -> {})).isInstanceOf(Commit.Applied.class);

    assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Duplicate.class);
  }

  @Test
  void rows_of_a_table_that_needs_a_new_load_are_dropped_uncounted() throws Exception {
    fixture.set(Rows.live(ITEMS_V1).in(TableState.Mode.RESYNC_NEEDED));

    Counts counts = fixture.applied(fixture.next().update(ITEMS_V1, "1", "a", null, "1"));

    assertThat(counts).isEqualTo(Counts.ZERO);
    assertThat(fixture.target.resume("pg").orElseThrow().position()).isEqualTo(Rows.at("0/1"));
  }

  @Test
  void a_truncation_removes_all_rows_and_closes_the_quarantine() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", null, "1")
            .insert(ITEMS_V1, "2", "bad", null, "1"));

    Counts counts =
        fixture.applied(
            fixture
                .next()
                .insert(ITEMS_V1, "3", "three", null, "1")
                .insert(ITEMS_V1, "4", "bad", null, "1")
                .truncate(ITEMS_V1)
                .insert(ITEMS_V1, "5", "five", null, "1"));

    assertThat(counts).isEqualTo(Counts.of(2, 1, 0));
    assertThat(fixture.table()).containsExactly("5|five|null|1");
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|2|INSERT", "SUPERSEDED|4|INSERT");
  }

  @Test
  void a_missing_table_or_column_is_refused_by_name() throws Exception {
    fixture.execute("ALTER TABLE public.items DROP COLUMN note");
    Commit column = fixture.write(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    Commit merged = fixture.write(fixture.next().update(ITEMS_V1, "1", "one", null, "1"));
    fixture.execute("DROP TABLE public.items");
    Commit table = fixture.write(fixture.next().update(ITEMS_V1, "1", "one", null, "1"));

    assertThat(((Commit.Refused) column).reason()).contains("\"items\"").contains("42703");
    assertThat(((Commit.Refused) merged).reason()).contains("no column \"note\"");
    assertThat(((Commit.Refused) table).reason()).contains("no table");
  }

  @Test
  void what_stops_a_write_rolls_it_back() throws Exception {
    Batch batch = fixture.batch(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

    assertThatThrownBy(
            () ->
                fixture.target.write(
                    batch,
                    rows -> {
                      throw new IOException("the slot is gone");
                    }))
        .hasMessage("the slot is gone");

    assertThat(fixture.table()).isEmpty();
    assertThat(fixture.target.resume("pg")).isEmpty();
    assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Applied.class);
  }

  @Test
  void a_connection_that_breaks_between_batches_is_replaced() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));
    fixture.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND pid <> pg_backend_pid()");
    Batch batch = fixture.batch(fixture.next().insert(ITEMS_V1, "2", "two", null, "1"));

    assertThatThrownBy(() -> fixture.target.write(batch, rows -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing of it was applied");

    assertThat(fixture.target.write(batch, rows -> {})).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.table()).hasSize(2);
  }
}
