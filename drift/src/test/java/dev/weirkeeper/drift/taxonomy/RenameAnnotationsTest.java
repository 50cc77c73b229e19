package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.taxonomy.RenameEvidence.Declared;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RenameAnnotationsTest {

  @Test
  void a_comment_behind_a_name_or_on_the_line_of_an_item_declares_a_rename() {
    String sql =
        """
        -- @renamed from=nothing
        CREATE TABLE IF NOT EXISTS shop."Orders" ( -- @renamed from="Old ""Orders""\"
          id bigint PRIMARY KEY,
          qty numeric(10, 2) DEFAULT (1 + 2), -- @renamed from=Quantity
          note text DEFAULT ', -- @renamed from=not_a_comment' /* @renamed from=remark */,
          x int
            -- @renamed from=on_no_line_of_an_item
          , y int,
          CONSTRAINT positive CHECK (qty > 0) -- @renamed from=qty_positive
        ); -- @renamed from=behind
        CREATE UNIQUE INDEX CONCURRENTLY by_qty /* @renamed from=by_quantity */ ON ONLY shop."Orders" (qty);
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ CREATE TABLE a ( -- @renamed from=b
          i int) $x$;
        CREATE TYPE mood AS ENUM ('sad', 'it''s /* nested */' /* @renamed from=ok /* so */ */, 'fine' /* @renamed from=ok */);
        CREATE TABLE empty ();
        CREATE TABLE t /* @renamed from=s */ (a int);
        """;

    assertThat(RenameAnnotations.in(sql))
        .containsExactly(
            new Declared("table", "shop", "Old \"Orders\"", "Orders"),
            new Declared("column", "shop.Orders", "quantity", "qty"),
            new Declared("column", "shop.Orders", "remark", "note"),
            new Declared("constraint", "shop.Orders", "qty_positive", "positive"),
            new Declared("index", "shop", "by_quantity", "by_qty"),
            new Declared("label", "public.mood", "ok", "fine"),
            new Declared("table", "public", "s", "t"));
  }

  @Test
  void text_that_is_no_sql_declares_nothing_and_breaks_nothing() {
    String alphabet =
        "CREATE TABLE TYPE ENUM AS ( ) ; , ' \" -- /* */ $ $$ a . \n @renamed from=x ";
    String[] parts = alphabet.split(" ");
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      StringBuilder sql = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        sql.append(parts[random.nextInt(parts.length)]).append(random.nextBoolean() ? " " : "");
      }

      assertThat(RenameAnnotations.in(sql.toString())).as("seed %d", seed).isNotNull();
    }
    for (String cut :
        new String[] {"", "CREATE", "CREATE TABLE", "CREATE TABLE a (", "'", "/*", "$a$"}) {
      assertThat(RenameAnnotations.in(cut)).isEmpty();
    }
  }
}
