package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AvroCompatibilityTest {

  private static AvroSchema schema(String json) {
    return AvroSchema.parse(json.replace('\'', '"'));
  }

  private static List<Incompatibility> between(String reader, String writer) {
    return AvroCompatibility.between(schema(reader), schema(writer));
  }

  private static String record(String... fields) {
    return "{'type':'record','name':'R','fields':[" + String.join(",", fields) + "]}";
  }

  private static String field(String name, String type) {
    return "{'name':'" + name + "','type':" + type + "}";
  }

  @Test
  void all_reasons_are_given_with_their_paths() {
    List<Incompatibility> found =
        between(
            record(
                field("a", "'int'"),
                field("b", "{'type':'array','items':{'type':'map','values':'boolean'}}"),
                field("c", "'string'"),
                field("d", "['null','string']")),
            record(
                field("a", "'long'"),
                field("b", "{'type':'array','items':{'type':'map','values':'int'}}"),
                field("d", "['null','long']")));

    assertThat(found)
        .extracting(Incompatibility::kind, Incompatibility::path)
        .containsExactly(
            tuple(Incompatibility.Kind.TYPE_MISMATCH, "/fields/0/type"),
            tuple(Incompatibility.Kind.TYPE_MISMATCH, "/fields/1/type/items/values"),
            tuple(Incompatibility.Kind.READER_FIELD_MISSING_DEFAULT_VALUE, "/fields/2"),
            tuple(Incompatibility.Kind.MISSING_UNION_BRANCH, "/fields/3/type"));
  }

  @Test
  void a_record_that_holds_itself_is_compared_once() {
    String list =
        "{'type':'record','name':'Node','fields':[{'name':'v','type':'%s'},"
            + "{'name':'next','type':['null','Node']}]}";

    assertThat(between(list.formatted("long"), list.formatted("int"))).isEmpty();
    assertThat(between(list.formatted("int"), list.formatted("long")))
        .extracting(Incompatibility::path)
        .contains("/fields/0/type");
  }

  @Test
  void what_rested_on_a_branch_that_was_given_up_is_asked_again() {
    String inner =
        "{'type':'record','name':'%1$s.A','fields':[{'name':'c','type':{'type':'record',"
            + "'name':'%1$s.C','fields':[{'name':'a','type':['null','%1$s.A']}]}},"
            + "{'name':'n','type':'%2$s'}]}";
    String reader =
        record(
            field(
                "x", "[" + inner.formatted("p", "int") + "," + inner.formatted("q", "long") + "]"),
            field("y", "'p.C'"));
    String writer = record(field("x", inner.formatted("q", "long")), field("y", "'q.C'"));

    assertThat(between(reader, writer))
        .extracting(Incompatibility::kind, Incompatibility::path)
        .containsExactly(
            tuple(Incompatibility.Kind.MISSING_UNION_BRANCH, "/fields/1/type/fields/0/type"));
  }

  @Test
  void records_that_hold_each_other_often_take_no_longer() {
    String inner = "{'type':'record','name':'R0','fields':[{'name':'v','type':'%s'}]}";
    for (int i = 1; i <= 18; i++) {
      inner =
          "{'type':'record','name':'R"
              + i
              + "','fields':[{'name':'a','type':"
              + inner
              + "},{'name':'b','type':'R"
              + (i - 1)
              + "'},{'name':'c','type':'R"
              + (i - 1)
              + "'},{'name':'d','type':'R"
              + (i - 1)
              + "'}]}";
    }

    assertThat(between(inner.formatted("string"), inner.formatted("int"))).hasSize(1);
  }

  @Test
  void another_unit_or_scale_is_read_without_an_error_and_said() {
    String micros = "{'type':'long','logicalType':'timestamp-micros'}";
    String millis = "{'type':'long','logicalType':'timestamp-millis'}";
    String cents = "{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}";
    String longer = "{'type':'bytes','logicalType':'decimal','precision':12,'scale':2}";
    String tenths = "{'type':'bytes','logicalType':'decimal','precision':9,'scale':1}";

    assertThat(between(record(field("t", micros)), record(field("t", millis))))
        .extracting(Incompatibility::kind, Incompatibility::path)
        .containsExactly(tuple(Incompatibility.Kind.LOGICAL_TYPE_CHANGED, "/fields/0/type"));
    assertThat(between(cents, tenths)).hasSize(1);
    assertThat(between(cents, "'bytes'")).hasSize(1);
    assertThat(between(longer, cents)).isEmpty();
    assertThat(AvroCompatibility.reads(schema(cents), schema(tenths))).isTrue();
  }

  @Test
  void a_registry_compares_with_the_last_version_or_with_all() {
    AvroSchema first = schema(record(field("a", "'int'")));
    AvroSchema second = schema(record(field("a", "'long'")));
    AvroSchema third =
        schema(record(field("a", "'double'"), "{'name':'b','type':'int','default':0}"));
    AvroSchema narrow =
        schema(record(field("a", "'long'"), "{'name':'b','type':'int','default':0}"));

    assertThat(
            AvroCompatibility.under(
                RegistryMode.BACKWARD_TRANSITIVE, third, List.of(first, second)))
        .isEmpty();
    assertThat(
            AvroCompatibility.under(
                    RegistryMode.FULL_TRANSITIVE, narrow, List.of(first, second, third))
                .keySet())
        .containsExactlyInAnyOrder(0, 2);
    assertThat(AvroCompatibility.under(RegistryMode.FULL, narrow, List.of(first, second)))
        .isEmpty();
    assertThat(AvroCompatibility.under(RegistryMode.NONE, first, List.of(third))).isEmpty();
    assertThat(AvroCompatibility.under(RegistryMode.BACKWARD, first, List.of()))
        .isEqualTo(Map.of());
  }

  @Test
  void a_mode_implies_what_it_demands() {
    assertThat(RegistryMode.BACKWARD.impliedBy(RegistryMode.FULL)).isTrue();
    assertThat(RegistryMode.NONE.impliedBy(RegistryMode.FORWARD)).isTrue();
    assertThat(RegistryMode.BACKWARD_TRANSITIVE.impliedBy(RegistryMode.FULL)).isFalse();
    assertThat(RegistryMode.FULL.impliedBy(RegistryMode.FORWARD_TRANSITIVE)).isFalse();
  }

  @Test
  void what_is_no_schema_is_refused_with_its_place_and_without_its_text() {
    for (String[] wrong :
        new String[][] {
          {"{'type':'secret'}", "/type"},
          {"'secret'", "root"},
          {"7", "root"},
          {"{'name':'secret'}", "\"type\""},
          {"{'type':'array'}", "items"},
          {"{'type':'record','name':'R'}", "fields"},
          {"{'type':'record','name':'R','fields':[{'name':'secret'}]}", "/fields/0"},
          {record(field("secret", "'int'"), field("secret", "'int'")), "/fields/1"},
          {"['int','int']", "/1"},
          {"['int',['null']]", "/1"},
          {"{'type':'fixed','name':'F','size':'secret'}", "/size"},
          {"{'type':'enum','name':'E','symbols':['A',7]}", "/symbols"},
          {"[{'type':'enum','name':'E','symbols':[]},{'type':'fixed','name':'E','size':1}]", "/1"}
        }) {
      assertThatThrownBy(() -> schema(wrong[0]))
          .as(wrong[0])
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong[1])
          .message()
          .doesNotContain("secret");
    }
    assertThatThrownBy(() -> schema("{'type'"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Not JSON");
  }

  @Test
  void names_are_found_in_their_namespace() {
    String schema =
        "{'type':'record','name':'R','namespace':'a.b','fields':["
            + "{'name':'x','type':{'type':'enum','name':'E','symbols':['A']}},"
            + "{'name':'y','type':'E'},{'name':'z','type':'a.b.E'}]}";

    assertThat(between(schema, schema)).isEmpty();
    assertThat(
            between(
                "{'type':'record','name':'x.New','aliases':['Old'],'fields':[]}",
                "{'type':'record','name':'x.Old','fields':[]}"))
        .isEmpty();
    assertThat(
            between(
                "{'type':'record','name':'x.New','aliases':['Old'],'fields':[]}",
                "{'type':'record','name':'y.Old','fields':[]}"))
        .extracting(Incompatibility::kind)
        .containsExactly(Incompatibility.Kind.NAME_MISMATCH);
  }
}
