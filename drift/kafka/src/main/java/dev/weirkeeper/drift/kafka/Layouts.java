package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes relations of what records say of themselves.
 *
 * <p>Records know the names of columns and nothing else that would stay, so a column is its name: a
 * renamed one looks like one that went and another that came, and is never called a rename. Only
 * where an Avro schema names an alias does the column keep its identity. Numbers of Protobuf fields
 * are no identity, since Connect's converter counts them anew for each schema. Columns of records
 * without a schema that the host did not describe are not identified.
 *
 * <p>That a column has no default is believed where its schema says so: the connector reads
 * defaults from the live catalog, so one that was dropped before the first row with the column goes
 * unseen. Of one that is there nobody says whether rows older than the column read as it.
 *
 * <p>What a relation is depends on the record and on the version before it, and on nothing else, so
 * that a record read again gives the same.
 */
final class Layouts {
  private static final int KEPT = 1000;
  private static final String BY_NAME = "name:";
  private static final String SOURCE_TYPE = "__debezium.source.column.type";

  private final ConnectorSettings settings;
  private final Map<Asset, Relation> given;
  private final ConnectSchema.Nullable zeroes;
  private final Map<Shape, Layout> layouts = new LinkedHashMap<>();

  private record Shape(
      Asset asset,
      Optional<Same> schema,
      List<String> fields,
      List<String> key,
      Optional<Relation> before) {}

