package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Kafka Connect said of a value before a converter wrote it: the one form that JSON, Avro and
 * Protobuf are read into.
 *
 * @param type Connect's name of it: {@code int32}, {@code string}, {@code struct}, {@code array} …
 * @param name the meaning of the type: {@code io.debezium.time.Date}; empty for a plain one
 * @param nullable whether the value may be missing
 * @param aliases names that the field had before, as an Avro schema says
 * @param comment what the schema says of the field for people
 * @param filled whether rows that are older than the field read as something else than nothing
 * @param items of an array; for a map, of its values
 */
record ConnectSchema(
    String type,
    Optional<String> name,
    Nullable nullable,
    Map<String, String> parameters,
    Map<String, ConnectSchema> fields,
    Optional<ConnectSchema> items,
    List<String> aliases,
    Optional<String> comment,
    Filled filled) {

  /** Whether the source fills a value that a writer leaves out, as far as the schema says. */
  enum Filled {
    NO,
    /** It has a default: constant or computed, set with the column or later. */
    YES,
    /** The format does not say. */
    UNKNOWN
  }

  /** What is known of missing values. */
  enum Nullable {
    NO,
    YES,
    /**
     * The format cannot tell a missing value from the type's default (Protobuf without presence).
     */
    HIDDEN
  }

  ConnectSchema {
    requireNonNull(type, "type");
    requireNonNull(name, "name");
    requireNonNull(nullable, "nullable");
    parameters = Map.copyOf(parameters);
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    requireNonNull(items, "items");
    aliases = List.copyOf(aliases);
    requireNonNull(comment, "comment");
    requireNonNull(filled, "filled");
  }

  static ConnectSchema of(String type, Nullable nullable) {
    return new ConnectSchema(
        type,
        Optional.empty(),
        nullable,
        Map.of(),
        Map.of(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Filled.UNKNOWN);
  }

  static ConnectSchema struct(Nullable nullable, Map<String, ConnectSchema> fields) {
    return of("struct", nullable).withFields(fields);
  }

  ConnectSchema withFields(Map<String, ConnectSchema> of) {
    return new ConnectSchema(type, name, nullable, parameters, of, items, aliases, comment, filled);
  }

  ConnectSchema withItems(ConnectSchema of) {
    return new ConnectSchema(
        type, name, nullable, parameters, fields, Optional.of(of), aliases, comment, filled);
  }

  ConnectSchema named(String meaning, Map<String, String> with) {
    return new ConnectSchema(
        type, Optional.of(meaning), nullable, with, fields, items, aliases, comment, filled);
  }

  ConnectSchema with(Nullable other) {
    return new ConnectSchema(
        type, name, other, parameters, fields, items, aliases, comment, filled);
  }

  ConnectSchema withParameters(Map<String, String> of) {
    return new ConnectSchema(type, name, nullable, of, fields, items, aliases, comment, filled);
  }

  ConnectSchema called(List<String> before, Optional<String> said) {
    return new ConnectSchema(type, name, nullable, parameters, fields, items, before, said, filled);
  }

  ConnectSchema with(Filled other) {
    return new ConnectSchema(
        type, name, nullable, parameters, fields, items, aliases, comment, other);
  }

  String parameter(String called) {
    return parameters.getOrDefault(called, "");
  }
}
