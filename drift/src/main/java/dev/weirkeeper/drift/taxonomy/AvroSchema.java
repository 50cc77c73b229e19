package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An Avro schema, read from its JSON form (Apache Avro 1.12 specification), for {@link
 * AvroCompatibility}. Immutable once it is parsed, so safe to share between threads.
 */
public final class AvroSchema {

  enum Kind {
    NULL,
    BOOLEAN,
    INT,
    LONG,
    FLOAT,
    DOUBLE,
    BYTES,
    STRING,
    RECORD,
    ENUM,
    ARRAY,
    MAP,
    UNION,
    FIXED;

    boolean named() {
      return this == RECORD || this == ENUM || this == FIXED;
    }
  }

  /**
   * @param index its place in the schema, for paths
   */
  record Field(String name, int index, Set<String> aliases, AvroSchema type, boolean hasDefault) {
    Field {
      aliases = Set.copyOf(aliases);
    }
  }

  /**
   * A name, its namespace, and the other full names it was known by; without dots if it has none.
   */
  record Name(String full, Set<String> aliases) {
    Name {
      aliases = Set.copyOf(aliases);
    }

    String simple() {
      return full.substring(full.lastIndexOf('.') + 1);
    }
  }

  /** A logical type with what its values are read by. */
  record Logical(String name, int precision, int scale) {}

  private final Kind kind;
  private final @Nullable Name name;
  private final @Nullable Logical logical;
  private final List<String> symbols;
  private final @Nullable String enumDefault;
  private final int size;
  // A record can hold itself, so its fields come after it is named.
  private List<Field> fields = List.of();
  private List<AvroSchema> parts = List.of();

  AvroSchema(
      Kind kind,
      @Nullable Name name,
      @Nullable Logical logical,
      List<String> symbols,
      @Nullable String enumDefault,
      int size) {
    this.kind = kind;
    this.name = name;
    this.logical = logical;
    this.symbols = List.copyOf(symbols);
    this.enumDefault = enumDefault;
    this.size = size;
  }

  static AvroSchema plain(Kind kind, @Nullable Logical logical) {
    return new AvroSchema(kind, null, logical, List.of(), null, 0);
  }

  /** Called by the parser alone, before anybody else sees it. */
  void complete(List<Field> ofRecord, List<AvroSchema> ofOther) {
    fields = List.copyOf(ofRecord);
    parts = List.copyOf(ofOther);
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException if it is none; the message says where and quotes nothing of it
   */
  public static AvroSchema parse(String json) {
    return of(Json.parse(json));
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException if it is none; the message says where and quotes nothing of it
   */
  public static AvroSchema of(Json json) {
    return new AvroParser().parse(requireNonNull(json, "json"));
  }

  Kind kind() {
    return kind;
  }

  Name name() {
    return requireNonNull(name, "a schema of this kind has no name");
  }

  Optional<Logical> logical() {
    return Optional.ofNullable(logical);
  }

  List<String> symbols() {
    return symbols;
  }

  Optional<String> enumDefault() {
    return Optional.ofNullable(enumDefault);
  }

  int size() {
    return size;
  }

  List<Field> fields() {
    return fields;
  }

  /** Branches of a union. */
  List<AvroSchema> branches() {
    return parts;
  }

  /** What an array or a map holds. */
  AvroSchema element() {
    return parts.get(0);
  }
}
