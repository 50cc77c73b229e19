package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.DynamicMessage;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.ChangeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same rows in each format that converters write. */
class FormatsIT {
  private static final ConnectorSettings STANDARD = ConnectorSettings.STANDARD;

  private StubRegistry stub;

  @BeforeEach
  void begin() throws IOException {
    stub = new StubRegistry();
  }

  @AfterEach
  void end() {
    stub.close();
  }

  /** A kind of column: its Connect schema, its Avro schema, and a random value for each. */
  private record Kind(Debezium.Col json, String avro) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(Debezium.col("i", "int32"), "\"int\""),
          new Kind(Debezium.col("l", "int64"), "\"long\""),
          new Kind(Debezium.col("s", "string"), "\"string\""),
          new Kind(Debezium.col("b", "boolean"), "\"boolean\""),
          new Kind(Debezium.col("d", "double"), "\"double\""),
          new Kind(Debezium.col("y", "bytes"), "\"bytes\""),
          new Kind(
              Debezium.named(
                  "n",
                  "bytes",
                  "org.apache.kafka.connect.data.Decimal",
                  Map.of("scale", "2", "connect.decimal.precision", "20")),
              "{\"type\":\"bytes\",\"scale\":2,\"precision\":20,\"logicalType\":\"decimal\","
                  + "\"connect.version\":1,\"connect.name\":\"org.apache.kafka.connect.data.Decimal\","
                  + "\"connect.parameters\":{\"scale\":\"2\",\"connect.decimal.precision\":\"20\"}}"),
          new Kind(
              Debezium.named("t", "int64", "io.debezium.time.MicroTimestamp", Map.of()),
              "{\"type\":\"long\",\"connect.version\":1,"
                  + "\"connect.name\":\"io.debezium.time.MicroTimestamp\"}"),
          new Kind(
              Debezium.named("u", "string", "io.debezium.data.Uuid", Map.of()),
              "{\"type\":\"string\",\"connect.name\":\"io.debezium.data.Uuid\"}"));

  @Test
  void json_and_avro_say_the_same_of_random_rows() throws IOException {
    long seed = 815;
    Random random = new Random(seed);
    Debezium.Table table =
        new Debezium.Table(
            "public.items",
            KINDS.stream().map(Kind::json).map(FormatsIT::withId).toList(),
            List.of("i"));
    Schema value =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Value\",\"namespace\":\"shop.public.items\",\"fields\":["
                    + String.join(
                        ",",
                        KINDS.stream()
                            .map(
                                kind ->
                                    "{\"name\":\""
                                        + kind.json.name()
                                        + "\",\"type\":"
                                        + (kind.json.name().equals("i")
                                            ? kind.avro
                                            : "[\"null\"," + kind.avro + "],\"default\":null")
                                        + "}")
                            .toList())
                    + "]}");
    Schema envelope = envelope(value);
    Schema keySchema =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Key\",\"namespace\":\"shop.public.items\",\"fields\":"
                    + "[{\"name\":\"i\",\"type\":\"int\"}]}");
    int valueId = stub.avro("v", 1, envelope.toString());
    int keyId = stub.avro("k", 1, keySchema.toString());
    AvroDecoder avro = new AvroDecoder(stub.client());
    Debezium debezium = new Debezium("shop", Debezium.Schemas.YES);

    for (int i = 0; i < 200; i++) {
      ObjectNode row = row(random);
      Debezium.At at = Debezium.At.of(i + 1, i + 1);
      Debezium.Sent sent = debezium.update(table, at, null, row);
      Event json = event(new JsonDecoder(), sent.key(), new JsonDecoder(), sent.value());

      GenericRecord record = new GenericData.Record(envelope);
      record.put("after", avroRow(value, row));
      record.put("op", "u");
      record.put("source", avroSource(envelope.getField("source").schema(), at));
      GenericRecord key = new GenericData.Record(keySchema);
      key.put("i", row.get("i").intValue());
      Event other =
          event(avro, written(keyId, keySchema, key), avro, written(valueId, envelope, record));

      assertThat(encoded(other)).as("seed %d, row %d", seed, i).isEqualTo(encoded(json));
      assertThat(((Event.Row) other).origin()).isEqualTo(((Event.Row) json).origin());
    }
    assertThat(stub.asked).as("each schema is asked once").hasValue(2);
  }

  private static Debezium.Col withId(Debezium.Col column) {
    return column.name().equals("i") ? Debezium.required("i", "int32") : column;
  }

  private static ObjectNode row(Random random) {
    ObjectNode row = Debezium.NODES.objectNode();
    row.put("i", random.nextInt());
    byte[] bytes = new byte[1 + random.nextInt(8)];
    random.nextBytes(bytes);
    String base64 = Base64.getEncoder().encodeToString(bytes);
    row.put("l", random.nextLong());
    row.put("s", random.nextInt(5) == 0 ? ConnectorSettings.UNAVAILABLE : "é\"\\\n" + base64);
    row.put("b", random.nextBoolean());
    row.put("d", random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
    row.put("y", base64);
    row.put("n", base64);
    row.put("t", random.nextLong() >> 12);
    row.put("u", new java.util.UUID(random.nextLong(), random.nextLong()).toString());
    for (String name : List.of("l", "s", "b", "d", "y", "n", "t", "u")) {
      if (random.nextInt(5) == 0) {
        row.putNull(name);
      }
    }
    return row;
  }

  private static Schema envelope(Schema value) {
    return new Schema.Parser()
        .parse(
            "{\"type\":\"record\",\"name\":\"Envelope\",\"namespace\":\"shop.public.items\","
                + "\"connect.name\":\"shop.public.items.Envelope\",\"fields\":["
                + "{\"name\":\"before\",\"type\":[\"null\","
                + value
                + "],\"default\":null},"
                + "{\"name\":\"after\",\"type\":[\"null\",\"shop.public.items.Value\"],\"default\":null},"
                + "{\"name\":\"source\",\"type\":{\"type\":\"record\",\"name\":\"Source\",\"fields\":["
                + "{\"name\":\"ts_ms\",\"type\":\"long\"},"
                + "{\"name\":\"snapshot\",\"type\":[{\"type\":\"string\",\"connect.parameters\":"
                + "{\"allowed\":\"true,first,last,false\"},\"connect.default\":\"false\","
                + "\"connect.name\":\"io.debezium.data.Enum\"},\"null\"],\"default\":\"false\"},"
                + "{\"name\":\"sequence\",\"type\":[\"null\",\"string\"],\"default\":null},"
                + "{\"name\":\"schema\",\"type\":\"string\"},{\"name\":\"table\",\"type\":\"string\"},"
                + "{\"name\":\"txId\",\"type\":[\"null\",\"long\"],\"default\":null}]}},"
                + "{\"name\":\"op\",\"type\":\"string\"}]}");
  }

  private static GenericRecord avroSource(Schema schema, Debezium.At at) {
    GenericRecord source = new GenericData.Record(schema);
    source.put("ts_ms", at.millis());
    source.put("snapshot", "false");
    source.put("sequence", "[\"" + at.commit() + "\",\"" + at.lsn() + "\"]");
    source.put("schema", "public");
    source.put("table", "items");
    source.put("txId", at.txId());
    return source;
  }

  private static GenericRecord avroRow(Schema schema, ObjectNode row) {
    GenericRecord record = new GenericData.Record(schema);
    row.properties()
        .forEach(
            entry -> {
              Object value =
                  switch (entry.getKey()) {
                    case "i" -> entry.getValue().intValue();
                    case "l", "t" -> entry.getValue().longValue();
                    case "b" -> entry.getValue().booleanValue();
                    case "d" -> entry.getValue().doubleValue();
                    case "y", "n" ->
                        entry.getValue().isNull()
                            ? null
                            : ByteBuffer.wrap(
                                Base64.getDecoder().decode(entry.getValue().textValue()));
                    default -> entry.getValue().textValue();
                  };
              record.put(entry.getKey(), entry.getValue().isNull() ? null : value);
            });
    return record;
  }

  private static byte[] written(int id, Schema schema, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static Event event(Decoder keys, byte[] key, Decoder values, byte[] value)
      throws IOException {
    return new EnvelopeReader("shop", KafkaFeed.Form.ENVELOPES)
        .read(
            key == null ? Optional.empty() : Optional.of(keys.decode(key)),
            values.decode(value),
            Optional.empty());
  }

  private static Layouts layouts(ConnectSchema.Nullable zeroes) {
    return new Layouts(STANDARD, Map.of(), zeroes);
  }

  /** The relation and the neutral form of a row, in one text. */
  private static String encoded(Event event) {
    Event.Row row = (Event.Row) event;
    Layout layout = layouts(ConnectSchema.Nullable.HIDDEN).of(row, Optional.empty());
    ChangeWriter writer = new ChangeWriter();
    layout.write(row, new Placeholder(ConnectorSettings.UNAVAILABLE), writer);
    return layout.relation().version() + Arrays.toString(writer.encoded());
  }

  @Test
  void an_alias_of_avro_keeps_the_column_and_nothing_else_is_called_a_rename() {
    Layouts layouts = layouts(ConnectSchema.Nullable.HIDDEN);
    Relation first = relation(layouts, Optional.empty(), Map.of("a", List.of()));
    Relation renamed = relation(layouts, Optional.of(first), Map.of("b", List.of("a")));
    Relation again =
        relation(layouts, Optional.of(renamed), Map.of("b", List.of("a"), "a", List.of()));
    Relation without = relation(layouts, Optional.of(first), Map.of("c", List.of()));

    assertThat(renamed.columnNamed("b").orElseThrow().id()).isEqualTo("name:a");
    assertThat(again.columnNamed("b").orElseThrow().id()).isEqualTo("name:a");
    assertThat(again.columnNamed("a").orElseThrow().id()).isEqualTo("name:a#2");
    assertThat(without.columnNamed("c").orElseThrow().id()).isEqualTo("name:c");
  }

  private static Relation relation(
      Layouts layouts, Optional<Relation> before, Map<String, List<String>> fields) {
    Map<String, ConnectSchema> columns = new java.util.TreeMap<>();
    fields.forEach(
        (name, aliases) ->
            columns.put(
                name,
                ConnectSchema.of("int32", ConnectSchema.Nullable.YES)
                    .called(aliases, Optional.empty())));
    return layouts
        .of(
            new Event.Row(
                new Asset("shop", "public.items"),
                dev.weirkeeper.RowBatch.Op.INSERT,
                Debezium.NODES.objectNode(),
                Optional.empty(),
                Optional.of(ConnectSchema.struct(ConnectSchema.Nullable.NO, columns)),
                List.of(),
                Debezium.NODES.missingNode(),
                new Event.Origin(
                    Optional.empty(),
                    Event.Snapshot.NO,
                    Optional.empty(),
                    java.util.OptionalLong.empty(),
                    0)),
            before)
        .relation();
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  /** As a Protobuf converter writes a flattened record of Debezium, with and without presence. */
  private static FileDescriptorProto flattened() {
    DescriptorProto.Builder value = DescriptorProto.newBuilder().setName("Value");
    value.addField(field("id", 1, FieldDescriptorProto.Type.TYPE_INT32));
    value.addField(
        field("name", 2, FieldDescriptorProto.Type.TYPE_STRING)
            .setProto3Optional(true)
            .setOneofIndex(0));
    value.addField(field("plain", 3, FieldDescriptorProto.Type.TYPE_INT64));
    value.addField(
        field("at", 4, FieldDescriptorProto.Type.TYPE_MESSAGE)
            .setTypeName(".google.protobuf.Timestamp"));
    value.addField(
        field("tags", 5, FieldDescriptorProto.Type.TYPE_STRING)
            .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED));
    value.addField(
        field("price", 6, FieldDescriptorProto.Type.TYPE_MESSAGE)
            .setTypeName(".confluent.type.Decimal"));
    value.addField(field("__op", 7, FieldDescriptorProto.Type.TYPE_STRING));
    value.addField(field("__table", 8, FieldDescriptorProto.Type.TYPE_STRING));
    value.addOneofDecl(
        com.google.protobuf.DescriptorProtos.OneofDescriptorProto.newBuilder().setName("_name"));
    return FileDescriptorProto.newBuilder()
        .setName("items.proto")
        .setPackage("shop")
        .setSyntax("proto3")
        .addDependency("google/protobuf/timestamp.proto")
        .addDependency("confluent/type/decimal.proto")
        .addDependency("confluent/meta.proto")
        .addMessageType(DescriptorProto.newBuilder().setName("Other"))
        .addMessageType(value)
        .build();
  }

  private Event protobuf(int id, DynamicMessage message, byte[] indexes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    out.write(indexes);
    message.writeTo(out);
    return new EnvelopeReader("shop", KafkaFeed.Form.FLATTENED)
        .read(
            Optional.empty(),
            new ProtobufDecoder(stub.client()).decode(out.toByteArray()),
            Optional.empty());
  }

  @Test
  void protobuf_is_read_by_descriptors() throws Exception {
    FileDescriptorProto file = flattened();
    int id = stub.protobuf(file);
    Descriptors.Descriptor value =
        Descriptors.FileDescriptor.buildFrom(
                file,
                new Descriptors.FileDescriptor[] {
                  WellKnown.files().get("google/protobuf/timestamp.proto"),
                  WellKnown.files().get("confluent/type/decimal.proto")
                },
                true)
            .findMessageTypeByName("Value");
    Descriptors.Descriptor timestamp = value.findFieldByName("at").getMessageType();
    Descriptors.Descriptor decimal = value.findFieldByName("price").getMessageType();
    DynamicMessage message =
        DynamicMessage.newBuilder(value)
            .setField(value.findFieldByName("id"), 7)
            .setField(value.findFieldByName("plain"), 5L)
            .setField(
                value.findFieldByName("at"),
                DynamicMessage.newBuilder(timestamp)
                    .setField(timestamp.findFieldByName("seconds"), 1L)
                    .build())
            .addRepeatedField(value.findFieldByName("tags"), "x")
            .setField(
                value.findFieldByName("price"),
                DynamicMessage.newBuilder(decimal)
                    .setField(
                        decimal.findFieldByName("value"),
                        com.google.protobuf.ByteString.copyFrom(new byte[] {1, 0}))
                    .setField(decimal.findFieldByName("scale"), 2)
                    .build())
            .setField(value.findFieldByName("__op"), "c")
            .setField(value.findFieldByName("__table"), "items")
            .build();
    byte[] second = {2, 2};

    Event.Row row = (Event.Row) protobuf(id, message, second);
    Relation relation = layouts(ConnectSchema.Nullable.NO).of(row, Optional.empty()).relation();

    assertThat(row.row().get("name").isNull()).as("optional and not set").isTrue();
    assertThat(row.row().toString())
        .contains("\"at\":1000000", "\"price\":2.56", "\"tags\":[\"x\"]");
    assertThat(relation.columns())
        .extracting(Column::name, Column::type)
        .contains(
            org.assertj.core.groups.Tuple.tuple("at", Type.of("timestamp")),
            org.assertj.core.groups.Tuple.tuple("price", Type.of("numeric")),
            org.assertj.core.groups.Tuple.tuple("tags", Type.of("text[]")));
    for (byte[] wrong : new byte[][] {{2, 8}, {1}, {2}, {(byte) 0x80}, {66}}) {
      assertThatThrownBy(() -> protobuf(id, DynamicMessage.newBuilder(value).build(), wrong))
          .isInstanceOf(UnreadableException.class);
    }
  }

  @Test
  void invariant_8_a_zero_without_presence_may_be_a_missing_value_and_is_refused()
      throws Exception {
    ConnectSchema hidden =
        ConnectSchema.struct(
            ConnectSchema.Nullable.NO,
            Map.of("n", ConnectSchema.of("int32", ConnectSchema.Nullable.HIDDEN)));
    Event.Row zero = hiddenRow(hidden, 0);
    Event.Row one = hiddenRow(hidden, 1);

    assertThatThrownBy(() -> write(ConnectSchema.Nullable.HIDDEN, zero))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("optional.for.nullables");
    write(ConnectSchema.Nullable.HIDDEN, one);
    write(ConnectSchema.Nullable.NO, zero);
  }

  private static void write(ConnectSchema.Nullable zeroes, Event.Row row) {
    layouts(zeroes)
        .of(row, Optional.empty())
        .write(row, new Placeholder(ConnectorSettings.UNAVAILABLE), new ChangeWriter());
  }

  private static Event.Row hiddenRow(ConnectSchema schema, int n) {
    return new Event.Row(
        new Asset("shop", "public.items"),
        dev.weirkeeper.RowBatch.Op.INSERT,
        Debezium.row("n", n),
        Optional.empty(),
        Optional.of(schema),
        List.of(),
        Debezium.NODES.missingNode(),
        new Event.Origin(
            Optional.empty(),
            Event.Snapshot.NO,
            Optional.empty(),
            java.util.OptionalLong.empty(),
            0));
  }

  @Test
  void bytes_that_no_serializer_wrote_are_unreadable() throws IOException {
    int id = stub.avro("v", 1, "\"string\"");
    AvroDecoder avro = new AvroDecoder(stub.client());
    ProtobufDecoder protobuf = new ProtobufDecoder(stub.client());
    byte[] head = ByteBuffer.allocate(5).put((byte) 0).putInt(id).array();

    for (byte[] wrong :
        new byte[][] {
          {}, {0}, {1, 0, 0, 0, 1, 2}, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), head
        }) {
      assertThatThrownBy(() -> avro.decode(wrong)).isInstanceOf(UnreadableException.class);
    }
    byte[] longer = Arrays.copyOf(head, 9);
    longer[5] = 2;
    longer[6] = 'a';
    assertThatThrownBy(() -> avro.decode(longer))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("more follows");
    assertThatThrownBy(() -> protobuf.decode(longer)).isInstanceOf(UnreadableException.class);
  }

  @Test
  void records_that_are_none_of_debezium_are_unreadable() {
    ArrayNode all = Debezium.NODES.arrayNode();
    all.add(Debezium.NODES.objectNode());
    all.add(Debezium.row("op", "c"));
    all.add(Debezium.row("op", "x").set("source", Debezium.row("table", "t")));
    all.add(Debezium.row("op", "c").set("source", Debezium.row("table", "t")));
    all.add(Debezium.row("op", "c").set("source", Debezium.row()));
    all.add("text");
    for (com.fasterxml.jackson.databind.JsonNode each : all) {
      assertThatThrownBy(
              () -> event(new JsonDecoder(), null, new JsonDecoder(), Debezium.bytes(each)))
          .as(each.toString())
          .isInstanceOf(UnreadableException.class);
    }
  }

  @Test
  void flattened_records_lose_what_was_added_and_keep_what_happened() throws IOException {
    ObjectNode record =
        Debezium.row(
            "id",
            1,
            "name",
            "ana",
            "__op",
            "u",
            "__table",
            "items",
            "__schema",
            "public",
            "__source_ts_ms",
            5,
            "__source_sequence",
            "[null,\"7\"]",
            "__source_txId",
            9,
            "__deleted",
            "false");
    EnvelopeReader reader = new EnvelopeReader("shop", KafkaFeed.Form.FLATTENED);
    Decoded key = new JsonDecoder().decode(Debezium.bytes(Debezium.row("id", 1)));

    Event.Row update =
        (Event.Row)
            reader.read(
                Optional.of(key),
                new JsonDecoder().decode(Debezium.bytes(record)),
                Optional.empty());
    Event.Row delete =
        (Event.Row)
            reader.read(
                Optional.of(key),
                new JsonDecoder()
                    .decode(Debezium.bytes(record.deepCopy().put("__deleted", "true"))),
                Optional.empty());

    assertThat(update.op()).isEqualTo(dev.weirkeeper.RowBatch.Op.UPDATE);
    assertThat(update.row().toString()).isEqualTo("{\"id\":1,\"name\":\"ana\"}");
    assertThat(update.asset().name()).isEqualTo("public.items");
    assertThat(update.key()).containsExactly("id");
    assertThat(update.origin().order()).isPresent();
    assertThat(update.origin().transaction()).contains("txId 9");
    assertThat(delete.op()).isEqualTo(dev.weirkeeper.RowBatch.Op.DELETE);
    assertThatThrownBy(
            () ->
                reader.read(
                    Optional.of(key),
                    new JsonDecoder().decode(Debezium.bytes(Debezium.row("id", 1))),
                    Optional.of("public.items")))
        .isInstanceOf(UnreadableException.class)
        .hasMessageContaining("add.fields");
  }

  @Test
  void columns_of_records_without_a_schema_are_not_identified_unless_the_host_describes_them() {
    Event.Row row =
        new Event.Row(
            new Asset("shop", "public.items"),
            dev.weirkeeper.RowBatch.Op.INSERT,
            Debezium.row("id", 1, "more", "x"),
            Optional.empty(),
            Optional.empty(),
            List.of("id"),
            Debezium.row("id", 1),
            new Event.Origin(
                Optional.empty(),
                Event.Snapshot.NO,
                Optional.empty(),
                java.util.OptionalLong.empty(),
                0));
    Relation said =
        Relation.of(
            row.asset(),
            "public.items",
            new dev.weirkeeper.RowIdentity.Key(List.of("1")),
            List.of(Column.of("1", "id", Type.of("int4"))));

    Relation unknown = layouts(ConnectSchema.Nullable.NO).of(row, Optional.empty()).relation();
    Relation given =
        new Layouts(STANDARD, Map.of(row.asset(), said), ConnectSchema.Nullable.NO)
            .of(row, Optional.empty())
            .relation();

    assertThat(unknown.columns()).noneMatch(Column::identified);
    assertThat(unknown.columns()).allMatch(column -> column.type().equals(Type.of("unknown")));
    assertThat(given.columnNamed("id").orElseThrow().type()).isEqualTo(Type.of("int4"));
    assertThat(given.columnNamed("more").orElseThrow().identified()).isFalse();
  }

  @Test
  void the_schema_change_topic_gives_hints() {
    SchemaHint hint =
        SchemaHint.read(
                Trees.read(
                    """
                    {"source":{"server":"s"},"databaseName":"inventory","ddl":"ALTER TABLE …",
                     "tableChanges":[{"type":"ALTER","id":"\\"inventory\\".\\"customers\\"","table":{
                       "primaryKeyColumnNames":["id"],"columns":[
                        {"name":"id","typeName":"INT","typeExpression":"INT","optional":false},
                        {"name":"mail","typeName":"VARCHAR","typeExpression":"VARCHAR","length":20,
                         "optional":true}]}}]}
                    """
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .get(0);

    assertThat(hint.table()).isEqualTo("inventory.customers");
    assertThat(hint.text()).isEqualTo("ALTER: id INT not null, mail VARCHAR(20)");
  }
}
