package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Field;
import dev.weirkeeper.drift.taxonomy.TypeExpr.ListOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.MapOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a type is written in Avro: logical types of the specification where it has one, text for what
 * has none (a decimal without bounds, an enum of a database, JSON, intervals).
 */
final class AvroTypes {
  private AvroTypes() {}

  /** Empty for a type that no rule here knows. */
  static Optional<AvroSchema> of(TypeExpr type) {
    if (type instanceof Scalar scalar) {
      return ofScalar(scalar);
    } else if (type instanceof ListOf list) {
      return of(list.element()).map(element -> holding(AvroSchema.Kind.ARRAY, element));
    } else if (type instanceof MapOf map) {
      return map.key() instanceof Scalar key && key.family() == TypeExpr.Family.TEXT
          ? of(map.value()).map(value -> holding(AvroSchema.Kind.MAP, value))
          : Optional.empty();
    } else if (type instanceof Struct struct) {
      return ofStruct(struct);
    }
    return Optional.empty();
  }

  private static Optional<AvroSchema> ofScalar(Scalar scalar) {
    return switch (scalar.family()) {
      case BOOLEAN -> plain(AvroSchema.Kind.BOOLEAN);
      case INTEGER -> plain(scalar.arg(0) <= 32 ? AvroSchema.Kind.INT : AvroSchema.Kind.LONG);
      case FLOAT -> plain(scalar.arg(0) <= 32 ? AvroSchema.Kind.FLOAT : AvroSchema.Kind.DOUBLE);
      case DECIMAL ->
          scalar.args().isEmpty()
              ? plain(AvroSchema.Kind.STRING)
              : Optional.of(
                  AvroSchema.plain(
                      AvroSchema.Kind.BYTES,
                      new AvroSchema.Logical("decimal", scalar.arg(0), scalar.arg(1))));
      case TEXT, CHAR, ENUM, JSON, JSON_BINARY, INTERVAL, TIME_TZ, BIT, BIT_VARYING ->
          plain(AvroSchema.Kind.STRING);
      case UUID -> logical(AvroSchema.Kind.STRING, "uuid");
      case BINARY -> plain(AvroSchema.Kind.BYTES);
      case FIXED ->
          Optional.of(
              new AvroSchema(
                  AvroSchema.Kind.FIXED,
                  new AvroSchema.Name("value", Set.of()),
                  null,
                  List.of(),
                  null,
                  scalar.arg(0)));
      case DATE -> logical(AvroSchema.Kind.INT, "date");
      case TIME -> logical(AvroSchema.Kind.LONG, "time-micros");
      case TIMESTAMP -> logical(AvroSchema.Kind.LONG, "local-timestamp-" + unit(scalar));
      case TIMESTAMP_TZ -> logical(AvroSchema.Kind.LONG, "timestamp-" + unit(scalar));
      case VOID -> plain(AvroSchema.Kind.NULL);
      case OTHER -> Optional.empty();
    };
  }

  private static String unit(Scalar time) {
    return time.arg(0) > 6 ? "nanos" : "micros";
  }

  private static Optional<AvroSchema> ofStruct(Struct struct) {
    List<AvroSchema.Field> fields = new ArrayList<>();
    for (Field field : struct.fields()) {
      Optional<AvroSchema> type = of(field.type());
      if (type.isEmpty()) {
        return Optional.empty();
      }
      // A field that may be missing is written with a default of null.
      fields.add(
          new AvroSchema.Field(
              field.name(),
              fields.size(),
              Set.of(),
              type.get(),
              field.nullability() != Nullability.REQUIRED));
    }
    AvroSchema record =
        new AvroSchema(
            AvroSchema.Kind.RECORD,
            new AvroSchema.Name("value", Set.of()),
            null,
            List.of(),
            null,
            0);
    record.complete(fields, List.of());
    return Optional.of(record);
  }

  private static AvroSchema holding(AvroSchema.Kind kind, AvroSchema element) {
    AvroSchema container = AvroSchema.plain(kind, null);
    container.complete(List.of(), List.of(element));
    return container;
  }

  private static Optional<AvroSchema> plain(AvroSchema.Kind kind) {
    return Optional.of(AvroSchema.plain(kind, (AvroSchema.@Nullable Logical) null));
  }

  private static Optional<AvroSchema> logical(AvroSchema.Kind kind, String name) {
    return Optional.of(AvroSchema.plain(kind, new AvroSchema.Logical(name, 0, 0)));
  }
}
