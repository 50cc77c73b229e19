package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedRowsIT {
  private static final Relation TYPES =
      Relation.of(
          ITEMS,
          "16400",
          new RowIdentity.Key(List.of("1")),
          List.of(
              Column.of("1", "id", Type.of("int4")),
              Column.of("2", "name", Type.of("text")),
              Column.of("3", "v", Type.of("text"))));

  @ParameterizedTest
  @CsvSource({
    "smallint, 40000, 22003",
    "varchar(3), abcd, 22001",
    "'char(3)', abcd, 22001",
    "bit(3), 1010, 22026",
    "'numeric(4,2)', 123.4, 22003",
    "date, 2026-02-30, 22008",
    "uuid, nonsense, 22P02",
    "public.mood, angry, 22P02",
    "jsonb, '{', 22P02",
    "int CHECK (v < 5), 5, 23514",
    "text NOT NULL, , 23502",
    "int UNIQUE, 1, 23505",
  })
  void a_row_that_the_database_refuses_is_kept_back_alone(
      String type, String value, String sqlState) throws Exception {
    try (TargetFixture fixture =
        new TargetFixture(
            TYPES,
            "CREATE TYPE public.mood AS ENUM ('happy')",
            "CREATE TABLE public.items (id int PRIMARY KEY, name text, v " + type + ")")) {
      fixture.applied(fixture.next().insert(TYPES, "1", "first", first(type)));
      Rows.Tx inserts = fixture.next();
      for (int i = 10; i < 60; i++) {
        inserts.insert(TYPES, "" + i, "fine", i == 33 ? value : other(type, i));
      }

      Counts inserted = fixture.applied(inserts);
      Counts updated =
          fixture.applied(
              fixture
                  .next()
                  .update(TYPES, "10", "changed", other(type, 10))
                  .update(TYPES, "11", "changed", value)
                  .update(TYPES, "12", "changed", other(type, 12)));

      assertThat(inserted).isEqualTo(Counts.of(49, 1, 0));
      assertThat(updated).isEqualTo(Counts.of(2, 1, 0));
      assertThat(
              fixture.query(
                  "SELECT key[1], sqlstate, status FROM weirkeeper.quarantine ORDER BY id"))
          .containsExactly("33|" + sqlState + "|OPEN", "11|" + sqlState + "|OPEN");
      assertThat(
              fixture.query("SELECT name FROM public.items WHERE id IN (10, 11, 12) ORDER BY id"))
          .containsExactly("changed", "fine", "changed");
    }
  }

  private static String first(String type) {
    return type.contains("UNIQUE") ? "1" : other(type, 2);
  }

  private static String other(String type, int i) {
    if (type.contains("UNIQUE")) {
      return "" + i;
    }
    return switch (type.replaceAll("[ (].*", "")) {
      case "smallint", "int", "numeric" -> "2";
      case "bit" -> "101";
      case "date" -> "2026-02-28";
      case "uuid" -> "00000000-0000-0000-0000-000000000001";
      case "public.mood" -> "happy";
      case "jsonb" -> "{}";
      default -> "abc";
    };
  }

  @Test
  void an_insert_of_a_key_that_is_there_is_kept_back_as_refused() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", null, "1"));

      Counts counts =
          fixture.applied(
              fixture
                  .next()
                  .insert(ITEMS_V1, "1", "again", null, "1")
                  .insert(ITEMS_V1, "2", "two", null, "1"));

      assertThat(counts).isEqualTo(Counts.of(1, 1, 0));
      assertThat(fixture.query("SELECT sqlstate, rules FROM weirkeeper.quarantine"))
          .containsExactly("23505|{target-refused}");
    }
  }

  @Test
  void an_event_of_many_on_one_key_is_found() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      Rows.Tx tx = fixture.next().insert(ITEMS_V1, "1", "v0", "n", "0");
      for (int i = 1; i <= 40; i++) {
        tx.update(ITEMS_V1, "1", "v" + i, Rows.UNCHANGED, i == 39 ? "2000000" : "" + i);
      }
      tx.update(ITEMS_V1, "1", "last", Rows.UNCHANGED, "2000000");

      Counts counts = fixture.applied(tx);

      assertThat(counts).isEqualTo(Counts.of(40, 2, 0));
      assertThat(fixture.table()).containsExactly("1|v40|n|40");
      assertThat(fixture.entries()).containsExactly("SUPERSEDED|1|UPDATE", "OPEN|1|UPDATE");
    }
  }

  @Test
  void more_refused_rows_than_the_budget_refuse_the_table() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.reopen(fixture.builder().refusedBudget(2));
      Rows.Tx two = fixture.next();
      Rows.Tx three = fixture.next();
      for (int i = 0; i < 100; i++) {
        two.insert(ITEMS_V1, "" + i, "n", null, i % 50 == 7 ? "1000000" : "1");
        three.insert(ITEMS_V1, "" + i, "n", null, i % 33 == 7 ? "1000000" : "1");
      }

      Commit refused = fixture.write(three);
      Counts counts = fixture.applied(two);

      assertThat(((Commit.Refused) refused).reason())
          .contains("more than 2 rows")
          .contains("23514");
      assertThat(counts).isEqualTo(Counts.of(98, 2, 0));
    }
  }

  @Test
  void a_constraint_that_is_checked_at_commit_is_found_too() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.execute("ALTER TABLE public.items ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED");

      Counts counts =
          fixture.applied(
              fixture
                  .next()
                  .insert(ITEMS_V1, "1", "same", null, "1")
                  .insert(ITEMS_V1, "2", "same", null, "1")
                  .insert(ITEMS_V1, "3", "other", null, "1"));

      assertThat(counts).isEqualTo(Counts.of(2, 1, 0));
    }
  }

  @Test
  void a_delete_that_the_database_refuses_waits_in_quarantine() throws Exception {
    try (TargetFixture fixture = TargetFixture.items()) {
      fixture.execute("CREATE TABLE public.used (item int REFERENCES public.items)");
      fixture.applied(
          fixture
              .next()
              .insert(ITEMS_V1, "1", "one", null, "1")
              .insert(ITEMS_V1, "2", "two", null, "1"));
      fixture.execute("INSERT INTO public.used VALUES (1)");

      Counts counts = fixture.applied(fixture.next().delete(ITEMS_V1, "1").delete(ITEMS_V1, "2"));
      fixture.execute("DELETE FROM public.used");
      fixture.writeWaiting(fixture.quarantine().get(0));

      assertThat(counts).isEqualTo(Counts.of(1, 1, 0));
      assertThat(fixture.table()).isEmpty();
      assertThat(fixture.entries()).containsExactly("REPLAYED|1|DELETE");
    }
  }
}