  /**
   * A schema by identity: decoders keep theirs, and comparing them costs more than reading rows.
   */
  private record Same(ConnectSchema schema) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Same same && same.schema == schema;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(schema);
    }
  }

  /**
   * @param given relations of records that do not describe themselves
   * @param zeroes what a Protobuf value without presence means: {@code NO} if the host's word is
   *     that it is never a missing one
   */
  Layouts(ConnectorSettings settings, Map<Asset, Relation> given, ConnectSchema.Nullable zeroes) {
    this.settings = settings;
    this.given = Map.copyOf(given);
    this.zeroes = zeroes;
  }

  /** The id of the relation of a table: a topic knows its name only. */
  static String relationId(Asset asset) {
    return asset.name();
  }

  /**
   * @param before the version that the feed knew until now
   */
  Layout of(Event.Row row, Optional<Relation> before) {
    List<String> fields =
        row.schema().isPresent()
            ? List.of()
            : row.row().properties().stream().map(Map.Entry::getKey).toList();
    Shape shape = new Shape(row.asset(), row.schema().map(Same::new), fields, row.key(), before);
    Layout known = layouts.get(shape);
    if (known == null) {
      if (layouts.size() >= KEPT) {
        layouts.clear();
      }
      known = row.schema().isPresent() ? described(row, before) : undescribed(row, fields, before);
      layouts.put(shape, known);
    }
    return known;
  }

  private Layout described(Event.Row row, Optional<Relation> before) {
    Map<String, ConnectSchema> fields = row.schema().orElseThrow().fields();
    Map<String, String> ids = identities(fields, before);
    List<Column> columns = new ArrayList<>();
    List<Codec> codecs = new ArrayList<>();
    List<Boolean> hidden = new ArrayList<>();
    fields.forEach(
        (name, field) -> {
          Codec codec = codec(row.asset(), name, field);
          codecs.add(codec);
          ConnectSchema.Nullable nullable =
              field.nullable() == ConnectSchema.Nullable.HIDDEN ? zeroes : field.nullable();
          boolean key = row.key().contains(name);
          hidden.add(!key && nullable == ConnectSchema.Nullable.HIDDEN);
          columns.add(
              new Column(
                  requireNonNull(ids.get(name), "id"),
                  name,
                  codec.type(),
                  key ? Nullability.REQUIRED : nullability(nullable),
                  isNullBefore(row.asset(), name, field) ? Default.NONE : Default.UNKNOWN,
                  field.comment()));
        });
    return new Layout(
        relation(row.asset(), row.key(), columns), List.copyOf(fields.keySet()), codecs, hidden);
  }

  /**
   * What the record says; where it says no more than how the value is written, as Protobuf does of
   * dates, what the host says.
   */
  private Codec codec(Asset asset, String name, ConnectSchema field) {
    Relation said = given.get(asset);
    boolean plain = field.name().isEmpty() && field.parameter(SOURCE_TYPE).isEmpty();
    return said != null && plain && said.columnNamed(name).isPresent()
        ? Codec.given(said.columnNamed(name).get().type(), settings)
        : Codec.described(field, settings);
  }

  /** Whether rows that are older than a column have NULL in it: as its schema or the host says. */
  private boolean isNullBefore(Asset asset, String name, ConnectSchema field) {
    return field.filled() == ConnectSchema.Filled.NO
        || Optional.ofNullable(given.get(asset))
            .flatMap(said -> said.columnNamed(name))
            .filter(column -> column.defaultValue().kind() == Default.Kind.NONE)
            .isPresent();
  }

  private static Nullability nullability(ConnectSchema.Nullable nullable) {
    return switch (nullable) {
      case NO -> Nullability.REQUIRED;
      case YES -> Nullability.OPTIONAL;
      case HIDDEN -> Nullability.UNKNOWN;
    };
  }

  /** Ids of fields by their names. */
  private static Map<String, String> identities(
      Map<String, ConnectSchema> fields, Optional<Relation> before) {
    Map<String, String> ids = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    fields.forEach(
        (name, field) ->
            before
                .flatMap(known -> known.columnNamed(name))
                .or(() -> aliased(field, fields, before))
                .filter(Column::identified)
                .filter(column -> taken.add(column.id()))
                .ifPresent(column -> ids.put(name, column.id())));
    for (String name : fields.keySet()) {
      if (!ids.containsKey(name)) {
        // Seen for the first time, it is what it was called before, as older records call it.
        String id =
            BY_NAME
                + fields.get(name).aliases().stream()
                    .filter(alias -> !fields.containsKey(alias))
                    .findFirst()
                    .orElse(name);
        // A column of this name may live on under another one.
        for (int i = 2; !taken.add(id); i++) {
          id = BY_NAME + name + "#" + i;
        }
        ids.put(name, id);
      }
    }
    return ids;
  }

  private static Optional<Column> aliased(
      ConnectSchema field, Map<String, ConnectSchema> fields, Optional<Relation> before) {
    return field.aliases().stream()
        .filter(alias -> !fields.containsKey(alias))
        .flatMap(alias -> before.flatMap(known -> known.columnNamed(alias)).stream())
        .findFirst();
  }

  private Layout undescribed(Event.Row row, List<String> fields, Optional<Relation> before) {
    Relation relation = given.get(row.asset());
    if (relation == null && row.op() == RowBatch.Op.DELETE) {
      // The old image may hold the key alone; that is no news of the table.
      relation = before.orElse(null);
    }
    List<Column> columns = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Codec> codecs = new ArrayList<>();
    if (relation != null) {
      for (Column column : relation.columns()) {
        columns.add(column);
        names.add(column.name());
        codecs.add(column.identified() ? Codec.given(column.type(), settings) : Codec.unknown());
      }
    }
    for (String field : fields) {
      if (!names.contains(field)) {
        Codec codec = Codec.unknown();
        columns.add(Column.of("?" + field, field, codec.type()));
        names.add(field);
        codecs.add(codec);
      }
    }
    Relation made =
        relation == null
            ? relation(row.asset(), row.key(), columns)
            : Relation.of(relation.asset(), relationId(row.asset()), relation.identity(), columns);
    return new Layout(made, names, codecs, codecs.stream().map(codec -> false).toList());
  }

  private static Relation relation(Asset asset, List<String> key, List<Column> columns) {
    List<String> ids = new ArrayList<>();
    for (String name : key) {
      ids.add(
          columns.stream()
              .filter(column -> column.name().equals(name))
              .map(Column::id)
              .findFirst()
              .orElseThrow(
                  () -> new UnreadableException("a column of its key is not among its columns")));
    }
    try {
      return Relation.of(
          asset,
          relationId(asset),
          ids.isEmpty() ? new RowIdentity.None() : new RowIdentity.Key(ids),
          columns);
    } catch (IllegalArgumentException e) {
      throw new UnreadableException("its columns cannot be told apart");
    }
  }
}
