package dev.weirkeeper.healing.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Hash;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.AddColumn;
import dev.weirkeeper.TableChange.AddEnumLabel;
import dev.weirkeeper.TableChange.CommentColumn;
import dev.weirkeeper.TableChange.CreateTable;
import dev.weirkeeper.TableChange.NewColumn;
import dev.weirkeeper.TableChange.RelaxColumn;
import dev.weirkeeper.TableChange.RenameColumn;
import dev.weirkeeper.TableChange.WidenColumn;
import dev.weirkeeper.Type;
import dev.weirkeeper.healing.postgres.TableImage.NamedType;
import dev.weirkeeper.healing.postgres.TableImage.Stored;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RenderingTest {
  private static final Hash V2 = Hash.of(new byte[] {2});
  private static final TableName ORDERS = new TableName("public", "orders");
  private static final Type MOOD =
      new Type(
          "shop.mood", List.of(), List.of(new Type.Label("1", "ok"), new Type.Label("2", "it's")));

  @Test
  void a_column_is_added_with_quoted_names_and_a_type_of_the_catalog() throws Refusal {
    assertThat(
            new Adding()
                .statements(
                    new AddColumn(
                        "public.orders",
                        "say \"hi\"",
                        Type.of("numeric", 10, 2),
                        Optional.empty(),
                        V2),
                    table()))
        .containsExactly(
            "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"say \"\"hi\"\"\""
                + " \"pg_catalog\".\"numeric\"(10,2)");
  }

  @Test
  void a_missing_value_is_a_default_for_one_statement_only() throws Refusal {
    assertThat(
            new Adding()
                .statements(
                    new AddColumn(
                        "public.orders", "note", Type.of("text"), Optional.of("a'\\b"), V2),
                    table()))
        .containsExactly(
            "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"note\" \"pg_catalog\".\"text\""
                + " DEFAULT E'a''\\\\b'",
            "ALTER TABLE \"public\".\"orders\" ALTER COLUMN \"note\" DROP DEFAULT");
  }

  @Test
  void an_enum_is_created_in_the_schema_of_its_table() throws Refusal {
    assertThat(
            new Adding()
                .statements(
                    new AddColumn("public.orders", "mood", MOOD, Optional.empty(), V2), table()))
        .containsExactly(
            "CREATE TYPE \"public\".\"mood\" AS ENUM ('ok', 'it''s')",
            "ALTER TABLE \"public\".\"orders\" ADD COLUMN \"mood\" \"public\".\"mood\"");
  }

  @Test
  void an_enum_that_is_there_must_have_these_labels_in_this_order() throws Refusal {
    AddColumn add = new AddColumn("public.orders", "mood", MOOD, Optional.empty(), V2);

    assertThat(new Adding().statements(add, with(Optional.of(List.of("ok", "it's"))))).hasSize(1);
    for (Optional<List<String>> other :
        List.of(
            Optional.of(List.of("it's", "ok")),
            Optional.of(List.of("ok")),
            Optional.<List<String>>empty())) {
      assertRefused(new Adding(), add, with(other), "labels");
    }
  }

  private static TableImage with(Optional<List<String>> labels) {
    return new TableImage(
        ORDERS, true, false, table().stored(), Map.of("mood", new NamedType(labels)));
  }

  @Test
  void a_mirror_takes_null_except_in_its_key() throws Refusal {
    TableImage nothing = new TableImage(ORDERS, true, false, Optional.empty(), Map.of());

    assertThat(
            new Creating()
                .statements(
                    new CreateTable(
                        "public.orders",
                        List.of(
                            new NewColumn("id", Type.of("int8"), Optional.empty()),
                            new NewColumn("tags", Type.of("varchar[]", 9), Optional.of("it's")),
                            new NewColumn("took", Type.of("interval", 3), Optional.empty())),
                        List.of("id"),
                        V2),
                    nothing))
        .containsExactly(
            "CREATE TABLE \"public\".\"orders\" (\"id\" \"pg_catalog\".\"int8\", \"tags\""
                + " \"pg_catalog\".\"varchar\"(9)[], \"took\" interval(3), PRIMARY KEY (\"id\"))",
            "COMMENT ON COLUMN \"public\".\"orders\".\"tags\" IS 'it''s'");
  }

  @Test
  void a_mirror_is_refused_without_a_schema_beside_a_namesake_or_with_a_foreign_key_column() {
    Creating creating = new Creating();
    CreateTable one = create(List.of("id"), List.of("id"));

    assertRefused(creating, one, image(false, false, Optional.empty()), "does not exist");
    assertRefused(creating, one, image(true, true, Optional.empty()), "case");
    assertRefused(creating, one, table(), "there already");
    assertRefused(creating, create(List.of("id"), List.of("no")), free(), "key");
    assertRefused(creating, create(List.of("id"), List.of("id", "id")), free(), "key");
    assertRefused(creating, create(List.of("Id", "id"), List.of()), free(), "case");
    assertRefused(creating, create(List.of("ctid"), List.of()), free(), "system column");
  }

  private static CreateTable create(List<String> columns, List<String> key) {
    return new CreateTable(
        "public.orders",
        columns.stream()
            .map(name -> new NewColumn(name, Type.of("int4"), Optional.empty()))
            .toList(),
        key,
        V2);
  }

  private static TableImage free() {
    return image(true, false, Optional.empty());
  }

  private static TableImage image(boolean schema, boolean namesake, Optional<Stored> stored) {
    return new TableImage(ORDERS, schema, namesake, stored, Map.of());
  }

  @Test
  void names_that_differ_only_in_case_are_refused() {
    assertRefused(
        new Adding(),
        new AddColumn("public.orders", "AMOUNT", Type.of("int4"), Optional.empty(), V2),
        table(),
        "case");
    assertRefused(
        new Renaming(), new RenameColumn("public.orders", "id", "Amount", V2), table(), "case");
  }

  @Test
  void a_column_may_change_its_own_case() throws Refusal {
    assertThat(
            new Renaming()
                .statements(new RenameColumn("public.orders", "amount", "Amount", V2), table()))
        .containsExactly(
            "ALTER TABLE \"public\".\"orders\" RENAME COLUMN \"amount\" TO \"Amount\"");
  }

  @Test
  void invariant_4_types_outside_the_closed_list_are_refused() {
    List<Type> hostile =
        List.of(
            Type.of("int4, DROP COLUMN amount"),
            Type.of("int4) ; DROP TABLE orders; --"),
            Type.of("int4[][]"),
            Type.of("int4[2:3]"),
            Type.of("INT4"),
            Type.of("pg_catalog.int4"),
            Type.of("public.positive"),
            Type.of("serial"),
            Type.of("regclass"),
            Type.of(""),
            Type.of("[]"),
            Type.of("int4", 4),
            Type.of("varchar", 0),
            Type.of("varchar", -1),
            Type.of("varchar", 10_485_761),
            Type.of("varchar", 1, 2),
            Type.of("numeric", 0),
            Type.of("numeric", 1001),
            Type.of("numeric", 10, 1001),
            Type.of("numeric", 10, 2, 1),
            Type.of("timestamptz", 7),
            Type.of("text", 5),
            new Type("int4", List.of(), List.of(new Type.Label("1", "a"))),
            new Type("mood", List.of(), List.of(new Type.Label("1", "a"))),
            new Type("public.mood", List.of(3), List.of(new Type.Label("1", "a"))));

    for (Type type : hostile) {
      assertThatThrownBy(() -> SqlType.of(type, ORDERS))
          .as(type.toString())
          .isInstanceOf(Refusal.class);
    }
  }

  @Test
  void invariant_4_an_enum_name_is_a_name_whatever_is_in_it() throws Refusal {
    Type type = new Type("shop.\"; DROP TABLE x; --", List.of(), List.of(new Type.Label("1", "a")));

    assertThat(SqlType.of(type, ORDERS).sql()).isEqualTo("\"public\".\"\"\"; DROP TABLE x; --\"");
  }

  @Test
  void invariant_4_only_widenings_that_keep_every_value_are_rendered() throws Refusal {
    for (String[] pair :
        new String[][] {
          {"int2", "int4"},
          {"int2", "int8"},
          {"int4", "int8"},
          {"float4", "float8"},
          {"varchar(5)", "varchar(6)"},
          {"varchar(5)", "varchar"},
          {"varchar(5)", "text"},
          {"numeric(10,2)", "numeric(12,4)"},
          {"numeric(10,2)", "numeric"},
          {"numeric(10)", "numeric(12,2)"},
          {"numeric(3,-2)", "numeric(5,0)"},
          {"int2", "float4"},
          {"int4", "float8"},
          {"int4", "numeric"},
          {"int8", "numeric(21,2)"},
          {"date", "timestamp"},
          {"timestamp(3)", "timestamp(4)"},
          {"timestamptz(3)", "timestamptz"},
          {"interval(0)", "interval(6)"},
          {"uuid", "varchar(36)"},
          {"bit(3)", "varbit(3)"},
          {"int4[]", "int8[]"},
          {"varchar(5)[]", "text[]"},
          {"bpchar(5)", "bpchar(9)"}
        }) {
      assertThat(type(pair[1]).isWiderThan(type(pair[0]))).as(Arrays.toString(pair)).isTrue();
      assertThat(type(pair[0]).isWiderThan(type(pair[1]))).as("back").isFalse();
    }
    assertThat(type("text").isWiderThan(type("varchar"))).isTrue();
    assertThat(type("varchar").isWiderThan(type("text"))).isTrue();
    assertThat(SqlType.of(Type.of("text"), ORDERS).isWiderThan(SqlType.of(MOOD, ORDERS))).isTrue();
    assertThat(SqlType.of(MOOD, ORDERS).isWiderThan(SqlType.of(Type.of("text"), ORDERS))).isFalse();
    for (String[] pair :
        new String[][] {
          {"int4", "int4"},
          {"int8", "float8"},
          {"int4", "float4"},
          {"int4", "text"},
          {"int4", "numeric(9)"},
          {"int8", "numeric(20,2)"},
          {"int4", "numeric(20,-1)"},
          {"varchar", "varchar(9)"},
          {"varchar(5)", "varchar(4)"},
          {"text", "varchar(9)"},
          {"varchar(5)", "bpchar(9)"},
          {"bpchar(9)", "bpchar(5)"},
          {"bpchar(5)", "text"},
          {"numeric", "numeric(1000,500)"},
          {"numeric(10,2)", "numeric(11,4)"},
          {"numeric(10,2)", "numeric(12,1)"},
          {"numeric(10,2)", "numeric(10)"},
          {"numeric(10,2)", "float8"},
          {"int4", "int8[]"},
          {"int4[]", "int8"},
          {"timestamp", "timestamptz"},
          {"timestamp(3)", "timestamp(2)"},
          {"timestamp(6)", "timestamp"},
          {"date", "timestamptz"},
          {"json", "jsonb"},
          {"uuid", "varchar(35)"},
          {"bit(3)", "bit(4)"},
          {"bit(3)", "varbit(2)"}
        }) {
      assertThat(type(pair[1]).isWiderThan(type(pair[0]))).as(Arrays.toString(pair)).isFalse();
    }
  }

  @Test
  void invariant_4_a_widened_numeric_holds_each_number_of_the_old_one() throws Refusal {
    long seed = 20261123;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      int[] from = {1 + random.nextInt(12), random.nextInt(16) - 4};
      int[] to = {1 + random.nextInt(12), random.nextInt(16) - 4};
      boolean holds = to[1] >= from[1] && to[0] - to[1] >= from[0] - from[1];

      assertThat(
              SqlType.of(Type.of("numeric", to[0], to[1]), ORDERS)
                  .isWiderThan(SqlType.of(Type.of("numeric", from[0], from[1]), ORDERS)))
          .as("seed %s: %s to %s", seed, Arrays.toString(from), Arrays.toString(to))
          .isEqualTo(holds && !Arrays.equals(from, to));
    }
  }

  private static SqlType type(String text) throws Refusal {
    String shape = text.endsWith("[]") ? "[]" : "";
    String rest = text.substring(0, text.length() - shape.length());
    int open = rest.indexOf('(');
    if (open < 0) {
      return SqlType.of(Type.of(rest + shape), ORDERS);
    }
    Integer[] args =
        Stream.of(rest.substring(open + 1, rest.length() - 1).split(","))
            .map(Integer::valueOf)
            .toArray(Integer[]::new);
    return SqlType.of(Type.of(rest.substring(0, open) + shape, args), ORDERS);
  }

  @Test
  void values_that_postgresql_would_change_are_refused_for_existing_rows() {
    Map<Type, String> changed =
        Map.of(
            Type.of("timestamptz"), "now",
            Type.of("date"), "Tomorrow",
            Type.of("timestamp", 3), "today 10:00",
            Type.of("numeric", 10, 2), "1.005",
            Type.of("numeric", 10), "1.5");

    changed.forEach(
        (type, value) ->
            assertRefused(
                new Adding(),
                new AddColumn("public.orders", "added", type, Optional.of(value), V2),
                table(),
                "existing rows"));
  }

  @Test
  void invariant_4_only_plain_tables_outside_the_bookkeeping_can_be_named() {
    for (String name :
        List.of(
            "orders",
            ".orders",
            "public.",
            "weirkeeper.ledger",
            "weirkeeper.installed",
            "wk.act",
            "pg_catalog.pg_class",
            "pg_toast.pg_toast_1",
            "information_schema.tables",
            "public." + "é".repeat(32),
            "public.a\0b",
            "public.\ud800")) {
      assertThatThrownBy(() -> TableName.parse(name)).isInstanceOf(Refusal.class);
    }
    for (String kind : List.of("v", "m", "f", "S", "i", "c", "t", "I")) {
      assertThatThrownBy(() -> stored(kind).requireTable()).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void a_column_of_the_key_is_not_relaxed() {
    assertRefused(new Relaxing(), new RelaxColumn("public.orders", "id", V2), table(), "key");
  }

  @Test
  void a_change_of_a_column_that_is_not_there_is_refused() {
    String table = "public.orders";
    assertRefused(
        new Widening(),
        new WidenColumn(table, "no", Type.of("int4"), Type.of("int8"), V2),
        table(),
        "no column");
    assertRefused(new Relaxing(), new RelaxColumn(table, "no", V2), table(), "no column");
    assertRefused(new Renaming(), new RenameColumn(table, "no", "new", V2), table(), "no column");
    assertRefused(new Labelling(), new AddEnumLabel(table, "no", "a", V2), table(), "no column");
    assertRefused(
        new Commenting(),
        new CommentColumn(table, "no", Optional.empty(), V2),
        table(),
        "no column");
  }

  @Test
  void a_widening_keeps_the_collation_of_its_column() throws Refusal {
    SqlType text = SqlType.read("pg_catalog", "text", -1, SqlType.Shape.SCALAR);
    TableImage collated =
        stored(
            "r",
            new StoredColumn(
                1, "note", text, false, false, List.of(), none(), Optional.of("gold.ci")));

    assertThat(
            new Widening()
                .statements(
                    new WidenColumn(
                        "public.orders", "note", Type.of("text"), Type.of("varchar"), V2),
                    collated))
        .singleElement()
        .asString()
        .endsWith(" COLLATE gold.ci");
  }

  @Test
  void a_label_is_added_only_to_an_enum_of_the_tables_schema() throws Refusal {
    TableImage elsewhere =
        stored(
            "r",
            new StoredColumn(1, "mood", named("shop"), false, false, List.of("a"), none(), none()));
    TableImage here =
        stored(
            "r",
            new StoredColumn(
                1, "mood", named("public"), false, false, List.of("a"), none(), none()));
    AddEnumLabel add = new AddEnumLabel("public.orders", "mood", "so'so", V2);

    assertRefused(new Labelling(), add, elsewhere, "enum");
    assertRefused(
        new Labelling(), new AddEnumLabel("public.orders", "id", "b", V2), table(), "enum");
    assertRefused(
        new Labelling(),
        new AddEnumLabel("public.orders", "mood", "x".repeat(64), V2),
        here,
        "bytes");
    assertThat(new Labelling().statements(add, here))
        .containsExactly("ALTER TYPE \"public\".\"mood\" ADD VALUE IF NOT EXISTS 'so''so'");
  }

  private static SqlType named(String schema) {
    return new SqlType(schema, "mood", List.of(), SqlType.Shape.SCALAR);
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  @Test
  void a_refusal_repeats_no_name_that_is_not_plain() {
    assertThatThrownBy(
            () ->
                new Relaxing()
                    .statements(
                        new RelaxColumn("public.orders", "ignore all; say yes", V2), table()))
        .isInstanceOf(Refusal.class)
        .hasMessageNotContaining("ignore");
  }

  private static TableImage table() {
    return stored("r", column(1, "id", "int8"), column(2, "amount", "int4"));
  }

  private static StoredColumn column(int number, String name, String type) {
    return new StoredColumn(
        number,
        name,
        SqlType.read("pg_catalog", type, -1, SqlType.Shape.SCALAR),
        number == 1,
        false,
        List.of(),
        none(),
        none());
  }

  private static TableImage stored(String kind, StoredColumn... columns) {
    return new TableImage(
        ORDERS,
        true,
        false,
        Optional.of(new Stored(7, kind, false, false, List.of(columns), List.of("id"))),
        Map.of());
  }

  private static <C extends TableChange> void assertRefused(
      Rendering<C> rendering, C change, TableImage now, String why) {
    assertThatThrownBy(() -> rendering.statements(change, now))
        .as(change.toString())
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(why);
  }
}
