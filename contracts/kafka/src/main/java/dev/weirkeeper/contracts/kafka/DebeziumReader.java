package dev.weirkeeper.contracts.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Reading;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.spi.ChangeWriter;
import dev.weirkeeper.spi.RecordReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads Debezium's JSON from Kafka: whole envelopes, or records that {@code ExtractNewRecordState}
 * has flattened, with or without the schema beside the payload.
 *
 * <p>Columns are identified by their names, for a record knows nothing else of them: a renamed
 * column looks like one that went and another that came ({@link Evidence#NAMES}). Records without a
 * schema need the relation {@linkplain Builder#relation from the host}; fields beyond it become
 * columns that are not identified, so that drift is seen. Nothing is inferred from values.
 *
 * <p>Keys, values, headers and names of topics are text from outside: headers and names of topics
 * have no influence, and no reason quotes any of them.
 *
 * <p>Used by one thread at a time.
 */
public final class DebeziumReader implements RecordReader<ConsumerRecord<byte[], byte[]>> {
  /** What the topic holds. */
  public enum Form {
    ENVELOPES,
    FLATTENED
  }

  /** What Debezium sends for a value that was not in the log. */
  public static final String UNAVAILABLE = "__debezium_unavailable_value";

  private static final int DEEPEST = 64;
  private static final int LARGEST = 64 << 20;
  private static final int KEPT_LAYOUTS = 1000;
  private static final String BY_NAME = "name:";
  private static final Set<String> METADATA =
      Set.of(
          "__deleted",
          "__op",
          "__table",
          "__schema",
          "__db",
          "__lsn",
          "__txId",
          "__ts_ms",
          "__sequence");

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(LARGEST)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** How the rows of one version of a table are read. */
  private record Layout(
      Relation relation, Evidence evidence, List<String> fields, List<Codec> codecs) {}

  private record Shape(
      Asset asset, @Nullable JsonNode row, List<String> fields, List<String> key) {}

  private final Form form;
  private final String system;
  private final Modes modes;
  private final Set<String> unavailable;
  private final Optional<String> table;
  private final Map<Asset, Relation> given;
  private final Map<Shape, Layout> layouts = new HashMap<>();
  private final Map<TopicPartition, String> streams = new HashMap<>();
  private final ChangeWriter writer = new ChangeWriter();

  private DebeziumReader(Builder from) {
    this.form = from.form;
    this.system = from.system;
    this.modes = from.modes;
    byte[] placeholder = from.unavailable.getBytes(StandardCharsets.UTF_8);
    this.unavailable =
        Set.of(
            from.unavailable,
            Base64.getEncoder().encodeToString(placeholder),
            HexFormat.of().formatHex(placeholder));
    this.table = from.table;
    this.given = Map.copyOf(from.given);
  }

  /**
   * @param system the source database, as the host names it
   */
  public static Builder of(Form form, String system) {
    return new Builder(form, system);
  }

  @Override
  public Reading read(ConsumerRecord<byte[], byte[]> message) {
    byte[] value = message.value();
    if (value == null) {
      return new Reading.NoRow();
    }
    try {
      JsonNode whole = tree(value);
      boolean described =
          whole.isObject() && whole.size() == 2 && whole.has("schema") && whole.has("payload");
      JsonNode payload = described ? whole.get("payload") : whole;
      JsonNode schema = described ? whole.get("schema") : null;
      if (described && payload.isNull()) {
        return new Reading.NoRow();
      }
      if (!payload.isObject()) {
        throw new UnreadableException("the record is not a JSON object");
      }
      List<String> key = keyFields(message.key());
      String stream = stream(message.topic(), message.partition());
      return form == Form.ENVELOPES
          ? envelope(stream, payload, schema == null ? null : field(schema, "after"), key)
          : flattened(stream, payload, schema, key);
    } catch (UnreadableException e) {
      return new Reading.Undecodable(e.reason());
    } catch (IllegalArgumentException e) {
      return new Reading.Undecodable("its columns or its table cannot be named");
    }
  }

  private String stream(String topic, int partition) {
    return streams.computeIfAbsent(
        new TopicPartition(topic, partition),
        key -> Hash.of(topic.getBytes(StandardCharsets.UTF_8)).brief() + "-" + partition);
  }

  private static JsonNode tree(byte[] bytes) {
    if (bytes.length > LARGEST) {
      throw new UnreadableException("the record is larger than " + LARGEST + " bytes");
    }
    try {
      JsonNode tree = MAPPER.readTree(bytes);
      if (tree == null || tree.isMissingNode()) {
        throw new UnreadableException("the record is empty");
      }
      return tree;
    } catch (IOException e) {
      throw new UnreadableException("the record is not JSON, or is nested too deeply");
    }
  }

  private static List<String> keyFields(byte @Nullable [] key) {
    if (key == null || key.length == 0) {
      return List.of();
    }
    JsonNode whole = tree(key);
    JsonNode payload =
        whole.size() == 2 && whole.has("schema") && whole.has("payload")
            ? whole.get("payload")
            : whole;
    List<String> names = new ArrayList<>();
    if (payload.isObject()) {
      payload.fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  private static @Nullable JsonNode field(JsonNode schema, String name) {
    for (JsonNode field : schema.path("fields")) {
      if (field.path("field").asText("").equals(name)) {
        return field;
      }
    }
    throw new UnreadableException("its schema is not that of an envelope");
  }

  private Reading envelope(
      String stream, JsonNode payload, @Nullable JsonNode row, List<String> key) {
    String op = payload.path("op").asText("");
    if (op.equals("m")) {
      return new Reading.NoRow();
    }
    JsonNode source = payload.path("source");
    if (op.isEmpty() && !payload.has("source")) {
      if (payload.has("ts_ms") && payload.size() == 1) {
        return new Reading.NoRow(); // A heartbeat.
      }
      throw new UnreadableException("the record is not an envelope");
    }
    Asset asset = asset(source.path("schema").asText(""), source.path("table").asText(""));
    Optional<Reading.Place> place =
        op.equals("r") ? Optional.empty() : place(source.path("sequence"), source.path("ts_ms"));
    if (op.equals("t")) {
      String id = source.path("lsn").asText("") + "/" + source.path("txId").asText("");
      return new Reading.Truncated(
          stream, asset, Hash.of(id.getBytes(StandardCharsets.UTF_8)).brief());
    }
    JsonNode after = payload.path("after");
    JsonNode before = payload.path("before");
    return switch (op) {
      case "c" -> change(stream, asset, RowBatch.Op.INSERT, after, null, row, key, place);
      case "r" -> change(stream, asset, RowBatch.Op.READ, after, null, row, key, place);
      case "u" ->
          change(
              stream,
              asset,
              RowBatch.Op.UPDATE,
              after,
              before.isObject() ? before : null,
              row,
              key,
              place);
      case "d" -> change(stream, asset, RowBatch.Op.DELETE, before, null, row, key, place);
      default -> throw new UnreadableException("the record has no known operation");
    };
  }

  private Reading flattened(
      String stream, JsonNode payload, @Nullable JsonNode schema, List<String> key) {
    Asset asset = asset(meta(payload, "schema").asText(""), meta(payload, "table").asText(""));
    String op = meta(payload, "op").asText("");
    boolean deleted = payload.path("__deleted").asText("").equals("true") || op.equals("d");
    RowBatch.Op kind =
        deleted
            ? RowBatch.Op.DELETE
            : switch (op) {
              case "c" -> RowBatch.Op.INSERT;
              case "r" -> RowBatch.Op.READ;
              case "u", "" -> RowBatch.Op.UPDATE; // Unknown: an update promises least.
              case "t" -> throw new UnreadableException("a removal of all rows lost its envelope");
              default -> throw new UnreadableException("the record has no known operation");
            };
    Optional<Reading.Place> place =
        kind == RowBatch.Op.READ
            ? Optional.empty()
            : place(meta(payload, "sequence"), payload.path("__source_ts_ms"));
    return change(stream, asset, kind, payload, null, schema, key, place);
  }

  private static JsonNode meta(JsonNode payload, String name) {
    JsonNode plain = payload.path("__" + name);
    return plain.isMissingNode() ? payload.path("__source_" + name) : plain;
  }

  private Asset asset(String schema, String name) {
    if (name.isBlank()) {
      return new Asset(
          system,
          table.orElseThrow(
              () -> new UnreadableException("the record does not say which table it is of")));
    }
    return new Asset(system, schema.isBlank() ? name : schema + "." + name);
  }

  /** Debezium gives the end of the last commit and the place of the change, as a JSON text. */
  private static Optional<Reading.Place> place(JsonNode sequence, JsonNode millis) {
    if (!sequence.isTextual() || !millis.canConvertToLong()) {
      return Optional.empty();
    }
    JsonNode pair = tree(sequence.textValue().getBytes(StandardCharsets.UTF_8));
    if (!pair.isArray() || pair.size() != 2 || pair.get(1).isNull()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Reading.Place(
              pair.get(0).isNull() ? 0 : Long.parseUnsignedLong(pair.get(0).asText()),
              Long.parseUnsignedLong(pair.get(1).asText()),
              millis.longValue()));
    } catch (NumberFormatException e) {
      throw new UnreadableException("its place in the source's log is no number");
    }
  }

  private Reading change(
      String stream,
      Asset asset,
      RowBatch.Op op,
      JsonNode row,
      @Nullable JsonNode old,
      @Nullable JsonNode schema,
      List<String> key,
      Optional<Reading.Place> place) {
    if (!row.isObject()) {
      throw new UnreadableException("the image of the row is missing");
    }
    Layout layout = layout(asset, row, schema, key);
    int width = layout.codecs().size();
    writer.begin(op);
    if (old != null) {
      image(layout, old, writer.before(width), RowBatch.Op.UPDATE);
    }
    image(layout, row, writer.after(width), op);
    return new Reading.Change(
        stream, layout.relation(), layout.evidence(), writer.encoded(), place);
  }

  private void image(Layout layout, JsonNode row, ChangeWriter into, RowBatch.Op op) {
    for (int i = 0; i < layout.fields().size(); i++) {
      JsonNode value = row.get(layout.fields().get(i));
      if (value == null) {
        into.absent();
      } else if (value.isNull()) {
        into.missing();
      } else if (op == RowBatch.Op.UPDATE && isUnavailable(value)) {
        into.unchanged();
      } else {
        try {
          into.value(layout.codecs().get(i).encode(value));
        } catch (UnreadableException e) {
          throw new UnreadableException("column " + (i + 1) + ": " + e.reason());
        }
      }
    }
  }

  /** Only an update can leave a value out; elsewhere the same text is a value like any other. */
  private boolean isUnavailable(JsonNode value) {
    return value.isTextual()
        ? unavailable.contains(value.textValue())
        : value.isArray() && value.size() == 1 && isUnavailable(value.get(0));
  }

  private Layout layout(Asset asset, JsonNode row, @Nullable JsonNode schema, List<String> key) {
    List<String> fields = new ArrayList<>();
    if (schema == null) {
      Iterator<String> names = row.fieldNames();
      while (names.hasNext()) {
        String name = names.next();
        if (isColumn(name)) {
          fields.add(name);
        }
      }
    }
    if (layouts.size() >= KEPT_LAYOUTS) {
      layouts.clear();
    }
    Shape shape = new Shape(asset, schema, fields, key);
    Layout known = layouts.get(shape);
    if (known == null) {
      known = schema == null ? given(asset, fields) : described(asset, schema, key);
      layouts.put(shape, known);
    }
    return known;
  }

  private boolean isColumn(String name) {
    return form == Form.ENVELOPES || !(METADATA.contains(name) || name.startsWith("__source_"));
  }

  private Layout described(Asset asset, JsonNode schema, List<String> key) {
    List<Column> columns = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Codec> codecs = new ArrayList<>();
    for (JsonNode field : schema.path("fields")) {
      String name = field.path("field").asText("");
      if (isColumn(name)) {
        Codec codec = Codec.described(field, modes);
        columns.add(
            new Column(
                BY_NAME + name,
                name,
                codec.type(),
                field.path("optional").asBoolean(true)
                    ? Nullability.OPTIONAL
                    : Nullability.REQUIRED,
                Default.UNKNOWN,
                Optional.empty()));
        names.add(name);
        codecs.add(codec);
      }
    }
    if (columns.isEmpty()) {
      throw new UnreadableException("its schema has no columns");
    }
    RowIdentity identity =
        !key.isEmpty() && names.containsAll(key)
            ? new RowIdentity.Key(key.stream().map(BY_NAME::concat).toList())
            : new RowIdentity.Whole();
    return new Layout(
        Relation.of(asset, asset.name(), identity, columns), Evidence.NAMES, names, codecs);
  }

  private Layout given(Asset asset, List<String> fields) {
    Relation said = given.get(asset);
    if (said == null) {
      throw new UnreadableException(
          "the record has no schema, and the host gave no relation for its table");
    }
    Map<String, Column> columns = new LinkedHashMap<>();
    for (Column column : said.columns()) {
      if (fields.contains(column.name())) {
        columns.put(column.name(), column);
      }
    }
    if (said.identity() instanceof RowIdentity.Key key
        && !key.columnIds().stream()
            .allMatch(
                id -> said.column(id).map(it -> columns.containsKey(it.name())).orElse(false))) {
      throw new UnreadableException("a column of the key is missing");
    }
    List<Codec> codecs = new ArrayList<>();
    columns.values().forEach(column -> codecs.add(Codec.given(column.type(), modes)));
    for (String field : fields) {
      if (!columns.containsKey(field)) {
        Codec codec = Codec.unknown();
        columns.put(field, Column.of("?" + field, field, codec.type()));
        codecs.add(codec);
      }
    }
    Relation relation =
        Relation.of(asset, said.id(), said.identity(), List.copyOf(columns.values()));
    return new Layout(
        relation.equals(said) ? said : relation,
        Evidence.NAMES,
        List.copyOf(columns.keySet()),
        codecs);
  }

  /** Puts a reader together. */
  public static final class Builder {
    private final Form form;
    private final String system;
    private Modes modes = Modes.STANDARD;
    private String unavailable = UNAVAILABLE;
    private Optional<String> table = Optional.empty();
    private final Map<Asset, Relation> given = new HashMap<>();

    private Builder(Form form, String system) {
      this.form = requireNonNull(form, "form");
      this.system = requireNonNull(system, "system");
    }

    /** The connector's settings, for what records do not describe. */
    public Builder modes(Modes modes) {
      this.modes = requireNonNull(modes, "modes");
      return this;
    }

    /** The connector's {@code unavailable.value.placeholder}. */
    public Builder unavailable(String placeholder) {
      this.unavailable = requireNonNull(placeholder, "placeholder");
      return this;
    }

    /** The table of records that do not name theirs. */
    public Builder table(String name) {
      this.table = Optional.of(name);
      return this;
    }

    /** The relation of a table whose records come without a schema. */
    public Builder relation(Relation relation) {
      given.put(relation.asset(), relation);
      return this;
    }

    public DebeziumReader build() {
      return new DebeziumReader(this);
    }
  }
}
