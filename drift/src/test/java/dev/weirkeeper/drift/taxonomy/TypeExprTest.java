package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.TypeChange;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TypeExprTest {

  @Test
  void nested_types_are_read_as_lakehouse_formats_spell_them() {
    assertThat(
            TypeExpr.parse(
                "struct<1: a: required decimal(9, 2), 2: b: optional map<string, list<fixed[3]>>>",
                TypeNotation.ICEBERG))
        .hasToString("struct<a:decimal(9,2),b:map<text,list<fixed(3)>>>");
    assertThat(
            TypeExpr.parse(
                "struct<a:decimal(9,2) NOT NULL,`b c`:map<string,array<varchar(3)>>>",
                TypeNotation.DELTA))
        .hasToString("struct<a:decimal(9,2),b c:map<text,list<text(3)>>>");
    assertThat(TypeExpr.parse("numeric(10,2)[]", TypeNotation.POSTGRESQL))
        .isEqualTo(TypeExpr.of(Type.of("numeric[]", 10, 2)))
        .hasToString("list<decimal(10,2)>");
    assertThat(TypeExpr.parse("timestamp", TypeNotation.DELTA))
        .as("an instant in Spark, none in Iceberg")
        .isNotEqualTo(TypeExpr.parse("timestamp", TypeNotation.ICEBERG));
  }

  @Test
  void text_that_is_no_type_is_refused_without_being_quoted() {
    for (String text :
        List.of(
            "",
            "<",
            "list<",
            "list<int",
            "map<secret>",
            "struct<a>",
            "decimal(x)",
            "int int",
            "decimal(9",
            "struct<`secret:int>",
            "list<".repeat(100))) {
      assertThatThrownBy(() -> TypeExpr.parse(text, TypeNotation.DELTA))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Not a type that can be read")
          .message()
          .doesNotContain("secret");
    }
    assertThatThrownBy(() -> TypeExpr.parse("numeric(", TypeNotation.POSTGRESQL))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void random_text_is_a_type_or_is_refused() {
    String[] parts = {"list", "<", ">", "(", ")", ",", "int", ":", "struct", "map", "9", " ", "`"};
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      try {
        assertThat(TypeExpr.parse(text.toString(), TypeNotation.ICEBERG)).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).as("seed %d", seed).startsWith("Not a type");
      }
    }
  }

  /** What the two vocabularies of loss have in common. */
  private static final Map<TypeChange, List<Loss>> SAME =
      Map.of(
          TypeChange.WIDENED, List.of(Loss.PRESERVING),
          TypeChange.RERENDERED, List.of(Loss.RERENDERING),
          TypeChange.REINTERPRETED, List.of(Loss.SEMANTIC),
          TypeChange.NARROWED, List.of(Loss.FITTING),
          TypeChange.ROUNDED, List.of(Loss.ROUNDING),
          TypeChange.REPLACED, List.of(Loss.REPLACING));

  @Test
  void the_loss_of_a_change_is_that_which_the_identity_diff_says() {
    List<String> types =
        List.of(
            "int2",
            "int4",
            "int8",
            "float4",
            "float8",
            "numeric",
            "numeric(5,0)",
            "numeric(10,2)",
            "numeric(12,2)",
            "numeric(12,4)",
            "numeric(11,4)",
            "numeric(3,-2)",
            "numeric(20,0)",
            "varchar",
            "varchar(3)",
            "varchar(36)",
            "text",
            "bpchar(3)",
            "bpchar(5)",
            "uuid",
            "date",
            "timestamp",
            "timestamp(3)",
            "timestamptz",
            "timestamptz(0)",
            "time",
            "time(3)",
            "timetz",
            "interval",
            "interval(3)",
            "bit(3)",
            "varbit(3)",
            "varbit",
            "bool",
            "json",
            "jsonb",
            "bytea",
            "public.geometry",
            "int4[]",
            "int8[]",
            "text[]");
    Map<String, String> differing = new TreeMap<>();
    int compared = 0;
    for (String from : types) {
      for (String to : types) {
        TypeExpr before = TypeExpr.parse(from, TypeNotation.POSTGRESQL);
        TypeExpr after = TypeExpr.parse(to, TypeNotation.POSTGRESQL);
        TypeChange change = TypeChange.of(type(from), type(to));
        List<Loss> losses =
            TypeComparison.between(before, after).stream()
                .map(difference -> TargetMatrix.standard().loss(difference.row()))
                .toList();
        if (change == TypeChange.SAME || losses.isEmpty()) {
          boolean alike = from.startsWith("varchar") || from.equals("text");
          assertThat(losses.isEmpty())
              .as(from + " > " + to)
              .isEqualTo(change == TypeChange.SAME || alike && change == TypeChange.WIDENED);
          continue;
        }
        compared++;
        if (!SAME.get(change).equals(losses)) {
          differing.put(from + " > " + to, change + " " + losses);
        }
      }
    }

    assertThat(compared).isGreaterThan(1_000);
    assertThat(differing).isEmpty();
  }

  private static Type type(String text) {
    boolean array = text.endsWith("[]");
    String element = array ? text.substring(0, text.length() - 2) : text;
    int open = element.indexOf('(');
    String name = open < 0 ? element : element.substring(0, open);
    Integer[] args =
        open < 0
            ? new Integer[0]
            : java.util.Arrays.stream(element.substring(open + 1, element.length() - 1).split(","))
                .map(Integer::valueOf)
                .toArray(Integer[]::new);
    return Type.of(array ? name + "[]" : name, args);
  }
}
