package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Types.type;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Type;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeChangeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # one type in two spellings
          int4                | int4                | SAME
          numeric(10)         | numeric(10,0)       | SAME
          timestamp           | timestamp(6)        | SAME
          bit                 | bit(1)              | SAME
          public.geometry     | public.geometry     | SAME
          public.vector(3)    | public.vector(3)    | SAME
          # integers
          int2                | int4                | WIDENED
          int4                | int8                | WIDENED
          int8                | int4                | NARROWED
          int4                | int2                | NARROWED
          int4                | float8              | WIDENED
          int2                | float4              | WIDENED
          int4                | float4              | ROUNDED
          int8                | float8              | ROUNDED
          int4                | numeric(12,2)       | WIDENED
          int4                | numeric(11,2)       | NARROWED
          int4                | numeric             | WIDENED
          int8                | numeric(20,0)       | WIDENED
          int8                | numeric(19)         | WIDENED
          int8                | numeric(20,2)       | NARROWED
          int2                | numeric(5,0)        | WIDENED
          int4                | numeric(10,-2)      | ROUNDED
          # floats
          float4              | float8              | RERENDERED
          float8              | float4              | ROUNDED
          float8              | numeric             | ROUNDED
          float8              | int8                | ROUNDED
          # decimals
          numeric(10,2)       | numeric(12,2)       | WIDENED
          numeric(10,2)       | numeric(12,4)       | WIDENED
          numeric(10,2)       | numeric(11,4)       | NARROWED
          numeric(10,2)       | numeric(10,4)       | NARROWED
          numeric(10,2)       | numeric(9,2)        | NARROWED
          numeric(10,2)       | numeric(10,1)       | ROUNDED
          numeric(10,2)       | numeric(20,1)       | ROUNDED
          numeric(10,2)       | numeric             | WIDENED
          numeric             | numeric(38,9)       | ROUNDED
          numeric(3,-2)       | numeric(5,0)        | WIDENED
          numeric(2,4)        | numeric(4,6)        | WIDENED
          numeric(10,2)       | float8              | ROUNDED
          numeric             | float8              | ROUNDED
          numeric(9,0)        | int4                | NARROWED
          numeric(9,2)        | int4                | ROUNDED
          numeric             | int8                | ROUNDED
          # text
          varchar(10)         | varchar(20)         | WIDENED
          varchar(10)         | varchar             | WIDENED
          varchar(10)         | text                | WIDENED
          text                | varchar             | WIDENED
          varchar(20)         | varchar(10)         | ROUNDED
          text                | varchar(10)         | ROUNDED
          varchar             | varchar(10)         | ROUNDED
          bpchar(5)           | bpchar(10)          | WIDENED
          bpchar(5)           | varchar(5)          | REINTERPRETED
          bpchar(5)           | text                | REINTERPRETED
          varchar(5)          | bpchar(5)           | REINTERPRETED
          bpchar(5)           | varchar(4)          | ROUNDED
          int4                | text                | REINTERPRETED
          date                | text                | REINTERPRETED
          jsonb               | text                | REINTERPRETED
          int4                | varchar(5)          | NARROWED
          uuid                | text                | WIDENED
          uuid                | varchar(36)         | WIDENED
          uuid                | varchar(35)         | NARROWED
          text                | int4                | REPLACED
          text                | date                | REPLACED
          public.geometry     | text                | REPLACED
          # times
          date                | timestamp           | WIDENED
          date                | timestamp(0)        | WIDENED
          date                | timestamptz         | REINTERPRETED
          timestamp           | timestamptz         | REINTERPRETED
          timestamptz         | timestamp           | REINTERPRETED
          timestamp           | timestamptz(3)      | ROUNDED
          timestamp(3)        | timestamp(6)        | WIDENED
          timestamp(3)        | timestamp           | WIDENED
          timestamp           | timestamp(3)        | ROUNDED
          timestamptz(0)      | timestamptz(3)      | WIDENED
          time(6)             | time(3)             | ROUNDED
          interval            | interval(3)         | ROUNDED
          timestamp           | date                | ROUNDED
          time                | timetz              | ROUNDED
          # other families
          bool                | int4                | REINTERPRETED
          int4                | bool                | REPLACED
          json                | jsonb               | REINTERPRETED
          jsonb               | json                | REINTERPRETED
          bit(3)              | varbit(3)           | WIDENED
          varbit(3)           | varbit              | WIDENED
          varbit(5)           | varbit(3)           | NARROWED
          bit(3)              | bit(5)              | NARROWED
          int4                | date                | REPLACED
          int4                | oid                 | REPLACED
          int4                | uuid                | REPLACED
          bytea               | text                | REINTERPRETED
          text                | numeric             | REPLACED
          numeric             | bool                | REPLACED
          public.a            | public.b            | REPLACED
          public.vector(3)    | public.vector(4)    | REPLACED
          varchar(1,2)        | varchar(3)          | REPLACED
          # arrays: as their elements
          int4[]              | int8[]              | WIDENED
          int8[]              | int4[]              | NARROWED
          numeric(5,2)[]      | numeric(7,2)[]      | WIDENED
          int4                | int4[]              | REPLACED
          int4[]              | int4                | REPLACED
          # enums: labels are no part of the type
          enum:a,b            | enum:a,b,c          | SAME
          enum:a,b            | enum:b              | SAME
          enum:sad            | text                | WIDENED
          enum:sad            | varchar(3)          | WIDENED
          enum:happy          | varchar(3)          | NARROWED
          enum:sad[]          | text[]              | WIDENED
          enum:sad            | int4                | REPLACED
          text                | enum:sad            | REPLACED
          enum:sad            | enum:sad[]          | REPLACED
          """)
  void every_change_of_the_matrix_has_its_class(String from, String to, TypeChange expected) {
    assertThat(TypeChange.of(type(from), type(to))).isEqualTo(expected);
  }

  @Test
  void an_enum_that_was_renamed_is_the_same_type_and_a_new_one_is_not() {
    Type mood = new Type("public.mood", List.of(), List.of(new Type.Label("9", "sad")));
    Type renamed = new Type("public.feeling", List.of(), List.of(new Type.Label("9", "sad")));
    Type other = new Type("public.feeling", List.of(), List.of(new Type.Label("12", "sad")));

    assertThat(TypeChange.of(mood, renamed)).isEqualTo(TypeChange.SAME);
    assertThat(TypeChange.of(mood, other)).isEqualTo(TypeChange.REPLACED);
  }

  @Test
  void a_chain_of_preserving_changes_is_preserving() {
    List<Type> types =
        List.of(
                "int2",
                "int4",
                "int8",
                "float4",
                "float8",
                "numeric",
                "numeric(5,0)",
                "numeric(5,2)",
                "numeric(10,2)",
                "numeric(12,4)",
                "numeric(24,4)",
                "varchar(3)",
                "varchar(36)",
                "varchar",
                "text",
                "bpchar(3)",
                "bpchar(36)",
                "uuid",
                "date",
                "timestamp(0)",
                "timestamp",
                "timestamptz(3)",
                "timestamptz",
                "time",
                "time(3)",
                "bit(3)",
                "varbit(3)",
                "varbit",
                "bool",
                "json",
                "jsonb",
                "enum:sad",
                "int4[]",
                "int8[]",
                "enum:sad[]",
                "text[]")
            .stream()
            .map(Types::type)
            .toList();

    for (Type a : types) {
      for (Type b : types) {
        for (Type c : types) {
          if (TypeChange.of(a, b).preserving() && TypeChange.of(b, c).preserving()) {
            assertThat(TypeChange.of(a, c).preserving())
                .describedAs("%s to %s to %s", a, b, c)
                .isTrue();
          }
        }
      }
    }
  }

  @Test
  void no_two_different_types_hold_all_values_of_each_other_but_text_and_unbounded_varchar() {
    List<Type> types =
        List.of(
                "int2",
                "int4",
                "int8",
                "float4",
                "float8",
                "numeric",
                "numeric(10,2)",
                "varchar",
                "text",
                "bpchar(3)",
                "uuid",
                "date",
                "timestamp",
                "timestamptz",
                "time",
                "bool")
            .stream()
            .map(Types::type)
            .toList();

    for (Type a : types) {
      for (Type b : types) {
        if (!a.equals(b) && TypeChange.of(a, b).preserving() && TypeChange.of(b, a).preserving()) {
          assertThat(List.of(a.name(), b.name())).containsExactlyInAnyOrder("text", "varchar");
        }
      }
    }
  }
}
